import type { Health } from '../../shared/health.ts';
import type { TopologyEdge } from '../../shared/topology.ts';

export type EdgeTone = 'normal' | 'degraded' | 'failing' | 'preview';

/** How an edge is drawn, apart from where. Compared by value, so that only real changes reach the picture. */
export interface EdgeLook {
  /** Pixels at zoom 1, in quarters. */
  readonly width: number;
  readonly idle: boolean;
  /** Only routes say that somebody would call here. */
  readonly declared: boolean;
  readonly tone: EdgeTone;
}

export function edgeLook(edge: TopologyEdge): EdgeLook {
  const { requests, bytes = 0 } = edge.traffic;
  const idle = requests === 0 && bytes === 0;
  // A kilobyte a second of TCP weighs as much as a request a second.
  const weight = Math.max(requests, bytes / 1024);
  const declared = edge.layer === 'declared';
  const width = declared ? 1 : idle ? 1.25 : Math.min(6, 1.5 + 1.25 * Math.log10(1 + weight));
  return { width: Math.round(width * 4) / 4, idle, declared, tone: edgeTone(edge.health.health, edge.layer) };
}

function edgeTone(health: Health, layer: TopologyEdge['layer']): EdgeTone {
  if (layer === 'hypothetical') return 'preview';
  return health === 'degraded' || health === 'failing' ? health : 'normal';
}
