const firstMs = 50;
const slowestMs = 5000;
/** A worker that ran for this long has proven itself: the next crash is the first one again. */
const stableMs = 30_000;

/** How long to wait before a worker that crashed is started again: longer each time. */
export class RestartDelay {
  #startedAt = performance.now();
  #crashes = 0;

  started(): void {
    this.#startedAt = performance.now();
  }

  /** Milliseconds, after a crash. */
  next(): number {
    this.#crashes = performance.now() - this.#startedAt > stableMs ? 1 : this.#crashes + 1;
    return Math.min(firstMs * 2 ** (this.#crashes - 1), slowestMs);
  }
}
