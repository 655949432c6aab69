import type { VisibleGraph } from './visible-graph.ts';

export interface GraphHighlight {
  /** Nodes and edges that stay bright while the rest is dimmed; `undefined`: nothing is dimmed. */
  readonly bright: ReadonlySet<string> | undefined;
  /** Edges whose chips are shown first. */
  readonly emphasised: ReadonlySet<string>;
}

/** A search dims what it did not find; without one, a selection dims what is not its neighbour. */
export function highlightOf(
  graph: VisibleGraph,
  selected: string | undefined,
  hovered: string | undefined,
  matches: ReadonlySet<string> | undefined,
): GraphHighlight {
  const emphasised = new Set<string>();
  const around = new Set<string>();
  const exists =
    selected !== undefined &&
    (graph.nodes.some((node) => node.id === selected) || graph.edges.some((edge) => edge.id === selected));
  if (exists) around.add(selected);
  for (const edge of graph.edges) {
    const ends = [edge.id, edge.source, edge.target];
    if (hovered !== undefined && ends.includes(hovered)) emphasised.add(edge.id);
    if (!exists || !ends.includes(selected)) continue;
    emphasised.add(edge.id);
    for (const id of ends) around.add(id);
  }
  if (matches === undefined) return { bright: exists ? around : undefined, emphasised };
  const bright = new Set([...matches, ...(exists ? around : [])]);
  for (const edge of graph.edges) {
    // A found edge keeps its ends bright, found cards keep the edges between them.
    if (matches.has(edge.id)) bright.add(edge.source).add(edge.target);
    else if (matches.has(edge.source) && matches.has(edge.target)) bright.add(edge.id);
  }
  return { bright, emphasised };
}
