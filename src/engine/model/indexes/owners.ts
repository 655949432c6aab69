/** Which workload a pod belongs to, and which pods belong to a workload. */
import type { ResourceRef } from '../../../shared/resource.ts';
import { Kinds } from '../kinds.ts';
import type { MeshObject, OwnerReference } from '../mesh-object.ts';
import { groupOf, refOf } from '../mesh-object.ts';
import type { Snapshot } from '../snapshot.ts';
import { groupBy, perPart } from './per-part.ts';

const controllerOf = (object: MeshObject): OwnerReference | undefined =>
  object.owners?.find(({ controller }) => controller);

/** The owner of an intermediate controller, where only its name is known. The rules are those of Istio's injector. */
function ownerByName(pod: MeshObject, { kind, name, apiVersion }: OwnerReference): Omit<ResourceRef, 'namespace'> {
  const cut = (label: string): string | undefined => {
    const hash = Object.hasOwn(pod.labels, label) ? pod.labels[label] : undefined;
    return hash && name.endsWith(`-${hash}`) ? name.slice(0, -hash.length - 1) : undefined;
  };
  if (kind === 'ReplicaSet') {
    const rollout = cut('rollouts-pod-template-hash');
    if (rollout) return { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: rollout };
    const deployment = cut('pod-template-hash');
    if (deployment) return { apiVersion: 'apps/v1', kind: 'Deployment', name: deployment };
  }
  if (kind === 'ReplicationController') {
    const config = Object.hasOwn(pod.labels, 'deploymentconfig') ? pod.labels['deploymentconfig'] : undefined;
    if (config) return { apiVersion: 'apps.openshift.io/v1', kind: 'DeploymentConfig', name: config };
  }
  if (kind === 'Job') {
    // A CronJob names its jobs by the scheduled minute since the epoch.
    const cronJob = /^(.+)-\d{8,10}$/.exec(name)?.[1];
    if (cronJob) return { apiVersion: 'batch/v1', kind: 'CronJob', name: cronJob };
  }
  return { apiVersion, kind, name };
}

/**
 * The workload that made a pod: the Deployment behind its ReplicaSet, the CronJob behind its Job, its StatefulSet …; the
 * pod itself where nobody controls it. ReplicaSets of the snapshot are asked; where it holds none, their names tell.
 */
export function workloadOf(snapshot: Pick<Snapshot, 'find'>, pod: MeshObject): ResourceRef {
  const owner = controllerOf(pod);
  if (!owner) return refOf(pod);
  const { namespace } = pod;
  if (owner.kind === 'ReplicaSet' && groupOf(owner.apiVersion) === 'apps') {
    const replicaSet = snapshot.find(Kinds.replicaSet, namespace, owner.name);
    const above = replicaSet && controllerOf(replicaSet);
    if (above) return { apiVersion: above.apiVersion, kind: above.kind, namespace, name: above.name };
    if (replicaSet) return refOf(replicaSet);
  }
  return { ...ownerByName(pod, owner), namespace };
}

const idOf = ({ apiVersion, kind, name }: Omit<ResourceRef, 'namespace'>): string =>
  `${groupOf(apiVersion)}/${kind}/${name}`;

/** Pods of a namespace by workload, for one state of its ReplicaSets. */
const podsByWorkload = perPart((pods: readonly MeshObject[]) =>
  perPart((replicaSets: readonly MeshObject[]) => {
    const byName = new Map(replicaSets.map((object) => [object.name, object]));
    const find: Snapshot['find'] = (_kind, _namespace, name) => byName.get(name);
    return groupBy(pods, (pod) => [idOf(workloadOf({ find }, pod))]);
  }),
);

/** Pods that belong to a workload, by name. */
export function podsOf(snapshot: Snapshot, workload: ResourceRef): readonly MeshObject[] {
  const { namespace } = workload;
  const pods = podsByWorkload(snapshot.inNamespace(Kinds.pod, namespace));
  return pods(snapshot.inNamespace(Kinds.replicaSet, namespace)).get(idOf(workload)) ?? [];
}
