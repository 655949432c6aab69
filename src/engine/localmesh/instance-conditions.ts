import type { EndpointEvent } from '../dataplane/report.ts';
import type { Catalog } from '../discovery/registry/catalog.ts';
import type { InstanceStatus } from '../discovery/registry/supervised-instance.ts';
import type { MeshInstance } from './mesh-instance.ts';
import type { InstanceCondition } from './mesh-status.ts';

/** Which proxies have ejected which endpoints, and since when. */
export class Ejections {
  readonly #observers = new Map<
    string,
    { readonly since: number; readonly by: Set<string>; readonly detail: string }
  >();

  /** True where this event changed whether anybody has the endpoint ejected. */
  note(event: EndpointEvent): boolean {
    const observer = `${event.observer} ${event.upstream}`;
    const known = this.#observers.get(event.endpoint);
    if (event.type === 'ejected') {
      if (known) known.by.add(observer);
      else this.#observers.set(event.endpoint, { since: event.time, by: new Set([observer]), detail: event.detail });
      return !known;
    }
    if (event.type !== 'returned' || !known) return false;
    known.by.delete(observer);
    if (known.by.size > 0) return false;
    this.#observers.delete(event.endpoint);
    return true;
  }

  of(endpoint: string): { readonly since: number; readonly detail: string } | undefined {
    return this.#observers.get(endpoint);
  }

  forget(endpoint: string): void {
    this.#observers.delete(endpoint);
  }
}

/** What is known of an instance from its supervisor, its checks and the proxies that call it; the worst counts. */
export function conditionOf(input: {
  readonly instance: MeshInstance;
  readonly supervised: InstanceStatus | undefined;
  readonly catalog: Catalog;
  readonly ejections: Ejections;
  readonly hasProxy: boolean;
  readonly startedAt: number;
}): InstanceCondition {
  const { instance, supervised } = input;
  const base = {
    restarts: supervised?.restarts ?? 0,
    ...(supervised?.pid === undefined ? {} : { pid: supervised.pid }),
  };
  if (supervised && supervised.state !== 'ready') {
    return {
      ...base,
      state: supervised.state,
      since: supervised.since,
      ...(supervised.reason === '' ? {} : { reason: supervised.reason }),
    };
  }
  if (!supervised && !input.hasProxy) return { ...base, state: 'starting', since: input.startedAt };
  const entry = input.catalog.instance(instance.name);
  if (entry?.health === 'critical') return { ...base, state: 'unhealthy', since: entry.since, reason: entry.reason };
  const ejected = input.ejections.of(instance.id);
  if (ejected) return { ...base, state: 'ejected', since: ejected.since, reason: ejected.detail };
  return { ...base, state: 'ready', since: Math.max(supervised?.since ?? input.startedAt, entry?.since ?? 0) };
}
