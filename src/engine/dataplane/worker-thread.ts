import type { Worker } from 'node:worker_threads';
import type { BoundListeners, ProxyConfig } from './data-plane.ts';
import type { DataPlaneReport } from './report.ts';
import { RestartDelay } from './restart-delay.ts';
import type { WorkerReply, WorkerRequest } from './worker-messages.ts';

interface Pending {
  resolve(bound: BoundListeners | undefined): void;
  reject(error: Error): void;
}

interface AppliedProxy {
  readonly config: ProxyConfig;
  readonly bound: BoundListeners;
}

type RequestBody =
  | Omit<Extract<WorkerRequest, { type: 'apply' }>, 'id'>
  | Omit<Extract<WorkerRequest, { type: 'remove' }>, 'id'>
  | Omit<Extract<WorkerRequest, { type: 'flush' }>, 'id'>
  | Omit<Extract<WorkerRequest, { type: 'close' }>, 'id'>;

/** The ports of a dead thread may be taken for a moment; afterwards they are lost to somebody else. */
const rebindAttempts = 20;
const rebindPauseMs = 100;

const closeMs = 2000;
const closedMessage = 'The data plane was closed.';

/** One worker thread of the data plane, restarted when it dies. */
export class WorkerThread {
  readonly #start: () => Worker;
  readonly #onReport: (report: DataPlaneReport) => void;
  readonly #pending = new Map<number, Pending>();
  readonly #applied = new Map<string, AppliedProxy>();
  #worker: Worker;
  readonly #delay = new RestartDelay();
  #nextId = 1;
  #closing = false;
  #closed = false;
  #restart: NodeJS.Timeout | undefined;
  /** Resolves when the worker can be talked to. */
  #ready: Promise<void> = Promise.resolve();
  #setReady: () => void = () => undefined;

  constructor(start: () => Worker, onReport: (report: DataPlaneReport) => void) {
    this.#start = start;
    this.#onReport = onReport;
    this.#worker = this.#launch();
  }

  has(instance: string): boolean {
    return this.#applied.has(instance);
  }

  async apply(config: ProxyConfig): Promise<BoundListeners> {
    await this.#ready;
    return this.#applyNow(config);
  }

  async remove(instance: string, drainMs: number): Promise<void> {
    // Forgotten first: a crash while it drains must not bring it back.
    this.#applied.delete(instance);
    await this.#ready;
    await this.#ask({ type: 'remove', instance, drainMs });
  }

  async flush(): Promise<void> {
    await this.#ready;
    await this.#ask({ type: 'flush' });
  }

  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#restart);
    this.#setReady();
    // A worker that is down, or hangs, must not hold the close up.
    const asked = this.#ask({ type: 'close' }).catch(() => undefined);
    await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, closeMs).unref())]);
    this.#closed = true;
    await this.#worker.terminate();
    this.#rejectPending(closedMessage);
  }

  #launch(): Worker {
    const worker = this.#start();
    this.#delay.started();
    let cause = 'it ended';
    worker.on('message', (message: WorkerReply) => this.#onMessage(message));
    worker.on('error', (error: unknown) => {
      cause = error instanceof Error ? error.message : String(error);
    });
    worker.once('exit', () => this.#onExit(cause));
    return worker;
  }

  async #applyNow(config: ProxyConfig): Promise<BoundListeners> {
    const { instance } = config.identity;
    const bound = await this.#ask({ type: 'apply', config: this.#onKnownPorts(config) });
    if (bound === undefined) throw new Error(`The data plane did not answer for ${instance}.`);
    this.#applied.set(instance, { config, bound });
    return bound;
  }

  /** A port that the system chose is kept while the proxy lives, whichever thread serves it. */
  #onKnownPorts(config: ProxyConfig): ProxyConfig {
    const known = this.#applied.get(config.identity.instance)?.bound;
    if (known === undefined) return config;
    return {
      ...config,
      inbound: config.inbound.map((listener) => ({
        ...listener,
        port: listener.port || (known.inbound[listener.name] ?? 0),
      })),
      outbound: config.outbound.map((listener) => ({
        ...listener,
        port: listener.port || (known.outbound[listener.name] ?? 0),
      })),
    };
  }

  #ask(request: RequestBody): Promise<BoundListeners | undefined> {
    if (this.#closed) return Promise.reject(new Error(closedMessage));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#worker.postMessage({ ...request, id });
    });
  }

  #onMessage(message: WorkerReply): void {
    if (message.type === 'report') {
      this.#onReport(message.report);
      return;
    }
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.type === 'done') pending?.resolve(message.bound);
    else
      pending?.reject(Object.assign(new Error(message.message), message.code !== undefined && { code: message.code }));
  }

  #onExit(cause: string): void {
    this.#rejectPending(`The data plane worker crashed: ${cause}.`);
    if (this.#closing) return;
    this.#problem(`The data plane worker crashed (${cause}) and is started again; requests under way were lost.`);
    this.#ready = new Promise((resolve) => (this.#setReady = resolve));
    this.#restart = setTimeout(() => {
      this.#worker = this.#launch();
      void this.#restore().finally(this.#setReady);
    }, this.#delay.next());
  }

  async #restore(): Promise<void> {
    for (const [instance, { config }] of [...this.#applied]) {
      try {
        await this.#rebind(config);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.#problem(`The proxy of ${instance} could not be restored: ${reason}`);
      }
    }
  }

  async #rebind(config: ProxyConfig): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#applyNow(config);
        return;
      } catch (error) {
        const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
        if (!taken || attempt >= rebindAttempts || this.#closing) throw error;
        await new Promise((resolve) => setTimeout(resolve, rebindPauseMs));
      }
    }
  }

  #problem(message: string): void {
    this.#onReport({
      time: Date.now(),
      requests: [],
      tcp: [],
      waiting: [],
      spans: [],
      access: [],
      endpoints: [],
      problems: [message],
    });
  }

  #rejectPending(message: string): void {
    for (const pending of this.#pending.values()) pending.reject(new Error(message));
    this.#pending.clear();
  }
}
