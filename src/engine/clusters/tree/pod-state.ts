import { fieldOf, listOf, stringOf } from '../../../shared/untrusted.ts';
import type { MeshObject } from '../../model/mesh-object.ts';

/** Whether the pod may serve. */
export function isReady(pod: MeshObject): boolean {
  return listOf(fieldOf(pod.status, 'conditions')).some(
    (condition) => fieldOf(condition, 'type') === 'Ready' && fieldOf(condition, 'status') === 'True',
  );
}

/** It has done its work, as pods of jobs do. */
export function isCompleted(pod: MeshObject): boolean {
  return fieldOf(pod.status, 'phase') === 'Succeeded';
}

/** What keeps the pod from being ready, `reviews-v1-5d7: CrashLoopBackOff`; undefined where it says nothing. */
export function troubleOf(pod: MeshObject): string | undefined {
  const statuses = [
    ...listOf(fieldOf(pod.status, 'initContainerStatuses')),
    ...listOf(fieldOf(pod.status, 'containerStatuses')),
  ];
  for (const status of statuses) {
    const state = fieldOf(status, 'state');
    const waiting = stringOf(fieldOf(fieldOf(state, 'waiting'), 'reason'));
    if (waiting !== undefined && waiting !== 'PodInitializing' && waiting !== 'ContainerCreating')
      return `${pod.name}: ${waiting}`;
    const terminated = fieldOf(state, 'terminated');
    const reason = stringOf(fieldOf(terminated, 'reason'));
    if (reason !== undefined && reason !== 'Completed') return `${pod.name}: ${reason}`;
  }
  const unschedulable = listOf(fieldOf(pod.status, 'conditions')).find(
    (condition) => fieldOf(condition, 'reason') === 'Unschedulable',
  );
  if (unschedulable !== undefined) return `${pod.name}: Unschedulable`;
  const reason = stringOf(fieldOf(pod.status, 'reason'));
  return reason === undefined || reason === '' ? undefined : `${pod.name}: ${reason}`;
}
