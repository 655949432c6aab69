import type { TopologyEdge, TopologyNode } from '../../../shared/topology.ts';
import { bytesPerSecond, duration, percent, perSecond } from '../numbers.ts';

/** The numbers that matter on an edge: share where traffic splits, rate elsewhere, and errors when there are any. */
export function edgeText(edge: TopologyEdge): string {
  const { requests, bytes, errorShare } = edge.traffic;
  const idle = requests === 0 && bytes === undefined;
  const amount = requests > 0 ? perSecond(requests) : bytes !== undefined ? bytesPerSecond(bytes) : quietText(edge);
  const parts = edge.share !== undefined && !idle ? [percent(edge.share), amount] : [amount];
  if (errorShare > 0) parts.push(`${percent(errorShare)} errors`);
  return parts.join(' · ');
}

/** The quiet line of a card: version, rate and latency as far as they are known. */
export function nodeText(node: TopologyNode): string {
  const rates = node.inbound.requests > 0 ? node.inbound : node.outbound;
  const parts: string[] = [];
  if (node.version !== undefined && node.version !== node.label) parts.push(node.version);
  if (rates.requests > 0) parts.push(perSecond(rates.requests));
  if (node.inbound.p50 !== undefined) parts.push(duration(node.inbound.p50));
  return parts.length > 0
    ? parts.join(' · ')
    : node.kind === 'workload'
      ? quietText(node)
      : node.kind.replace('-', ' ');
}

/** Nothing flows, or nobody measures whether it does: not the same. */
function quietText({ health: { health } }: TopologyEdge | TopologyNode): string {
  return health === 'unknown' ? 'no metrics' : 'idle';
}

/** Whether anything flowed over it in the window. */
export function isIdle(edge: TopologyEdge): boolean {
  return edge.traffic.requests === 0 && edge.traffic.bytes === undefined;
}
