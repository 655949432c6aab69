import type { BoundListeners, ProxyConfig } from '../data-plane.ts';
import type { DataPlaneReport, EndpointEvent, UpstreamDemand } from '../report.ts';
import type { WorkerReply, WorkerRequest } from '../worker-messages.ts';
import { Proxy } from './proxy.ts';
import type { Runtime } from './runtime.ts';
import { TelemetryRecorder } from './telemetry-recorder.ts';
import { TraceBudget } from './trace-budget.ts';

const reportIntervalMs = 1000;
/** Hops traced per report; beyond this, traces are thinned. */
const tracedHops = 4000;

/** All proxies of one worker. */
export class WorkerHost {
  readonly #runtime: Runtime;
  readonly #send: (message: WorkerReply) => void;
  readonly #proxies = new Map<string, Proxy>();
  /** Work on one proxy is done in the order it was asked for. */
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #ownPorts = new Set<number>();
  readonly #budget = new TraceBudget(tracedHops);
  readonly #ticker: NodeJS.Timeout;
  #events: EndpointEvent[] = [];
  #demands: UpstreamDemand[] = [];
  #newsScheduled = false;
  /** What proxies that were removed still had to tell. */
  #left: Pick<DataPlaneReport, 'requests' | 'tcp' | 'spans' | 'access'>[] = [];

  constructor(runtime: Runtime, send: (message: WorkerReply) => void) {
    this.#runtime = runtime;
    this.#send = send;
    this.#ticker = setInterval(() => this.#tick(), reportIntervalMs);
  }

  async handle(message: WorkerRequest): Promise<void> {
    try {
      const bound = await this.#carryOut(message);
      this.#send({ type: 'done', id: message.id, ...(bound && { bound }) });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
      const text = error instanceof Error ? error.message : String(error);
      this.#send({ type: 'failed', id: message.id, message: text, ...(code === undefined ? {} : { code }) });
    }
  }

  async #carryOut(message: WorkerRequest): Promise<BoundListeners | undefined> {
    switch (message.type) {
      case 'apply':
        return this.#inOrder(message.config.identity.instance, () => this.#apply(message.config));
      case 'remove':
        return this.#inOrder(message.instance, async () => {
          await this.#remove(message.instance, message.drainMs);
          return undefined;
        });
      case 'flush':
        this.#report();
        return undefined;
      case 'close':
        clearInterval(this.#ticker);
        for (const proxy of this.#proxies.values()) proxy.close();
        this.#report();
        this.#proxies.clear();
        return undefined;
    }
  }

  #inOrder<Result>(instance: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#queues.get(instance) ?? Promise.resolve();
    const result = before.then(work, work);
    const settled = result.then(
      () => undefined,
      () => undefined,
    );
    this.#queues.set(instance, settled);
    void settled.then(() => {
      if (this.#queues.get(instance) === settled) this.#queues.delete(instance);
    });
    return result;
  }

  async #apply(config: ProxyConfig): Promise<BoundListeners> {
    const { instance } = config.identity;
    const present = this.#proxies.get(instance);
    if (present && JSON.stringify(present.identity) === JSON.stringify(config.identity)) return present.apply(config);
    const recorder = new TelemetryRecorder(config.identity, this.#budget, {
      endpoint: (event) => this.#tell(() => this.#events.push(event)),
      demand: (demand) => this.#tell(() => this.#demands.push(demand)),
    });
    const proxy = new Proxy(config, { runtime: this.#runtime, recorder, ownPorts: this.#ownPorts });
    if (present) {
      // Another workload under the same name: its listeners must leave their ports before the new ones take them.
      await this.#remove(instance, 0);
    }
    try {
      const bound = await proxy.apply(config);
      this.#proxies.set(instance, proxy);
      return bound;
    } catch (error) {
      proxy.close();
      throw error;
    }
  }

  async #remove(instance: string, drainMs: number): Promise<void> {
    const proxy = this.#proxies.get(instance);
    if (proxy === undefined) return;
    await proxy.remove(drainMs);
    this.#proxies.delete(instance);
    this.#left.push(proxy.recorder.take());
  }

  #tick(): void {
    const now = this.#runtime.now();
    for (const proxy of this.#proxies.values()) proxy.sweep(now);
    this.#report();
  }

  #tell(note: () => void): void {
    note();
    if (this.#newsScheduled) return;
    this.#newsScheduled = true;
    setImmediate(() => {
      this.#newsScheduled = false;
      if (this.#events.length + this.#demands.length === 0) return;
      this.#sendReport({ requests: [], tcp: [], spans: [], access: [] });
    });
  }

  #report(): void {
    const parts = [...this.#left, ...[...this.#proxies.values()].map((proxy) => proxy.recorder.take())];
    this.#left = [];
    const dropped = this.#budget.next();
    const body = {
      requests: parts.flatMap((part) => part.requests),
      tcp: parts.flatMap((part) => part.tcp),
      spans: parts.flatMap((part) => part.spans),
      access: parts.flatMap((part) => part.access),
    };
    const size = body.requests.length + body.tcp.length + body.spans.length + body.access.length;
    if (size + this.#events.length + this.#demands.length > 0)
      this.#sendReport({ ...body, ...(dropped > 0 && { dropped }) });
  }

  #sendReport(body: Omit<DataPlaneReport, 'time' | 'endpoints'>): void {
    const endpoints = this.#events;
    const demands = this.#demands;
    this.#events = [];
    this.#demands = [];
    const urgent = demands.length > 0 ? { endpoints, demands } : { endpoints };
    this.#send({ type: 'report', report: { time: Date.now(), ...body, ...urgent } });
  }
}
