import type { MeasureText } from './card.ts';
import { cardOf } from './card.ts';
import type { LayoutQuestion } from './layout-messages.ts';
import type { VisibleGraph } from './visible-graph.ts';

/** What the layout needs to know of a graph: sizes of cards, frames and areas they stand in, and calls. */
export function layoutQuestion(graph: VisibleGraph, measure: MeasureText): Omit<LayoutQuestion, 'id'> {
  const boxes = new Map(graph.boxes.map((box) => [box.id, box]));
  const nodes = graph.nodes.map((node) => {
    const box = node.parent === undefined ? undefined : boxes.get(node.parent);
    const group = box?.kind === 'app' ? box.id : undefined;
    const area = box?.kind === 'app' ? box.parent : box?.id;
    return {
      id: node.id,
      ...cardOf(node, measure).size,
      ...(group === undefined ? {} : { group }),
      ...(area === undefined ? {} : { area }),
    };
  });
  return { nodes, edges: graph.edges.map(({ source, target }) => ({ source, target })) };
}
