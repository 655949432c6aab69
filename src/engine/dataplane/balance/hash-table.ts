/**
 * What ring hash and maglev have in common: a table made from members and weights alone, which names for a hash a sequence
 * of members. Health is not part of it: a member that may not be used is stepped over, and all keys of the others stay
 * where they are, so that a host that comes and goes costs nothing to rebuild. (Envoy rebuilds its tables with the healthy
 * hosts; the keys of the host that went away spread over the rest either way.)
 */
export interface Member {
  readonly id: string;
  readonly weight: number;
}

export interface HashTable {
  /** Index of a member for the hash; `attempt` 0 is its owner, further ones are where its keys go instead. */
  ownerOf(hash: number, attempt: number): number;
  /** Attempts after which the caller should search some other way. */
  readonly attempts: number;
}

/** Builds a table in steps of at most about 32,000 operations, well under 10 ms, so that the caller can serve in between. */
export type TableBuild = Generator<undefined, HashTable>;

/** Operations between two yields of a build. */
export const operationsPerStep = 32_768;
