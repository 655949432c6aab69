import { compareText } from './compare.ts';
import type { TopologyDelta, TopologyGraph } from './topology.ts';

interface Identified {
  readonly id: string;
}

/**
 * The graph a delta leads to, lists sorted by id as in every graph the engine sends. Undefined where the delta does not
 * start from this graph's version: a delta was missed, and the whole graph must be asked for again.
 */
export function applyDelta(graph: TopologyGraph, delta: TopologyDelta): TopologyGraph | undefined {
  if (delta.from !== graph.version) return undefined;
  return {
    version: delta.to,
    nodes: merge(graph.nodes, delta.nodes, delta.removed.nodes),
    edges: merge(graph.edges, delta.edges, delta.removed.edges),
    boxes: merge(graph.boxes, delta.boxes, delta.removed.boxes),
    summary: delta.summary,
    asOf: delta.asOf,
    window: delta.window,
    warnings: delta.warnings,
  };
}

function merge<T extends Identified>(
  list: readonly T[],
  changed: readonly T[],
  removed: readonly string[],
): readonly T[] {
  if (changed.length === 0 && removed.length === 0) return list;
  const byId = new Map(list.map((element) => [element.id, element]));
  for (const id of removed) byId.delete(id);
  for (const element of changed) byId.set(element.id, element);
  return [...byId.values()].sort(compareIds);
}

/** For sorting elements of a graph. */
export function compareIds(a: Identified, b: Identified): number {
  return compareText(a.id, b.id);
}
