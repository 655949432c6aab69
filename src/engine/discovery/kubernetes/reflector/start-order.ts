import type { Clock, Timer } from './clock.ts';

/** The first kinds hold back the others no longer than this, whatever is wrong with them. */
const patienceMs = 1500;

/**
 * What people look at first is read first: ten thousand pods that come at the same time as the names of the services would
 * keep the view empty for seconds.
 */
export class StartOrder {
  readonly #clock: Clock;
  #waiting: (() => void)[] = [];
  #isOpen = false;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs `start` once the first kinds are there. */
  afterFirst(start: () => void): void {
    if (this.#isOpen) {
      start();
      return;
    }
    this.#waiting.push(start);
    this.#timer ??= this.#clock.setTimer(() => this.open(), patienceMs);
  }

  /** The first kinds are there, or will not come. */
  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#timer?.cancel();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const start of waiting) start();
  }

  dispose(): void {
    this.#timer?.cancel();
    this.#waiting = [];
  }
}
