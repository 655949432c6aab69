import type { Timer } from '../balance/balancer-dependencies.ts';
import type { Runtime } from './runtime.ts';

/** Requests wait no longer than for a connect; then they go on with what is there. */
const patienceMs = 10_000;

interface Waiting {
  readonly timer: Timer;
  readonly resolve: (() => void)[];
}

/** Requests of one proxy that wait until an upstream on demand has got its endpoints. */
export class Demands {
  readonly #runtime: Runtime;
  readonly #tell: (upstream: string) => void;
  readonly #waiting = new Map<string, Waiting>();
  #closed = false;

  constructor(runtime: Runtime, tell: (upstream: string) => void) {
    this.#runtime = runtime;
    this.#tell = tell;
  }

  /** Tells of the demand, once while it is not met; never rejects. */
  wait(upstream: string): Promise<void> {
    if (this.#closed) return Promise.resolve();
    let waiting = this.#waiting.get(upstream);
    if (waiting === undefined) {
      const timer = this.#runtime.setTimer(() => this.#release(upstream), patienceMs);
      this.#waiting.set(upstream, (waiting = { timer, resolve: [] }));
      this.#tell(upstream);
    }
    const { resolve } = waiting;
    return new Promise((done) => resolve.push(done));
  }

  /** A new config has come. */
  meet(isMet: (upstream: string) => boolean): void {
    for (const upstream of [...this.#waiting.keys()]) if (isMet(upstream)) this.#release(upstream);
  }

  close(): void {
    this.#closed = true;
    for (const upstream of [...this.#waiting.keys()]) this.#release(upstream);
  }

  #release(upstream: string): void {
    const waiting = this.#waiting.get(upstream);
    this.#waiting.delete(upstream);
    waiting?.timer.cancel();
    for (const resolve of waiting?.resolve ?? []) resolve();
  }
}
