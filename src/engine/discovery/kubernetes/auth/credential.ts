/** What proves who we are, at one moment. The same object comes back until something of it changed. Secret. */
export interface Credential {
  /** Value of the Authorization header. */
  readonly authorization?: string;
  /** PEM. Both or none. */
  readonly certificate?: string;
  readonly key?: string;
}

/**
 * Where a credential comes from. Rejects with `KubeFailure` of reason `credentials` (or `aborted`) only, in words without
 * secrets.
 */
export interface CredentialSource {
  /** The credential to use now, renewed where its time is over. */
  current(signal?: AbortSignal): Promise<Credential>;
  /** The server refused `credential`: resolves with a newer one, or with the same object where there is none. */
  renew(credential: Credential, signal?: AbortSignal): Promise<Credential>;
  /** The server took it. */
  accepted?(credential: Credential): void;
  dispose?(): void;
}

/** Time as credentials see it; a test gives its own. */
export interface Clock {
  /** Milliseconds since 1970. Jumps when a person or NTP sets the clock, and after sleep. */
  wall(): number;
  /** Milliseconds from anywhere. Never jumps, but may stand still while the machine sleeps. */
  steady(): number;
}

export const systemClock: Clock = { wall: () => Date.now(), steady: () => performance.now() };

/** Always the same. */
export function fixedCredential(credential: Credential): CredentialSource {
  return { current: () => Promise.resolve(credential), renew: () => Promise.resolve(credential) };
}
