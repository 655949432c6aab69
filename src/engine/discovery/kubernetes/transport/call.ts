import { KubeFailure } from './kube-transport.ts';

/** One call of a caller, with all that can end it: the caller, its time, the end of the transport. */
export class Call {
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(caller: AbortSignal | undefined) {
    this.#caller = caller;
    caller?.addEventListener('abort', this.#onAbort, { once: true });
    if (caller?.aborted) this.#onAbort();
  }

  /** Its reason is a `KubeFailure`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Returns the end of the time in milliseconds of `performance.now()`. */
  startTimer(milliseconds: number, shown: string): number {
    const words = `${shown} did not answer within ${Math.round(milliseconds / 100) / 10} s. Try again, or check that the cluster is well.`;
    this.#timer = setTimeout(() => this.abort(new KubeFailure('timeout', words)), milliseconds);
    return performance.now() + milliseconds;
  }

  stopTimer(): void {
    clearTimeout(this.#timer);
  }

  abort(reason: KubeFailure): void {
    this.#controller.abort(reason);
    this.end();
  }

  /** Lets go of timer and caller. */
  end(): void {
    this.stopTimer();
    this.#caller?.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (): void => this.abort(new KubeFailure('aborted', 'Not wanted any more.'));
}
