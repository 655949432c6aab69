import type { VisibleGraph } from './visible-graph.ts';

/**
 * The nodes without any edge to or from another node. Members of one app frame count as one: what connects one of them
 * connects all.
 */
export function unconnectedNodes({ nodes, edges, boxes }: VisibleGraph): Set<string> {
  const frames = new Set(boxes.flatMap((box) => (box.kind === 'app' ? [box.id] : [])));
  const unitOf = new Map(
    nodes.map(({ id, parent }) => [id, parent !== undefined && frames.has(parent) ? `frame ${parent}` : id]),
  );
  const connected = new Set<string>();
  for (const { source, target } of edges) {
    const [from, to] = [unitOf.get(source), unitOf.get(target)];
    if (from === undefined || to === undefined || from === to) continue;
    connected.add(from).add(to);
  }
  return new Set(nodes.flatMap(({ id }) => (connected.has(unitOf.get(id) ?? '') ? [] : [id])));
}
