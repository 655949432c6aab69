import type { MeshMembership } from '../../../shared/cluster.ts';
import type { ResourceRef, SourceRef } from '../../../shared/resource.ts';
import type { TopologyInstance } from '../../../shared/topology.ts';
import { fieldOf, stringOf, textsOf } from '../../../shared/untrusted.ts';
import { workloadOf } from '../../model/indexes/owners.ts';
import { Kinds } from '../../model/kinds.ts';
import type { Labels, MeshObject } from '../../model/mesh-object.ts';
import { refOf } from '../../model/mesh-object.ts';
import { principalOf } from '../../model/principal.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { DeclaredWorkload } from '../declarations.ts';
import { roleOf } from './gateway-roles.ts';
import { podInstance } from './pod-instance.ts';
import { replicaHealth } from './replica-health.ts';

/** What a cluster's names mean. */
export interface ClusterNaming {
  /** Name of the cluster in the graph: its context. */
  readonly cluster: string;
  readonly clusterDomain: string;
  readonly trustDomain: string;
  /** How a pod takes part in a mesh. */
  readonly membershipOf: (pod: MeshObject) => MeshMembership;
  /** Place in the workspace that declares an object; of one that no file declares its name alone. */
  readonly locate: (ref: ResourceRef) => SourceRef;
}

/** A workload with the labels by which services and policies select it. */
export interface LabelledWorkload extends DeclaredWorkload {
  readonly labels: Labels;
  readonly pods: readonly string[];
}

interface Draft {
  readonly ref: ResourceRef;
  readonly controller: MeshObject | undefined;
  readonly pods: MeshObject[];
}

const controllers = [Kinds.deployment, Kinds.statefulSet, Kinds.daemonSet] as const;

/** Workloads of one namespace by name: controllers, with or without pods, and pods that belong to none. */
export function declareWorkloads(
  namespace: string,
  snapshot: Snapshot,
  naming: ClusterNaming,
  selectors: readonly Labels[],
): readonly LabelledWorkload[] {
  const drafts = new Map<string, Draft>();
  for (const kind of controllers) {
    for (const controller of snapshot.inNamespace(kind, namespace)) {
      drafts.set(`${controller.kind}/${controller.name}`, { ref: refOf(controller), controller, pods: [] });
    }
  }
  for (const pod of snapshot.inNamespace(Kinds.pod, namespace)) {
    const owner = workloadOf(snapshot, pod);
    // Static pods belong to their node, which is no workload.
    const ref = owner.kind === 'Node' ? refOf(pod) : owner;
    const key = `${ref.kind}/${ref.name}`;
    let draft = drafts.get(key);
    if (!draft) drafts.set(key, (draft = { ref, controller: undefined, pods: [] }));
    draft.pods.push(pod);
  }
  return [...drafts.values()]
    .flatMap((draft) => finish(draft, naming, selectors) ?? [])
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function finish(
  { ref, controller, pods }: Draft,
  naming: ClusterNaming,
  selectors: readonly Labels[],
): LabelledWorkload | undefined {
  const instances = pods.flatMap((pod): TopologyInstance[] => {
    const instance = podInstance(pod);
    return instance ? [instance] : [];
  });
  // What ran once and ended, as jobs do, is nothing that runs.
  if (!controller && instances.length === 0) return undefined;
  const template = fieldOf(controller?.spec, 'template');
  // A pod that runs says more than the template of the next one: injection changes labels.
  const [sample] = pods.filter((pod) => pod.deletionTimestamp === undefined);
  const labels = sample?.labels ?? textsOf(fieldOf(fieldOf(template, 'metadata'), 'labels'));
  const podSpec = sample?.spec ?? fieldOf(template, 'spec');
  const membership = sample ? naming.membershipOf(sample) : 'none';
  const serviceAccount = stringOf(fieldOf(podSpec, 'serviceAccountName')) ?? '';
  const { namespace, name } = ref;
  const health = controller && replicaHealth(controller, instances);
  return {
    namespace,
    name,
    cluster: naming.cluster,
    kind: roleOf(labels, selectors),
    // In Istio's order, so that names agree with its metrics.
    app: labels['service.istio.io/canonical-name'] ?? labels['app.kubernetes.io/name'] ?? labels['app'] ?? name,
    version:
      labels['service.istio.io/canonical-revision'] ?? labels['app.kubernetes.io/version'] ?? labels['version'] ?? '',
    principal: membership === 'none' ? '' : principalOf(naming.trustDomain, { namespace, serviceAccount }),
    instances,
    membership,
    ...(health === undefined ? {} : { health }),
    declaredAt: naming.locate(ref),
    labels,
    pods: pods.map((pod) => pod.name),
  };
}
