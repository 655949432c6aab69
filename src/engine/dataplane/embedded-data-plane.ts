import { Worker } from 'node:worker_threads';
import { entryPoint } from '../entry-points.ts';
import type { BoundListeners, DataPlane, Disposable, ProxyConfig } from './data-plane.ts';
import type { DataPlaneReport, WaitingRequests } from './report.ts';
import { WorkerThread } from './worker-thread.ts';

/** Requests leave much short-lived garbage: without a bound V8 grows the young generation far beyond what is of use. */
const resourceLimits = { maxYoungGenerationSizeMb: 16 };

export interface EmbeddedDataPlaneOptions {
  /** Worker threads; proxies are spread over them. Default 1. */
  readonly workers?: number;
  /** For tests: how a worker is started. */
  readonly startWorker?: () => Worker;
}

/**
 * The data plane that needs nothing but Node: proxies in worker threads. A worker that crashes is started again with the
 * last good configs of its proxies, on the same ports.
 */
export class EmbeddedDataPlane implements DataPlane {
  readonly #workers: readonly WorkerThread[];
  readonly #placement = new Map<string, WorkerThread>();
  readonly #listeners = new Set<(report: DataPlaneReport) => void>();
  /** What each worker told last: a report tells of the whole data plane. */
  readonly #waiting = new Map<number, readonly WaitingRequests[]>();
  #closed = false;

  constructor(options: EmbeddedDataPlaneOptions = {}) {
    const start =
      options.startWorker ??
      (() => new Worker(entryPoint('dataplane-worker'), { name: 'meshlens-data-plane', resourceLimits }));
    this.#workers = Array.from(
      { length: Math.max(1, options.workers ?? 1) },
      (_, index) => new WorkerThread(start, (report) => this.#deliver(report, index)),
    );
  }

  async apply(config: ProxyConfig): Promise<BoundListeners> {
    const { instance } = config.identity;
    const worker = this.#placement.get(instance) ?? this.#leastLoaded();
    this.#placement.set(instance, worker);
    try {
      return await worker.apply(config);
    } catch (error) {
      if (!worker.has(instance)) this.#placement.delete(instance);
      throw error;
    }
  }

  async remove(instance: string, drainMs: number): Promise<void> {
    const worker = this.#placement.get(instance);
    if (worker === undefined) return;
    this.#placement.delete(instance);
    await worker.remove(instance, drainMs);
  }

  onReport(listener: (report: DataPlaneReport) => void): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  async flush(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.flush()));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all(this.#workers.map((worker) => worker.close()));
    this.#placement.clear();
    this.#listeners.clear();
  }

  #deliver(report: DataPlaneReport, worker: number): void {
    if (report.waiting) this.#waiting.set(worker, report.waiting);
    const whole = report.waiting ? { ...report, waiting: [...this.#waiting.values()].flat() } : report;
    for (const listener of [...this.#listeners]) listener(whole);
  }

  #leastLoaded(): WorkerThread {
    const load = (worker: WorkerThread): number =>
      [...this.#placement.values()].filter((placed) => placed === worker).length;
    const [first, ...others] = this.#workers;
    if (first === undefined) throw new Error('A data plane has at least one worker.');
    return others.reduce((best, worker) => (load(worker) < load(best) ? worker : best), first);
  }
}
