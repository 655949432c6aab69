import type { TopologyEdge } from '../../shared/topology.ts';
import type { VisibleNode } from './visible-graph.ts';

/** The full name of a node outside its frame: `reviews v3`, where the card itself says only `v3`. */
export function nodeName(node: VisibleNode): string {
  const app = node.app ?? node.workload;
  if (app === undefined || app === '' || node.label.startsWith(app)) return node.label;
  return node.version === node.label ? `${app} ${node.label}` : node.label;
}

/** `productpage → reviews v3`. */
export function edgeName(edge: TopologyEdge, nodes: ReadonlyMap<string, VisibleNode>): string {
  const name = (id: string): string => {
    const node = nodes.get(id);
    return node === undefined ? id : nodeName(node);
  };
  return `${name(edge.source)} → ${name(edge.target)}`;
}
