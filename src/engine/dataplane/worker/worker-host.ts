import type { BoundListeners, ProxyConfig } from '../data-plane.ts';
import type { DataPlaneReport, EarlyReport, EndpointEvent, UpstreamDemand } from '../report.ts';
import type { WorkerReply, WorkerRequest } from '../worker-messages.ts';
import { Proxy } from './proxy.ts';
import type { Runtime } from './runtime.ts';
import { TelemetryRecorder } from './telemetry-recorder.ts';
import { TraceBudget } from './trace-budget.ts';

const reportIntervalMs = 1000;
/** Who changes routes waits for the effect: for a while after it reports come this often. */
const earlyIntervalMs = 200;
/** Long enough for ten requests of a slow caller; who calls less often can wait for the regular report as well. */
const earlyMs = 3000;
/** Hops traced per report; beyond this, traces are thinned. */
const tracedHops = 4000;
/**
 * So many are told at once and not kept for the report: on both sides of the wire the garbage collector then finds them dead,
 * where a second's worth would be moved into the old generation, and holds up requests while it is written.
 */
const hopsAtOnce = 256;

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
  #earlyTicker: NodeJS.Timeout | undefined;
  #events: EndpointEvent[] = [];
  #demands: UpstreamDemand[] = [];
  #newsScheduled = false;
  /** Hops with a span and a line that were not told yet. */
  #hops = 0;
  /** Length of the list in the last report: that nothing waits any more is told as well. */
  #waiting = 0;
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
        this.#report('asked');
        return undefined;
      case 'close':
        clearInterval(this.#ticker);
        clearInterval(this.#earlyTicker);
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
    if (present && JSON.stringify(present.identity) === JSON.stringify(config.identity)) {
      const hasNewRoutes = present.generation !== config.generation;
      const bound = await present.apply(config);
      if (hasNewRoutes) this.#reportEarly();
      return bound;
    }
    const recorder = new TelemetryRecorder(config.identity, this.#budget, {
      endpoint: (event) => this.#tell(() => this.#events.push(event)),
      demand: (demand) => this.#tell(() => this.#demands.push(demand)),
      traced: () => this.#onHop(),
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

  #onHop(): void {
    if (++this.#hops < hopsAtOnce) return;
    this.#hops = 0;
    const parts = [...this.#proxies.values()].map((proxy) => proxy.recorder.takeTraces());
    const traces = { spans: parts.flatMap(({ spans }) => spans), access: parts.flatMap(({ access }) => access) };
    this.#sendReport({ requests: [], tcp: [], ...traces });
  }

  /** From now on, for a while, what the new routes do is told as it happens. */
  #reportEarly(): void {
    clearInterval(this.#earlyTicker);
    let left = earlyMs / earlyIntervalMs;
    this.#earlyTicker = setInterval(() => {
      left -= 1;
      if (left === 0) clearInterval(this.#earlyTicker);
      this.#report('routes-changed');
    }, earlyIntervalMs);
  }

  #report(early?: EarlyReport): void {
    const parts = [...this.#left, ...[...this.#proxies.values()].map((proxy) => proxy.recorder.take())];
    this.#left = [];
    this.#hops = 0;
    // The budget is one of a second, not of a report.
    const dropped = early === undefined ? this.#budget.next() : 0;
    const body = {
      requests: parts.flatMap((part) => part.requests),
      tcp: parts.flatMap((part) => part.tcp),
      spans: parts.flatMap((part) => part.spans),
      access: parts.flatMap((part) => part.access),
    };
    const waiting = [...this.#proxies.values()].flatMap((proxy) => proxy.recorder.waiting());
    const size = body.requests.length + body.tcp.length + body.spans.length + body.access.length;
    const isNews = size + this.#events.length + this.#demands.length + waiting.length + this.#waiting > 0;
    this.#waiting = waiting.length;
    if (isNews) this.#sendReport({ ...body, waiting, ...(dropped > 0 && { dropped }), ...(early && { early }) });
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
