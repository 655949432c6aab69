const minute = 60_000;

/**
 * Decides after a crash whether the engine comes back: always at once, until it crashed `limit` times within one minute.
 * Then something is wrong that a restart does not heal.
 */
export class RestartPolicy {
  readonly #limit: () => number;
  readonly #now: () => number;
  #crashes: number[] = [];

  /** `limit` is read at every crash; `now` tells milliseconds. */
  constructor(limit: () => number, now: () => number) {
    this.#limit = limit;
    this.#now = now;
  }

  /** Counts a crash. */
  crashed(): 'restart' | 'give-up' {
    const now = this.#now();
    this.#crashes = [...this.#crashes.filter((time) => now - time < minute), now];
    return this.#crashes.length >= this.#limit() ? 'give-up' : 'restart';
  }

  /** The person started the engine by hand: earlier crashes no longer count. */
  reset(): void {
    this.#crashes = [];
  }
}
