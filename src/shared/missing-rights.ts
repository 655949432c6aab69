import type { ClusterStatus } from './cluster.ts';

/** Nothing is wrong but that a right is missing: that lasts, and is told as what is not allowed. */
export function lacksRights({ phase, forbidden, kinds }: ClusterStatus): boolean {
  return phase === 'degraded' && forbidden.length > 0 && kinds.every(({ state }) => state !== 'retrying');
}

/** All that may be read is in step. It stays so for who has few rights, so nothing warns of it. */
export function readsWhatIsAllowed(status: ClusterStatus): boolean {
  return lacksRights(status) && status.kinds.some(({ state }) => state === 'synced');
}
