import { compareText } from '../../shared/compare.ts';
import type { TopologyEdge } from '../../shared/topology.ts';
import { nodeName } from './element-names.ts';
import type { VisibleGraph, VisibleNode } from './visible-graph.ts';

/** One line of "Inbound" or "Outbound": the other end, and what flows. */
export interface Connection {
  readonly edge: TopologyEdge;
  readonly other: VisibleNode;
  readonly name: string;
  /** Length of the bar, 0 to 1: the share where traffic splits, else the part of all traffic in this direction. */
  readonly part: number;
}

export interface Connections {
  readonly inbound: readonly Connection[];
  readonly outbound: readonly Connection[];
}

/** Both sides of a node, busiest first. */
export function connectionsOf(id: string, graph: VisibleGraph): Connections {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const side = (edges: readonly TopologyEdge[], otherEnd: (edge: TopologyEdge) => string): Connection[] => {
    const total = edges.reduce((sum, edge) => sum + weight(edge), 0);
    return edges
      .flatMap((edge) => {
        const other = nodes.get(otherEnd(edge));
        if (other === undefined) return [];
        const part = edge.share ?? (total === 0 ? 0 : weight(edge) / total);
        return [{ edge, other, name: nodeName(other), part }];
      })
      .sort((a, b) => weight(b.edge) - weight(a.edge) || compareText(a.name, b.name));
  };
  return {
    inbound: side(
      graph.edges.filter((edge) => edge.target === id),
      (edge) => edge.source,
    ),
    outbound: side(
      graph.edges.filter((edge) => edge.source === id),
      (edge) => edge.target,
    ),
  };
}

function weight(edge: TopologyEdge): number {
  return Math.max(edge.traffic.requests, (edge.traffic.bytes ?? 0) / 1024);
}
