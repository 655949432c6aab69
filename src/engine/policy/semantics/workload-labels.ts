/** Finds the workload a person means by a name: its labels and its service account. */
import { workloadAnnotation } from '../../model/annotations.ts';
import { Kinds } from '../../model/kinds.ts';
import type { Labels, MeshObject } from '../../model/mesh-object.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { selectorMatches } from './hosts.ts';
import { SpecNode } from './spec-node.ts';

export interface FoundWorkload {
  readonly namespace: string;
  readonly labels: Labels;
  readonly serviceAccount: string;
  /** The object it was read from. */
  readonly object: MeshObject;
}

const controllers = [Kinds.deployment, Kinds.statefulSet, Kinds.daemonSet] as const;

function fromPod(object: MeshObject): FoundWorkload {
  const spec = new SpecNode(object.spec, ['spec'], () => undefined);
  const serviceAccount = spec.child('serviceAccountName').string() ?? 'default';
  return { namespace: object.namespace, labels: object.labels, serviceAccount, object };
}

function fromController(object: MeshObject): FoundWorkload {
  const template = new SpecNode(object.spec, ['spec'], () => undefined).child('template');
  const serviceAccount = template.child('spec').child('serviceAccountName').string() ?? 'default';
  const labels = template.child('metadata').child('labels').stringMap();
  return { namespace: object.namespace, labels, serviceAccount, object };
}

function fromEntry(object: MeshObject): FoundWorkload {
  const spec = new SpecNode(object.spec, ['spec'], () => undefined);
  const labels = { ...object.labels, ...spec.child('labels').stringMap() };
  return {
    namespace: object.namespace,
    labels,
    serviceAccount: spec.child('serviceAccount').string() ?? 'default',
    object,
  };
}

/** The pod, workload or WorkloadEntry with the name. */
export function findWorkload(snapshot: Snapshot, namespace: string, name: string): FoundWorkload | undefined {
  const pod = snapshot.find(Kinds.pod, namespace, name);
  if (pod) return fromPod(pod);
  for (const kind of controllers) {
    const object = snapshot.find(kind, namespace, name);
    if (object) return fromController(object);
  }
  const entry =
    snapshot.find(Kinds.workloadEntry, namespace, name) ??
    snapshot
      .ofKind(Kinds.workloadEntry)
      .find((object) => object.namespace === namespace && object.annotations[workloadAnnotation] === name);
  return entry && fromEntry(entry);
}

/** The first workload of any namespace whose pods have the labels. */
export function findWorkloadByLabels(snapshot: Snapshot, selector: Labels): FoundWorkload | undefined {
  for (const kind of controllers) {
    const found = snapshot
      .ofKind(kind)
      .map(fromController)
      .find(({ labels }) => selectorMatches(selector, labels));
    if (found) return found;
  }
  const pod = snapshot.ofKind(Kinds.pod).find(({ labels }) => selectorMatches(selector, labels));
  return pod && fromPod(pod);
}
