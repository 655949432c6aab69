import { fieldOf, listOf, stringOf } from '../../../shared/untrusted.ts';
import type { MeshObject } from '../../model/mesh-object.ts';
import type { TopologyInstance } from '../../../shared/topology.ts';

/** Reasons for which a container waits that do not pass by themselves. */
const stuck = new Set([
  'CrashLoopBackOff',
  'ImagePullBackOff',
  'ErrImagePull',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

/** A pod as an instance; undefined for one that has ended and is only kept for its log. */
export function podInstance(pod: MeshObject): TopologyInstance | undefined {
  const { status } = pod;
  const phase = stringOf(fieldOf(status, 'phase'));
  if (phase === 'Succeeded' || phase === 'Failed') return undefined;
  const ready = conditionOf(status, 'Ready');
  const started = stringOf(fieldOf(status, 'startTime')) ?? pod.creationTimestamp ?? '';
  const since = ready?.since ?? started;
  const state = stateOf(pod, phase, ready, started);
  return {
    id: `${pod.namespace}/${pod.name}`,
    name: pod.name,
    address: stringOf(fieldOf(status, 'podIP')) ?? '',
    since,
    ...state,
  };
}

function stateOf(
  pod: MeshObject,
  phase: string | undefined,
  ready: Condition | undefined,
  started: string,
): Pick<TopologyInstance, 'state' | 'reason'> {
  if (pod.deletionTimestamp !== undefined) return { state: 'stopped', reason: 'It is being deleted.' };
  if (ready?.isTrue === true) return { state: 'ready' };
  const waiting = waitingReason(pod.status);
  if (waiting !== undefined) return { state: 'down', reason: waiting };
  const scheduled = conditionOf(pod.status, 'PodScheduled');
  if (scheduled && !scheduled.isTrue && scheduled.reason === 'Unschedulable') {
    return { state: 'down', reason: `No node takes it: ${scheduled.message || 'unschedulable'}` };
  }
  // A pod that never was ready has this condition since it started.
  const wasReady = ready !== undefined && Date.parse(ready.since) - Date.parse(started) > 5000;
  if (phase !== 'Running' || !wasReady) return { state: 'starting' };
  return { state: 'unhealthy', reason: ready.message === '' ? 'It is not ready.' : ready.message };
}

interface Condition {
  readonly isTrue: boolean;
  /** ISO 8601; empty where it is not told. */
  readonly since: string;
  readonly reason: string;
  readonly message: string;
}

/** A condition of a status, of pods as of workloads. */
export function conditionOf(status: unknown, type: string): Condition | undefined {
  const condition = listOf(fieldOf(status, 'conditions')).find((one) => fieldOf(one, 'type') === type);
  if (condition === undefined) return undefined;
  return {
    isTrue: fieldOf(condition, 'status') === 'True',
    since: stringOf(fieldOf(condition, 'lastTransitionTime')) ?? '',
    reason: stringOf(fieldOf(condition, 'reason')) ?? '',
    message: stringOf(fieldOf(condition, 'message')) ?? '',
  };
}

function waitingReason(status: unknown): string | undefined {
  const all = [...listOf(fieldOf(status, 'initContainerStatuses')), ...listOf(fieldOf(status, 'containerStatuses'))];
  for (const container of all) {
    const waiting = fieldOf(fieldOf(container, 'state'), 'waiting');
    const reason = stringOf(fieldOf(waiting, 'reason'));
    if (reason === undefined || !stuck.has(reason)) continue;
    const name = stringOf(fieldOf(container, 'name')) ?? 'a container';
    return `${reason} of container ${name}`;
  }
  return undefined;
}
