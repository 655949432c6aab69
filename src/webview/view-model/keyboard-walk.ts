import type { Point } from './geometry.ts';

export type WalkDirection = 'left' | 'right' | 'up' | 'down';

/**
 * The card an arrow key leads to. Right and left follow calls: callees and callers, the one most level first; without
 * any, and up and down always, the nearest card in that direction. `undefined` at the rim.
 */
export function walk(
  from: string,
  direction: WalkDirection,
  positions: ReadonlyMap<string, Point>,
  edges: Iterable<{ readonly source: string; readonly target: string }>,
): string | undefined {
  const origin = positions.get(from);
  if (origin === undefined) return positions.keys().next().value;
  if (direction === 'left' || direction === 'right') {
    const linked = new Set<string>();
    for (const edge of edges) {
      if (direction === 'right' && edge.source === from && edge.target !== from) linked.add(edge.target);
      if (direction === 'left' && edge.target === from && edge.source !== from) linked.add(edge.source);
    }
    const next = nearest(linked, (point) => Math.abs(point.y - origin.y) * 2 + Math.abs(point.x - origin.x));
    if (next !== undefined) return next;
  }
  const sign = direction === 'left' || direction === 'up' ? -1 : 1;
  const vertical = direction === 'up' || direction === 'down';
  return nearest(positions.keys(), (point, id) => {
    const [along, aside] = vertical
      ? [(point.y - origin.y) * sign, Math.abs(point.x - origin.x)]
      : [(point.x - origin.x) * sign, Math.abs(point.y - origin.y)];
    return id === from || along < 1 ? Infinity : along + aside * 3;
  });

  function nearest(ids: Iterable<string>, cost: (point: Point, id: string) => number): string | undefined {
    let best: string | undefined;
    let lowest = Infinity;
    for (const id of ids) {
      const point = positions.get(id);
      if (point === undefined) continue;
      const value = cost(point, id);
      if (value < lowest || (value === lowest && value < Infinity && best !== undefined && id < best)) {
        lowest = value;
        best = id;
      }
    }
    return best;
  }
}
