/** Ports that sidecars listen on because a Sidecar says so, whatever the containers beside them declare. */
import { fieldOf, listOf, numberOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { Labels } from '../../../model/mesh-object.ts';
import { selectorMatches } from '../../semantics/hosts.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import type { Index } from '../check.ts';
import { addToList } from './add-to-list.ts';
import { selectorOf } from './selector-of.ts';

interface SidecarListeners {
  readonly labels: Labels;
  readonly ports: ReadonlySet<number>;
}

/** By namespace. */
export const sidecarListeners: Index<ReadonlyMap<string, readonly SidecarListeners[]>> = {
  inputs: [Kinds.sidecar],
  relevant: ({ spec }) => [fieldOf(spec, 'workloadSelector'), fieldOf(spec, 'ingress')],
  build: (objects) => {
    const found = new Map<string, SidecarListeners[]>();
    for (const object of objects.ofKind(Kinds.sidecar)) {
      const ports = listOf(fieldOf(object.spec, 'ingress')).flatMap(
        (listener) => numberOf(valueAt(listener, ['port', 'number'])) ?? [],
      );
      if (ports.length === 0) continue;
      addToList(found, object.namespace, { labels: selectorOf(object)?.labels ?? {}, ports: new Set(ports) });
    }
    return found;
  },
};

export function listensBySidecar(
  listeners: ReadonlyMap<string, readonly SidecarListeners[]>,
  { namespace, labels }: WorkloadView,
  port: number,
): boolean {
  return (listeners.get(namespace) ?? []).some((each) => each.ports.has(port) && selectorMatches(each.labels, labels));
}
