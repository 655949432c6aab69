import { apiVersionOf, type ServedResource } from './served-resource.ts';

/** A version of a group, and what is served in it. */
export interface ServedVersion {
  readonly group: string;
  readonly version: string;
  /** Its server (an aggregated one) does not answer: what it says may be old, and what it does not say may be there. */
  readonly stale: boolean;
  readonly resources: readonly ServedResource[];
}

/** What an API server serves. */
export class ServedResources {
  readonly #versions = new Map<string, ServedVersion>();

  constructor(versions: Iterable<ServedVersion>) {
    for (const version of versions) this.#versions.set(apiVersionOf(version), version);
  }

  get versions(): readonly ServedVersion[] {
    return [...this.#versions.values()];
  }

  find(group: string, version: string, kind: string): ServedResource | undefined {
    return this.#versions.get(apiVersionOf({ group, version }))?.resources.find((resource) => resource.kind === kind);
  }

  /** A version of the group does not answer now, so a kind that is missing in it may exist all the same. */
  isStale(group: string): boolean {
    return this.versions.some((version) => version.group === group && version.stale);
  }

  /** What is known, with the resources of versions that are stale now taken from what was known before. */
  withEarlier(earlier: ServedResources | undefined): ServedResources {
    if (!earlier || !this.versions.some(({ stale }) => stale)) return this;
    return new ServedResources(
      this.versions.map((version) => {
        const before =
          version.stale && version.resources.length === 0 ? earlier.#versions.get(apiVersionOf(version)) : undefined;
        return before ? { ...version, resources: before.resources } : version;
      }),
    );
  }
}
