import { performance } from 'node:perf_hooks';
import type { Timer } from '../balance/balancer-dependencies.ts';

/** Clock, chance and timers of a worker; a test brings its own. */
export interface Runtime {
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  setTimer(fn: () => void, ms: number): Timer;
}

export const systemRuntime: Runtime = {
  now: () => performance.now(),
  random: () => Math.random(),
  setTimer: (fn, ms) => {
    const timer = setTimeout(fn, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

/** Milliseconds since the epoch of a moment of `Runtime.now`, with fractions. */
export function epochTime(moment: number): number {
  return performance.timeOrigin + moment;
}
