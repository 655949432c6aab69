import type { TopologyBox, TopologyGraph } from '../../../shared/topology.ts';
import { edgeText, isIdle, nodeText } from './edge-text.ts';

/** A Mermaid flowchart, as Markdown pages draw it: boxes are subgraphs, colour is health, idle edges are dotted. */
export function topologyToMermaid(graph: TopologyGraph): string {
  const lines = ['flowchart LR'];
  // Our ids hold characters that Mermaid's grammar gives a meaning.
  const ids = new Map(graph.nodes.map((node, index) => [node.id, `n${index}`]));
  const boxIds = new Map(graph.boxes.map((box, index) => [box.id, `b${index}`]));
  const writeNodes = (parent: string | undefined, indent: string): void => {
    for (const node of graph.nodes.filter((candidate) => candidate.parent === parent)) {
      const text = `<b>${escape(node.label)}</b><br/>${escape(nodeText(node))}`;
      lines.push(`${indent}${ids.get(node.id) ?? ''}["${text}"]:::${node.health.health}`);
    }
    for (const box of graph.boxes.filter((candidate) => candidate.parent === parent)) writeBox(box, indent);
  };
  const writeBox = (box: TopologyBox, indent: string): void => {
    lines.push(`${indent}subgraph ${boxIds.get(box.id) ?? ''}["${escape(box.label)}"]`);
    writeNodes(box.id, `${indent}  `);
    lines.push(`${indent}end`);
  };
  writeNodes(undefined, '  ');
  for (const edge of graph.edges) {
    const [source, target] = [ids.get(edge.source), ids.get(edge.target)];
    if (source === undefined || target === undefined) continue;
    lines.push(`  ${source} ${isIdle(edge) ? '-.->' : '-->'}|"${escape(edgeText(edge))}"| ${target}`);
  }
  lines.push(
    '  classDef healthy stroke:#1a7f37',
    '  classDef degraded stroke:#9a6700,stroke-width:2px',
    '  classDef failing stroke:#cf222e,stroke-width:3px',
    '  classDef idle stroke:#8c959f',
    '  classDef unknown stroke:#8c959f,stroke-dasharray:3',
  );
  return `${lines.join('\n')}\n`;
}

/** Mermaid reads entities in quoted text, and nothing else escapes a quote. */
function escape(text: string): string {
  return text.replace(/[&"<>#`]/g, (char) => `#${char.charCodeAt(0)};`).replace(/\r?\n/g, ' ');
}
