import type { TopologyBox, TopologyGraph, TopologyNode } from '../../../shared/topology.ts';
import { edgeText, isIdle, nodeText } from './edge-text.ts';

const colors: Readonly<Record<TopologyNode['health']['health'], string>> = {
  unknown: 'gray60',
  idle: 'gray60',
  healthy: 'forestgreen',
  degraded: 'darkorange',
  failing: 'red3',
};

/** Graphviz: boxes are clusters, colour is health, idle edges are dashed. */
export function topologyToDot(graph: TopologyGraph): string {
  const lines = ['digraph mesh {', '  rankdir=LR;', '  node [shape=box, style=rounded, fontname="sans-serif"];'];
  lines.push('  edge [fontname="sans-serif", fontsize=10];');
  const writeNodes = (parent: string | undefined, indent: string): void => {
    for (const node of graph.nodes.filter((candidate) => candidate.parent === parent)) {
      const label = `${quote(node.label, false)}\\n${quote(nodeText(node), false)}`;
      const tooltip = quote(node.health.reason);
      lines.push(
        `${indent}${quote(node.id)} [label="${label}", color=${colors[node.health.health]}, tooltip=${tooltip}];`,
      );
    }
    for (const box of graph.boxes.filter((candidate) => candidate.parent === parent)) writeBox(box, indent);
  };
  const writeBox = (box: TopologyBox, indent: string): void => {
    lines.push(`${indent}subgraph ${quote(`cluster_${box.id}`)} {`, `${indent}  label=${quote(box.label)};`);
    writeNodes(box.id, `${indent}  `);
    lines.push(`${indent}}`);
  };
  writeNodes(undefined, '  ');
  for (const edge of graph.edges) {
    const style = isIdle(edge) ? ', style=dashed' : '';
    const color =
      edge.health.health === 'degraded' || edge.health.health === 'failing' ? colors[edge.health.health] : 'gray40';
    lines.push(
      `  ${quote(edge.source)} -> ${quote(edge.target)} [label=${quote(edgeText(edge))}, color=${color}${style}];`,
    );
  }
  lines.push('}');
  return `${lines.join('\n')}\n`;
}

/** In DOT a quoted text escapes quotes; a backslash would begin an escape of a label. */
function quote(text: string, outer = true): string {
  const escaped = text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\r?\n/g, ' ');
  return outer ? `"${escaped}"` : escaped;
}
