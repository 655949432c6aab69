import { compareText } from '../../shared/compare.ts';
import type { LocalMeshStatus } from '../../shared/local-mesh.ts';
import type { SourceRef } from '../../shared/resource.ts';
import { instanceNote } from './card.ts';
import { edgeName, nodeName } from './element-names.ts';
import { omit } from './omit.ts';
import type { VisibleGraph } from './visible-graph.ts';

/** Something a person should look at, with the way there: an element to select or a place in text. */
export interface AttentionItem {
  readonly key: string;
  readonly severity: 'error' | 'warning';
  readonly title: string;
  readonly reason: string;
  readonly select?: string;
  readonly source?: SourceRef;
}

/** What is wrong, worst first; among equals what carries more traffic. An edge is left out where its target says it. */
export function attentionItems(graph: VisibleGraph, status?: LocalMeshStatus): AttentionItem[] {
  const items: (AttentionItem & { readonly rank: number; readonly traffic: number })[] = [];
  const rejected = status?.config?.rejected;
  if (rejected !== undefined) {
    items.push({
      key: 'config',
      severity: 'error',
      title: 'The newest configuration was refused',
      reason: `${rejected.message} The mesh runs the last good one.`,
      ...(rejected.source === undefined ? {} : { source: rejected.source }),
      rank: 0,
      traffic: 0,
    });
  }
  const sick = new Set<string>();
  for (const node of graph.nodes) {
    const { health, reason } = node.health;
    if (health !== 'failing' && health !== 'degraded') continue;
    sick.add(node.id);
    const note = instanceNote(node.instances);
    items.push({
      key: node.id,
      severity: health === 'failing' ? 'error' : 'warning',
      title: nodeName(node),
      reason: reason === '' ? note : reason,
      select: node.id,
      rank: health === 'failing' ? 1 : 2,
      traffic: node.inbound.requests,
    });
  }
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  for (const edge of graph.edges) {
    const { health, reason } = edge.health;
    if ((health !== 'failing' && health !== 'degraded') || sick.has(edge.target)) continue;
    items.push({
      key: edge.id,
      severity: health === 'failing' ? 'error' : 'warning',
      title: edgeName(edge, nodes),
      reason,
      select: edge.id,
      rank: health === 'failing' ? 1 : 2,
      traffic: edge.traffic.requests,
    });
  }
  return items
    .sort((a, b) => a.rank - b.rank || b.traffic - a.traffic || compareText(a.key, b.key))
    .map((item) => omit(item, 'rank', 'traffic'));
}
