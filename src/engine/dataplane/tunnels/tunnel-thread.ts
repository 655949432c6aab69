import { Worker } from 'node:worker_threads';
import { entryPoint } from '../../entry-points.ts';
import { RestartDelay } from '../restart-delay.ts';
import type { TunnelReply, TunnelRequest } from './tunnel-messages.ts';
import type { PodDialer, PodTarget, TunnelEvent } from './tunnels.ts';

interface OpenTunnel {
  readonly path: string;
  readonly targets: readonly PodTarget[];
}

interface Pending {
  resolve(): void;
  reject(error: Error): void;
}

type RequestBody =
  Omit<Extract<TunnelRequest, { type: 'open' }>, 'id'> | Omit<Extract<TunnelRequest, { type: 'close' }>, 'id'>;

const openAttempts = 3;
/** Bulk data is short-lived garbage: without a bound V8 grows the young generation far beyond what is of use. */
const resourceLimits = { maxYoungGenerationSizeMb: 16 };

export interface TunnelThreadOptions {
  readonly dial: PodDialer;
  readonly onEvent: (event: TunnelEvent) => void;
  /** For tests: how a worker is started. */
  readonly startWorker?: () => Worker;
}

/** The worker thread of the tunnels: answers its questions for servers, and is started again when it dies. */
export class TunnelThread {
  readonly #options: TunnelThreadOptions;
  readonly #delay = new RestartDelay();
  readonly #tunnels = new Map<string, OpenTunnel>();
  readonly #pending = new Map<number, Pending>();
  #worker: Worker;
  #nextId = 1;
  #streams = 0;
  #closed = false;
  #restart: NodeJS.Timeout | undefined;
  /** Resolves when the worker can be talked to. */
  #ready: Promise<void> = Promise.resolve();
  #setReady: () => void = () => undefined;
  /** Why it died last: what was asked then may be asked again. */
  #crash: Error | undefined;

  constructor(options: TunnelThreadOptions) {
    this.#options = options;
    this.#worker = this.#launch();
  }

  get streams(): number {
    return this.#streams;
  }

  async open(name: string, tunnel: OpenTunnel): Promise<void> {
    const isNew = !this.#tunnels.has(name);
    this.#tunnels.set(name, tunnel);
    for (let attempt = 1; ; attempt++) {
      await this.#ready;
      try {
        await this.#ask({ type: 'open', name, ...tunnel });
        return;
      } catch (error) {
        if (error === this.#crash && attempt < openAttempts) continue;
        if (isNew) this.#tunnels.delete(name);
        throw error;
      }
    }
  }

  async close(name: string, drainMs: number): Promise<void> {
    // Forgotten first: a crash while it drains must not bring it back.
    if (!this.#tunnels.delete(name)) return;
    await this.#ready;
    try {
      await this.#ask({ type: 'close', name, drainMs });
    } catch (error) {
      // A worker that died has closed everything.
      if (error !== this.#crash) throw error;
    }
  }

  async dispose(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#restart);
    this.#tunnels.clear();
    await this.#worker.terminate();
    this.#rejectPending(new Error('The tunnels were closed.'));
    this.#setReady();
  }

  #launch(): Worker {
    const worker = (
      this.#options.startWorker ??
      (() => new Worker(entryPoint('tunnel-worker'), { name: 'meshlens-tunnels', resourceLimits }))
    )();
    this.#delay.started();
    let cause = 'it ended';
    worker.on('message', (message: TunnelReply) => this.#onMessage(worker, message));
    worker.on('error', (error: unknown) => {
      cause = error instanceof Error ? error.message : String(error);
    });
    worker.once('exit', () => this.#onExit(cause));
    return worker;
  }

  #ask(request: RequestBody): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('The tunnels were closed.'));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#worker.postMessage({ ...request, id } satisfies TunnelRequest);
    });
  }

  #onMessage(worker: Worker, message: TunnelReply): void {
    switch (message.type) {
      case 'dial': {
        const { dial } = message;
        const answer = (reply: TunnelRequest): void => worker.postMessage(reply);
        Promise.resolve()
          .then(() => this.#options.dial(message.target, message.refused))
          .then(
            (server) => answer({ type: 'dialed', dial, server }),
            (error: unknown) => {
              answer({ type: 'undialed', dial, message: error instanceof Error ? error.message : String(error) });
            },
          );
        return;
      }
      case 'event':
        this.#streams = message.streams;
        this.#options.onEvent(message.event);
        return;
      default: {
        const pending = this.#pending.get(message.id);
        this.#pending.delete(message.id);
        if (message.type === 'done') pending?.resolve();
        else pending?.reject(new Error(message.message));
      }
    }
  }

  #onExit(cause: string): void {
    this.#streams = 0;
    if (this.#closed) return;
    this.#ready = new Promise((resolve) => (this.#setReady = resolve));
    this.#crash = new Error(`The tunnels' worker crashed (${cause}).`);
    this.#rejectPending(this.#crash);
    for (const [name, { targets }] of this.#tunnels) {
      const [target] = targets;
      if (target === undefined) continue;
      const message = `The tunnels' worker crashed (${cause}) and is started again; connections under way were lost.`;
      this.#options.onEvent({ name, kind: 'failed', target, message });
    }
    this.#restart = setTimeout(() => {
      this.#worker = this.#launch();
      void this.#restore().finally(this.#setReady);
    }, this.#delay.next());
  }

  async #restore(): Promise<void> {
    for (const [name, tunnel] of [...this.#tunnels]) {
      try {
        await this.#ask({ type: 'open', name, ...tunnel });
      } catch (error) {
        const [target] = tunnel.targets;
        if (target === undefined || error === this.#crash) continue;
        const message = `The tunnel could not be opened again: ${error instanceof Error ? error.message : String(error)}`;
        this.#options.onEvent({ name, kind: 'failed', target, message });
      }
    }
  }

  #rejectPending(error: Error): void {
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
  }
}
