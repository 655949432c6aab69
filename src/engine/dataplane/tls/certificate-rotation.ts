import type { LeafCertificate } from './certificate-authority.ts';

export interface RotationDependencies {
  /** `CertificateAuthority.issue`, or another authority. */
  issue(principal: string): Promise<LeafCertificate>;
  /** The first leaf of a principal and each later one. */
  onRotated(principal: string, leaf: LeafCertificate): void;
  /** A renewal failed; it is tried again, the leaf before stays in use. */
  onFailed?(principal: string, error: unknown): void;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Uniform in [0, 1). */
  random(): number;
  setTimer(fn: () => void, ms: number): { cancel(): void };
}

/** A leaf is renewed at a random point of this part of its life: not all at once, and with time left to try again. */
const earliest = 0.5;
const latest = 0.8;
const firstRetryMs = 1_000;
const longestRetryMs = 60_000;
/**
 * The clock is looked at again at least this often: timers stand still while a machine sleeps, and a leaf may have run out
 * by the time it wakes.
 */
const longestWaitMs = 30_000;

interface Entry {
  readonly principal: string;
  leaf?: LeafCertificate;
  /** The issue in progress. */
  issuing?: Promise<LeafCertificate>;
  renewAt: number;
  failures: number;
  timer?: { cancel(): void };
}

/** Keeps one valid leaf for each principal. */
export class CertificateRotation {
  readonly #deps: RotationDependencies;
  readonly #entries = new Map<string, Entry>();
  #isDisposed = false;

  constructor(deps: RotationDependencies) {
    this.#deps = deps;
  }

  /** The leaf of a principal, issued if there is none; from then on it is renewed. Rejects where the first issue fails. */
  async ensure(principal: string): Promise<LeafCertificate> {
    if (this.#isDisposed) throw new Error('The rotation of certificates has ended.');
    let entry = this.#entries.get(principal);
    if (!entry) this.#entries.set(principal, (entry = { principal, renewAt: 0, failures: 0 }));
    if (entry.leaf && entry.leaf.notAfter > this.#deps.now()) return entry.leaf;
    try {
      return await this.#renew(entry);
    } catch (error) {
      if (!entry.leaf && this.#entries.get(principal) === entry) this.#drop(entry);
      throw error;
    }
  }

  leafOf(principal: string): LeafCertificate | undefined {
    return this.#entries.get(principal)?.leaf;
  }

  /** No more leafs for this principal. */
  forget(principal: string): void {
    const entry = this.#entries.get(principal);
    if (entry) this.#drop(entry);
  }

  dispose(): void {
    this.#isDisposed = true;
    for (const entry of [...this.#entries.values()]) this.#drop(entry);
  }

  #drop(entry: Entry): void {
    entry.timer?.cancel();
    this.#entries.delete(entry.principal);
  }

  #renew(entry: Entry): Promise<LeafCertificate> {
    entry.issuing ??= this.#issue(entry).finally(() => delete entry.issuing);
    return entry.issuing;
  }

  async #issue(entry: Entry): Promise<LeafCertificate> {
    const started = this.#deps.now();
    const leaf = await this.#deps.issue(entry.principal);
    // Forgotten in the meantime: whoever waits gets it, nobody else hears of it.
    if (this.#entries.get(entry.principal) !== entry) return leaf;
    entry.leaf = leaf;
    entry.failures = 0;
    const life = Math.max(0, leaf.notAfter - started);
    // At least a second apart, should an authority issue leafs that are nearly over.
    const wait = Math.max(life * (earliest + (latest - earliest) * this.#deps.random()), firstRetryMs);
    entry.renewAt = started + wait;
    this.#arm(entry);
    this.#deps.onRotated(entry.principal, leaf);
    return leaf;
  }

  #arm(entry: Entry): void {
    entry.timer?.cancel();
    const wait = Math.min(Math.max(0, entry.renewAt - this.#deps.now()), longestWaitMs);
    entry.timer = this.#deps.setTimer(() => this.#onTimer(entry), wait);
  }

  #onTimer(entry: Entry): void {
    if (this.#deps.now() < entry.renewAt) {
      this.#arm(entry);
      return;
    }
    this.#renew(entry).catch((error: unknown) => {
      if (this.#entries.get(entry.principal) !== entry) return;
      const backoff = Math.min(firstRetryMs * 2 ** Math.min(entry.failures, 10), longestRetryMs);
      entry.failures++;
      // Full jitter over the upper half, so that many principals do not come back together.
      entry.renewAt = this.#deps.now() + backoff * (0.5 + 0.5 * this.#deps.random());
      this.#arm(entry);
      this.#deps.onFailed?.(entry.principal, error);
    });
  }
}
