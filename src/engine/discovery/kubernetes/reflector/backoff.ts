import type { Clock } from './clock.ts';

export interface BackoffLimits {
  readonly firstMs: number;
  /** For trouble that is young: somebody may be waiting for it to end. */
  readonly slowestMs: number;
  /** For trouble older than `patienceMs`. */
  readonly patientMs: number;
  readonly patienceMs: number;
}

/** Pauses between attempts: doubling, with a fifth of jitter either way so that many do not come at once. */
export class Backoff {
  readonly #clock: Clock;
  readonly #limits: BackoffLimits;
  #failures = 0;
  /** Milliseconds waited since the trouble began: a sum, as the wall clock may jump. */
  #waitedMs = 0;

  constructor(clock: Clock, limits: BackoffLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Attempts that failed since the last success. */
  get failures(): number {
    return this.#failures;
  }

  /** Milliseconds to wait after one more failure. */
  next(): number {
    const { firstMs, slowestMs, patientMs, patienceMs } = this.#limits;
    const ceiling = this.#waitedMs > patienceMs ? patientMs : slowestMs;
    const pause = Math.min(ceiling, firstMs * 2 ** Math.min(this.#failures, 16)) * (0.8 + 0.4 * this.#clock.random());
    this.#failures++;
    this.#waitedMs += pause;
    return pause;
  }

  reset(): void {
    this.#failures = 0;
    this.#waitedMs = 0;
  }
}
