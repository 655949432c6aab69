interface Work {
  /** Does one small piece; true when all is done. */
  readonly step: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Long work in pieces: whoever has much to parse shares one budget per turn of the event loop, so that forty kinds that
 * arrive at once block it no longer than one, and an analysis of thousands of documents no longer than theirs.
 */
export class WorkSlices {
  readonly #budgetMs: number;
  readonly #queue: Work[] = [];
  #scheduled = false;

  constructor(budgetMs = 10) {
    this.#budgetMs = budgetMs;
  }

  /** Calls `step` until it says true. Rejects with what it throws. */
  run(step: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ step, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#turn();
    });
  }

  #turn(): void {
    const end = performance.now() + this.#budgetMs;
    for (let work = this.#queue[0]; work; work = this.#queue[0]) {
      try {
        let done = work.step();
        while (!done && performance.now() < end) done = work.step();
        if (done) {
          this.#queue.shift();
          work.resolve();
        }
      } catch (error) {
        this.#queue.shift();
        work.reject(error);
      }
      if (performance.now() >= end) break;
    }
    const [unfinished] = this.#queue;
    if (!unfinished) return;
    // The next turn begins with somebody else: a long list does not hold back the event that somebody waits for.
    this.#queue.push(unfinished);
    this.#queue.shift();
    this.#schedule();
  }
}

/** The budget of this process. */
export const sharedSlices = new WorkSlices();
