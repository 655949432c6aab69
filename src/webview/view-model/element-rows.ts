import { compareText } from '../../shared/compare.ts';
import type { TopologyEdge } from '../../shared/topology.ts';
import { lockOf } from './chip.ts';
import { membershipText } from './membership-text.ts';
import { nodeName } from './element-names.ts';
import { formatByteRate, formatPercent, formatRate, formatRoundDuration } from './number-format.ts';
import type { VisibleGraph, VisibleNode } from './visible-graph.ts';

/** One line of the list beside the picture: the same content, for reading aloud and for the keyboard. */
export type ElementRow =
  | {
      readonly kind: 'namespace';
      readonly id: string;
      readonly level: 1;
      readonly text: string;
      readonly count: number;
    }
  | {
      readonly kind: 'node';
      readonly id: string;
      readonly level: 2;
      readonly node: VisibleNode;
      readonly name: string;
      readonly text: string;
      readonly calls: number;
      readonly open: boolean;
    }
  | {
      readonly kind: 'edge';
      readonly id: string;
      readonly level: 3;
      readonly edge: TopologyEdge;
      readonly name: string;
      readonly text: string;
    };

/** More elements than this: only the calls of opened nodes are listed. */
const listAllBelow = 1500;

/** Rows of the tree: namespaces, their nodes by name, and under each node the calls it makes. */
export function elementRows(graph: VisibleGraph, toggled: ReadonlySet<string>): ElementRow[] {
  const openByDefault = graph.nodes.length + graph.edges.length <= listAllBelow;
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const calls = new Map<string, TopologyEdge[]>();
  for (const edge of graph.edges) {
    const list = calls.get(edge.source);
    if (list) list.push(edge);
    else calls.set(edge.source, [edge]);
  }
  const isOneCluster = new Set(graph.nodes.map((node) => node.cluster)).size < 2;
  const namespaces = new Map<string, VisibleNode[]>();
  for (const node of graph.nodes) {
    const place = node.namespace === '' ? 'No namespace' : node.namespace;
    const name = isOneCluster ? node.namespace : `${node.cluster}: ${place}`;
    const list = namespaces.get(name);
    if (list) list.push(node);
    else namespaces.set(name, [node]);
  }
  const rows: ElementRow[] = [];
  for (const [namespace, members] of [...namespaces].sort(([a], [b]) => compareText(a, b))) {
    const text = namespace === '' ? 'No namespace' : namespace;
    rows.push({ kind: 'namespace', id: `namespace:${namespace}`, level: 1, text, count: members.length });
    const named = members.map((node) => ({ node, name: nodeName(node) }));
    for (const { node, name } of named.sort(
      (a, b) => compareText(a.name, b.name) || compareText(a.node.id, b.node.id),
    )) {
      const outgoing = calls.get(node.id) ?? [];
      const open = openByDefault !== toggled.has(node.id);
      rows.push({
        kind: 'node',
        id: node.id,
        level: 2,
        node,
        name,
        text: nodeSentence(node),
        calls: outgoing.length,
        open,
      });
      if (!open) continue;
      for (const edge of outgoing) {
        const target = nodes.get(edge.target);
        const targetName = target === undefined ? edge.target : nodeName(target);
        rows.push({ kind: 'edge', id: edge.id, level: 3, edge, name: targetName, text: edgeSentence(edge) });
      }
    }
  }
  return rows;
}

/** State and numbers of a node in words: `healthy, 48/s, 21 ms, 2 of 2 instances ready`. */
export function nodeSentence(node: VisibleNode): string {
  const rates = node.kind === 'traffic-source' ? node.outbound : node.inbound;
  const ready = node.instances.filter((instance) => instance.state === 'ready').length;
  const parts: string[] = [node.health.health];
  if (rates.requests > 0) parts.push(formatRate(rates.requests));
  else if ((rates.bytes ?? 0) > 0) parts.push(formatByteRate(rates.bytes ?? 0));
  if (rates.errorShare > 0) parts.push(`${formatPercent(rates.errorShare)} errors`);
  if (rates.p50 !== undefined && rates.requests > 0) parts.push(formatRoundDuration(rates.p50));
  if (node.instances.length > 0) parts.push(`${String(ready)} of ${String(node.instances.length)} ready`);
  if (node.membership === 'ambient' || node.membership === 'linkerd-proxy') parts.push(membershipText(node.membership));
  if (node.members > 1) parts.push(`${String(node.members)} nodes`);
  return parts.join(', ');
}

/** What flows on an edge in words: `60 %, 29/s, mutual TLS`. */
function edgeSentence(edge: TopologyEdge): string {
  const { requests, bytes = 0, errorShare } = edge.traffic;
  const parts: string[] = [];
  if (edge.share !== undefined) parts.push(formatPercent(edge.share));
  if (edge.layer === 'declared') return [...parts, 'declared, no traffic known'].join(', ');
  parts.push(requests > 0 ? formatRate(requests) : bytes > 0 ? formatByteRate(bytes) : 'idle');
  if (errorShare > 0) parts.push(`${formatPercent(errorShare)} errors`);
  const lock = lockOf(edge);
  parts.push(lock === 'full' ? 'mutual TLS' : lock === 'partial' ? 'partly mutual TLS' : 'plain text');
  if (edge.health.health === 'degraded' || edge.health.health === 'failing') parts.push(edge.health.health);
  return parts.join(', ');
}
