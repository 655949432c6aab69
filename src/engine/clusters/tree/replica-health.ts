import type { HealthState } from '../../../shared/health.ts';

export interface Replicas {
  readonly desired: number;
  readonly current: number;
  readonly available: number;
  /** Pods whose proxy runs what its control plane last sent; undefined where that is not known, or none has a proxy. */
  readonly synced?: number;
}

/**
 * Kiali's rules for workloads, first match. One departs: more replicas than wanted are a rollout on its way there, not a
 * failure. `why` says what keeps a replica from being available, where that is known.
 */
export function replicaHealth({ desired, current, available, synced }: Replicas, why?: string): HealthState {
  const because = why === undefined ? '' : `: ${why}`;
  if (desired === 0) return { health: 'idle', reason: 'Scaled to zero' };
  if (available === 0)
    return {
      health: 'failing',
      reason:
        desired === 1
          ? `Its only replica is not available${because}`
          : `None of ${desired} replicas is available${because}`,
    };
  if (available < desired || current < desired)
    return {
      health: 'degraded',
      reason: `${Math.min(available, current)} of ${desired} replicas are available${because}`,
    };
  if (current > desired)
    return { health: 'degraded', reason: `Rolling out: ${current} replicas, ${desired} wanted${because}` };
  if (synced !== undefined && synced < desired)
    return {
      health: 'degraded',
      reason: `${desired - synced} of ${desired} proxies ${desired - synced === 1 ? 'does' : 'do'} not run the present configuration`,
    };
  return { health: 'healthy', reason: desired === 1 ? '1 replica available' : `${desired} replicas available` };
}

/** Of a workload that is starting: replicas that are not there yet are no fault. All else counts as ever. */
export function startingHealth(replicas: Replicas, why?: string): HealthState {
  const { desired, available } = replicas;
  if (available >= desired) return replicaHealth(replicas, why);
  return { health: 'unknown', reason: `Starting, ${available} of ${desired} replicas available` };
}
