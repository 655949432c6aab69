import type { MeshEvent } from '../../shared/mesh-event.ts';

/** A mesh event before the log numbers it. `time` defaults to now. */
export type NewMeshEvent = Omit<MeshEvent, 'id' | 'time'> & { readonly time?: number };

export interface EventLogOptions {
  /** Epoch milliseconds. */
  now(): number;
  /** Events kept. Default 1000. */
  readonly limit?: number;
  /** A repeat within this time is folded into the event it repeats. Default 60000. */
  readonly foldMs?: number;
}

interface Entry {
  event: MeshEvent;
  readonly message: string;
  times: number;
}

/**
 * What happened in the mesh, oldest first. An event that repeats the last one about the same thing is folded into it:
 * listeners get the same id again, with the newest time and "(3 times)" in the message.
 */
export class EventLog {
  readonly #now: () => number;
  readonly #limit: number;
  readonly #foldMs: number;
  readonly #entries: Entry[] = [];
  readonly #listeners = new Set<(event: MeshEvent) => void>();
  #nextId = 1;

  constructor(options: EventLogOptions) {
    this.#now = () => options.now();
    this.#limit = options.limit ?? 1000;
    this.#foldMs = options.foldMs ?? 60_000;
  }

  /** Adds an event and tells the listeners. */
  add(event: NewMeshEvent): MeshEvent {
    const time = event.time ?? this.#now();
    const repeated = this.#repeated(event, time);
    if (repeated) {
      repeated.times++;
      repeated.event = { ...repeated.event, time, message: `${repeated.message} (${repeated.times} times)` };
    } else {
      this.#entries.push({ event: { ...event, id: this.#nextId++, time }, message: event.message, times: 1 });
      if (this.#entries.length > this.#limit) this.#entries.shift();
    }
    const added = repeated?.event ?? this.#entries.at(-1)?.event;
    if (!added) throw new RangeError('An event log must keep at least one event.');
    for (const listener of [...this.#listeners]) listener(added);
    return added;
  }

  /** Events with a higher id than `after`, oldest first. */
  list(after = 0): readonly MeshEvent[] {
    return this.#entries.filter(({ event }) => event.id > after).map(({ event }) => event);
  }

  /** Events about any of these instances with `from <= time <= to` (epoch milliseconds). */
  concerning(instances: ReadonlySet<string>, from: number, to: number): readonly MeshEvent[] {
    return this.#entries
      .filter(({ event }) => event.time >= from && event.time <= to)
      .filter(({ event }) => event.instance !== undefined && instances.has(event.instance))
      .map(({ event }) => event);
  }

  onEvent(listener: (event: MeshEvent) => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  /** The event this one repeats, unless something else happened to the same thing in between. */
  #repeated(event: NewMeshEvent, time: number): Entry | undefined {
    for (let index = this.#entries.length - 1; index >= 0; index--) {
      const entry = this.#entries[index];
      if (!entry || time - entry.event.time > this.#foldMs) return undefined;
      if (subjectOf(entry.event) !== subjectOf(event)) continue;
      return entry.event.kind === event.kind && entry.message === event.message ? entry : undefined;
    }
    return undefined;
  }
}

/** What an event is about. */
function subjectOf(event: NewMeshEvent): string {
  return JSON.stringify([event.namespace, event.service, event.workload, event.instance]);
}
