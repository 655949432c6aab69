import type { HealthState } from '../../../shared/health.ts';
import { fieldOf, numberOf } from '../../../shared/untrusted.ts';
import type { MeshObject } from '../../model/mesh-object.ts';
import type { TopologyInstance } from '../../../shared/topology.ts';
import { conditionOf } from './pod-instance.ts';

/**
 * What a Deployment, StatefulSet or DaemonSet says of itself beside its pods: that it is scaled to zero, that replicas are
 * missing, that a rollout is stuck. Undefined where its pods say all there is to say.
 */
export function replicaHealth(controller: MeshObject, instances: readonly TopologyInstance[]): HealthState | undefined {
  const { spec, status } = controller;
  const isDaemonSet = controller.kind === 'DaemonSet';
  const desired = isDaemonSet
    ? numberOf(fieldOf(status, 'desiredNumberScheduled'))
    : (numberOf(fieldOf(spec, 'replicas')) ?? 1);
  if (desired === undefined) return undefined;
  if (desired === 0) {
    return isDaemonSet
      ? { health: 'idle', reason: 'No node matches its selector' }
      : { health: 'idle', reason: 'Scaled to 0 replicas' };
  }
  // A controller that has not looked at it yet says nothing.
  if (numberOf(fieldOf(status, 'observedGeneration')) === undefined) return undefined;
  const refused = conditionOf(status, 'ReplicaFailure');
  if (refused?.isTrue === true) {
    const health = instances.some(({ state }) => state === 'ready') ? 'degraded' : 'failing';
    return { health, reason: `Replicas cannot be created: ${refused.message || refused.reason}` };
  }
  const available =
    numberOf(fieldOf(status, isDaemonSet ? 'numberAvailable' : 'availableReplicas')) ??
    numberOf(fieldOf(status, 'readyReplicas')) ??
    0;
  if (available >= desired) return undefined;
  const progress = conditionOf(status, 'Progressing');
  if (progress?.reason === 'ProgressDeadlineExceeded') {
    const health = available === 0 ? 'failing' : 'degraded';
    return { health, reason: `The rollout is stuck: ${available} of ${desired} replicas are available` };
  }
  // Pods that start, or that are down, tell it with their own reason.
  if (instances.some(({ state }) => state !== 'ready' && state !== 'stopped')) return undefined;
  if (available === 0) return { health: 'failing', reason: `None of ${desired} replicas is available` };
  return { health: 'degraded', reason: `${available} of ${desired} replicas are available` };
}
