import type { TopologyGraph } from '../../shared/topology.ts';

/** Less than this is the noise of a count that grows. */
const noticeable = 0.05;

/** Whether some edge's share has become known, or has become another one, from one graph to the next. */
export function sharesMoved(previous: TopologyGraph, next: TopologyGraph): boolean {
  const before = new Map(previous.edges.map(({ id, share }) => [id, share]));
  return next.edges.some(({ id, share }) => {
    if (share === undefined) return false;
    const known = before.get(id);
    return known === undefined || Math.abs(share - known) > noticeable;
  });
}
