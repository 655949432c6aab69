/** What both subjects of the discovery bench tell their parent. */
import process from 'node:process';
import { setImmediate as turn } from 'node:timers/promises';

/** What a process used since it was asked last. */
export interface Usage {
  /** Of all its threads. */
  readonly cpuMs: number;
  /** Longest stretch of the main thread's own work between two turns of the event loop. */
  readonly longestBlockMs: number;
}

export type SubjectMessage =
  /** Loaded and idle. */
  | { readonly type: 'ready' }
  /** Namespaces and services are known: there is something to look at. */
  | { readonly type: 'useful'; readonly ms: number }
  | { readonly type: 'synced'; readonly ms: number; readonly usage: Usage; readonly retainedBytes: number }
  | { readonly type: 'events'; readonly events: number }
  /** As `usage`, without collecting garbage, which also throws away the code of what has not run for a while. */
  | { readonly type: 'cpu'; readonly usage: Usage; readonly events: number }
  | { readonly type: 'usage'; readonly usage: Usage; readonly retainedBytes: number; readonly events: number };

export type SubjectOrder = 'start' | 'usage' | 'cpu' | 'events';

const tickMs = 10;

/**
 * CPU and not clock time, as on a busy machine the clock says more about the neighbours. Node measures one thread's CPU
 * since 23.9; before, blocks are not known.
 */
class Meter {
  #cpu = process.cpuUsage();
  #thread = process.threadCpuUsage();
  #longest = 0;

  constructor() {
    setInterval(() => {
      const { user, system } = process.threadCpuUsage(this.#thread);
      this.#thread = process.threadCpuUsage();
      this.#longest = Math.max(this.#longest, (user + system) / 1000);
    }, tickMs).unref();
  }

  take(): Usage {
    const { user, system } = process.cpuUsage(this.#cpu);
    const usage = { cpuMs: (user + system) / 1000, longestBlockMs: this.#longest };
    this.restart();
    return usage;
  }

  restart(): void {
    this.#cpu = process.cpuUsage();
    this.#thread = process.threadCpuUsage();
    this.#longest = 0;
  }
}

async function heldBytes(): Promise<number> {
  // What is freed by the first collection may free more for the second.
  for (let round = 0; round < 3; round++) {
    await turn();
    globalThis.gc?.();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** What a subject does when it is told to. */
export interface Subject {
  /** Begins to discover; resolves when everything is known. */
  start(onUseful: () => void): Promise<void>;
  /** Changes seen so far. */
  events(): number;
}

/** Obeys the orders of the parent until it disconnects. */
export async function serveSubject(subject: Subject): Promise<void> {
  const tell = (message: SubjectMessage): void => void process.send?.(message);
  const before = await heldBytes();
  const meter = new Meter();
  const obey = async (order: SubjectOrder): Promise<void> => {
    if (order === 'start') {
      meter.restart();
      const started = performance.now();
      await subject.start(() => tell({ type: 'useful', ms: performance.now() - started }));
      const ms = performance.now() - started;
      const usage = meter.take();
      tell({ type: 'synced', ms, usage, retainedBytes: (await heldBytes()) - before });
      meter.restart();
    } else if (order === 'events') {
      tell({ type: 'events', events: subject.events() });
    } else if (order === 'cpu') {
      tell({ type: 'cpu', usage: meter.take(), events: subject.events() });
    } else {
      const usage = meter.take();
      tell({ type: 'usage', usage, retainedBytes: (await heldBytes()) - before, events: subject.events() });
      meter.restart();
    }
  };
  process.on('message', (order: SubjectOrder) => void obey(order));
  process.on('disconnect', () => process.exit());
  tell({ type: 'ready' });
}
