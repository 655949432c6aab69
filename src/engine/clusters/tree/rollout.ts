import { fieldOf, listOf, numberOf } from '../../../shared/untrusted.ts';
import { workloadOf } from '../../model/indexes/owners.ts';
import { Kinds } from '../../model/kinds.ts';
import type { MeshObject } from '../../model/mesh-object.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { conditionOf, podInstance } from '../../topology/cluster/pod-instance.ts';
import { isCompleted, isReady, troubleOf } from './pod-state.ts';

/**
 * A rollout that is on its way, in which nothing has gone wrong so far: its replicas are late, not ill. The controller
 * itself ends this after `progressDeadlineSeconds`, so only kinds with such a deadline can be called starting.
 */
export function isStarting(controller: MeshObject, pods: readonly MeshObject[]): boolean {
  return controller.kind === 'Deployment' && isProgressing(controller) && pods.every(isReadyOrStarting);
}

/** Pods that do not serve yet, all of workloads that are starting. False where there are none. */
export function awaitsStart(snapshot: Snapshot, pods: readonly MeshObject[]): boolean {
  const late = pods.filter((pod) => !isReady(pod) && !isCompleted(pod));
  return late.length > 0 && late.every((pod) => isReadyOrStarting(pod) && isOfRollout(snapshot, pod));
}

function isOfRollout(snapshot: Snapshot, pod: MeshObject): boolean {
  const { kind, namespace, name } = workloadOf(snapshot, pod);
  const owner = kind === 'Deployment' ? snapshot.find(Kinds.deployment, namespace, name) : undefined;
  return owner !== undefined && isProgressing(owner);
}

/** Once all replicas were there the reason is NewReplicaSetAvailable; one that is lost after that is missed. */
function isProgressing({ status }: MeshObject): boolean {
  if (conditionOf(status, 'ReplicaFailure')?.isTrue === true) return false;
  const progress = conditionOf(status, 'Progressing');
  return progress?.isTrue === true && progress.reason !== 'NewReplicaSetAvailable';
}

/** Pods that go away make room for those that start. */
function isReadyOrStarting(pod: MeshObject): boolean {
  if (isReady(pod) || isCompleted(pod) || pod.deletionTimestamp !== undefined) return true;
  return podInstance(pod)?.state === 'starting' && troubleOf(pod) === undefined && !hasRestarted(pod);
}

function hasRestarted({ status }: MeshObject): boolean {
  return [...listOf(fieldOf(status, 'initContainerStatuses')), ...listOf(fieldOf(status, 'containerStatuses'))].some(
    (container) => (numberOf(fieldOf(container, 'restartCount')) ?? 0) > 0,
  );
}
