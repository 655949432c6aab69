import { KubeFailure } from '../transport/kube-transport.ts';

/** Runs a task once for all who ask while it runs. A caller who gives up leaves it running for the others. */
export class SingleFlight<T> {
  #running: Promise<T> | undefined;

  run(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    this.#running ??= task().finally(() => (this.#running = undefined));
    return unlessAborted(this.#running, signal);
  }
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(new KubeFailure('aborted', 'Not wanted any more.'));
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    const done = (): void => signal.removeEventListener('abort', abort);
    promise.then(resolve, reject).finally(done);
  });
}
