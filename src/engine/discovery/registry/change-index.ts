/** Runs `wake` when the topic it waits for changes. */
interface Waiter {
  readonly topic: string;
  readonly index: number;
  readonly wake: () => void;
}

/**
 * The number behind blocking queries: grows with every change, never repeats, never is 0. Each topic has its own last
 * change, so that a watcher of one service sleeps through changes of others.
 */
export class ChangeIndex {
  #current = 1;
  readonly #topics = new Map<string, number>();
  /** What a forgotten topic counts as: whoever still waits for it sees the change that removed it. */
  #lastForgotten = 1;
  readonly #waiters = new Set<Waiter>();

  get current(): number {
    return this.#current;
  }

  of(topic: string): number {
    return this.#topics.get(topic) ?? this.#lastForgotten;
  }

  /** Counts one change that concerns these topics and wakes who waits for them. Returns its number. */
  advance(topics: Iterable<string>): number {
    this.#current += 1;
    for (const topic of topics) this.#topics.set(topic, this.#current);
    this.#wake();
    return this.#current;
  }

  /** Drops a topic that ceased to exist, so that names of short-lived services do not pile up. */
  forget(topic: string): void {
    if (!this.#topics.delete(topic)) return;
    this.#current += 1;
    this.#lastForgotten = this.#current;
    this.#wake();
  }

  /** Continues after the numbers of an earlier run, which watchers may still hold. */
  skipTo(index: number): void {
    this.#current = Math.max(this.#current, index);
    this.#lastForgotten = this.#current;
    for (const topic of this.#topics.keys()) this.#topics.set(topic, this.#current);
    this.#wake();
  }

  /** Resolves with the topic's index: at once if it is beyond `index`, else on its next change or after `waitMs`. */
  wait(topic: string, index: number, waitMs: number, signal?: AbortSignal): Promise<number> {
    if (this.of(topic) > index || signal?.aborted === true) return Promise.resolve(this.of(topic));
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', finish);
        this.#waiters.delete(waiter);
        resolve(this.of(topic));
      };
      const timer = setTimeout(finish, waitMs);
      const waiter: Waiter = { topic, index, wake: finish };
      signal?.addEventListener('abort', finish, { once: true });
      this.#waiters.add(waiter);
    });
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /** Wakes everybody: nothing will change any more. */
  close(): void {
    for (const waiter of [...this.#waiters]) waiter.wake();
  }

  #wake(): void {
    for (const waiter of [...this.#waiters]) if (this.of(waiter.topic) > waiter.index) waiter.wake();
  }
}
