/** A set of reflectors with a fault proxy between it and a server, and what people would read meanwhile. */
import type { KubeTransport } from '../../src/engine/discovery/kubernetes/transport/kube-transport.ts';
import {
  ReflectorSet,
  type ReflectorSetOptions,
  type ReflectorSetStatus,
} from '../../src/engine/discovery/kubernetes/reflector/reflector-set.ts';
import { usualReflectorLimits } from '../../src/engine/discovery/kubernetes/reflector/reflector.ts';
import { createObjectStore } from '../../src/engine/model/live-object-store.ts';
import type { ObjectStore } from '../../src/engine/model/object-store.ts';
import { until } from '../integration/until.ts';

export interface ReflectorRig {
  readonly set: ReflectorSet;
  readonly store: ObjectStore;
  /** Every text that was shown since it was last emptied. */
  readonly shown: Set<string>;
}

/** Silence and slowness are found ten times as fast as usual. */
const limits = {
  limits: { ...usualReflectorLimits, silenceMs: 20_000, healthyMs: 300 },
  reachabilityLimits: { tickMs: 300, probeTimeoutMs: 2000 },
};

export function startRig(transport: KubeTransport, options: Partial<ReflectorSetOptions> = {}): ReflectorRig {
  const store = createObjectStore('cluster');
  const set = new ReflectorSet({ transport, store, ...limits, ...options });
  const shown = new Set<string>();
  set.onStatus((status) => messagesOf(status).forEach((message) => shown.add(message)));
  set.start();
  return { set, store, shown };
}

/** What people read of a status: each message once. */
export function messagesOf(status: ReflectorSetStatus): readonly string[] {
  const { trouble, discoveryProblem, kinds } = status;
  const all = [trouble?.message, discoveryProblem, ...kinds.map(({ message }) => message)];
  return [...new Set(all.flatMap((message) => message ?? []))];
}

export const synced = (set: ReflectorSet, patience = 20_000): Promise<unknown> =>
  until('every kind in step', () => set.status.isSynced, patience);

/** `namespace/name@resourceVersion` of a kind's objects. */
export const versionsOf = (store: ObjectStore, kind: string): readonly string[] =>
  store
    .snapshot()
    .ofKind(kind)
    .map(({ namespace, name, resourceVersion }) => `${namespace}/${name}@${resourceVersion ?? ''}`)
    .sort();

/** Waits until the store has what the server has; returns the milliseconds that took. */
export async function equalToServer(
  rig: ReflectorRig,
  kind: string,
  server: () => readonly string[] | Promise<readonly string[]>,
  patience = 30_000,
): Promise<number> {
  const started = performance.now();
  let there: readonly string[] = [];
  try {
    await until(
      `${kind} as the server has it`,
      async () => {
        there = await server();
        return versionsOf(rig.store, kind).join() === there.join();
      },
      patience,
    );
  } catch (cause) {
    const here = new Set(versionsOf(rig.store, kind));
    const missing = there.filter((version) => !here.has(version));
    const surplus = [...here].filter((version) => !there.includes(version));
    const { state, message = '' } = rig.set.status.kinds.find((one) => one.kind === kind) ?? {};
    const difference = `missing ${missing.slice(0, 5).join(' ')} (${missing.length}), too much ${surplus.slice(0, 5).join(' ')} (${surplus.length})`;
    throw new Error(`${kind} is ${state ?? 'unknown'} ${message}: ${difference}`, { cause });
  }
  return performance.now() - started;
}
