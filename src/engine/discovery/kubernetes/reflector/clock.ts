/** Time and chance, given by whoever must control them. */
export interface Clock {
  /** Wall clock in milliseconds: it jumps when the machine slept or was set. */
  now(): number;
  /** From 0 up to, not including, 1. */
  random(): number;
  setTimer(fn: () => void, ms: number): Timer;
}

export interface Timer {
  cancel(): void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  setTimer: (fn, ms) => {
    const timer = setTimeout(fn, ms);
    // Nothing here keeps the process alive that its owner wants to end.
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
