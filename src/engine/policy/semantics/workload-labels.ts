/** Finds the workload a person means by a name: its labels and its service account. */
import { workloadAnnotation } from '../../model/annotations.ts';
import { Kinds } from '../../model/kinds.ts';
import type { Labels } from '../../model/mesh-object.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { selectorMatches } from './hosts.ts';
import type { WorkloadView } from './workloads.ts';
import { readWorkload } from './workloads.ts';

export type FoundWorkload = Pick<WorkloadView, 'namespace' | 'labels' | 'serviceAccount' | 'object'>;

const controllers = [Kinds.deployment, Kinds.statefulSet, Kinds.daemonSet] as const;

/** The pod, workload or WorkloadEntry with the name. */
export function findWorkload(snapshot: Snapshot, namespace: string, name: string): FoundWorkload | undefined {
  for (const kind of [Kinds.pod, ...controllers, Kinds.workloadEntry]) {
    const object = snapshot.find(kind, namespace, name);
    const found = object && readWorkload(object);
    if (found) return found;
  }
  const entry = snapshot
    .inNamespace(Kinds.workloadEntry, namespace)
    .find(({ annotations }) => annotations[workloadAnnotation] === name);
  return entry && readWorkload(entry);
}

/** The first workload of any namespace whose pods have the labels. */
export function findWorkloadByLabels(snapshot: Snapshot, selector: Labels): FoundWorkload | undefined {
  for (const kind of [...controllers, Kinds.pod]) {
    for (const object of snapshot.ofKind(kind)) {
      const found = readWorkload(object);
      if (found && selectorMatches(selector, found.labels)) return found;
    }
  }
  return undefined;
}
