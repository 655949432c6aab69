import type { TopologyEdge } from '../../shared/topology.ts';
import type { EdgeTone } from './edge-look.ts';
import { edgeLook } from './edge-look.ts';
import { formatByteRate, formatRoundPercent, formatRoundRate } from './number-format.ts';

/** The small label on an edge: the one number that matters there. */
export interface Chip {
  readonly text: string;
  /** Closed where every request was mutually authenticated, half where some were. */
  readonly lock: 'none' | 'partial' | 'full';
  readonly tone: EdgeTone;
}

/** `undefined` where there is nothing to say: an idle edge without a share of its own. */
export function chipOf(edge: TopologyEdge, share = edge.share, rate = edge.traffic.requests): Chip | undefined {
  const { errorShare, bytes = 0, requests } = edge.traffic;
  const { tone, idle } = edgeLook(edge);
  if (idle && share === undefined) return undefined;
  const parts: string[] = [];
  if (share !== undefined) parts.push(formatRoundPercent(share));
  else if (requests === 0) parts.push(formatByteRate(bytes));
  else parts.push(formatRoundRate(rate));
  if (errorShare > 0) parts.push(`${formatRoundPercent(errorShare)} errors`);
  return { text: parts.join(' · '), lock: lockOf(edge), tone };
}

export function lockOf(edge: TopologyEdge): Chip['lock'] {
  if (edge.mutualTls >= 0.9995) return 'full';
  return edge.mutualTls > 0 ? 'partial' : 'none';
}
