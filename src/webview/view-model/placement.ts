import { compareText } from '../../shared/compare.ts';
import type { Point, Rect, Size } from './geometry.ts';
import { RectGrid, grow, rectAround } from './geometry.ts';

export interface PlacementNode {
  readonly id: string;
  readonly size: Size;
  /** The app frame, if any. */
  readonly frame?: string;
  /** The namespace area, where it stands in no frame. */
  readonly area?: string;
}

export interface PlacementEdge {
  readonly source: string;
  readonly target: string;
}

const columnGap = 90;
const rowGap = 24;

/**
 * Places for nodes that have none, near what they belong to, while everything else stays: under the last card of their
 * frame, else right of who calls them, else left of whom they call, else under the column of their namespace, else under
 * the picture. Deterministic.
 */
export function placeNew(
  nodes: readonly PlacementNode[],
  edges: readonly PlacementEdge[],
  known: ReadonlyMap<string, Point>,
): Map<string, Point> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const placed = new Map<string, Rect>();
  const taken = new RectGrid();
  const settle = (node: PlacementNode, center: Point): void => {
    const rect = rectAround(center, node.size);
    placed.set(node.id, rect);
    taken.add(grow(rect, rowGap / 2));
  };
  for (const node of nodes) {
    const center = known.get(node.id);
    if (center !== undefined) settle(node, center);
  }

  const callers = new Map<string, string[]>();
  const callees = new Map<string, string[]>();
  for (const { source, target } of edges) {
    if (!byId.has(source) || !byId.has(target) || source === target) continue;
    callers.set(target, [...(callers.get(target) ?? []), source]);
    callees.set(source, [...(callees.get(source) ?? []), target]);
  }
  const rectsOf = (ids: readonly string[] | undefined): Rect[] =>
    (ids ?? []).flatMap((id) => {
      const rect = placed.get(id);
      return rect === undefined ? [] : [rect];
    });
  const underColumn = (node: PlacementNode, isSibling: (other: PlacementNode) => boolean): Point | undefined => {
    const siblings = rectsOf(nodes.filter(isSibling).map((other) => other.id));
    // A namespace holds strangers too; only few members say where the next one goes.
    if (siblings.length === 0 || siblings.length > 12) return undefined;
    const lowest = siblings.reduce((low, rect) => (rect.y > low.y ? rect : low));
    if (siblings.some((rect) => Math.abs(rect.x - lowest.x) >= 120)) return undefined;
    return { x: lowest.x + node.size.width / 2, y: lowest.y + lowest.height * 1.5 + rowGap };
  };
  const anchorOf = (node: PlacementNode): Point | undefined => {
    const inFrame = node.frame === undefined ? undefined : underColumn(node, (other) => other.frame === node.frame);
    if (inFrame !== undefined) return inFrame;
    const from = rectsOf(callers.get(node.id));
    if (from.length > 0) {
      const right = Math.max(...from.map((rect) => rect.x + rect.width));
      return { x: right + columnGap + node.size.width / 2, y: middleOf(from) };
    }
    const to = rectsOf(callees.get(node.id));
    if (to.length > 0) {
      return { x: Math.min(...to.map((rect) => rect.x)) - columnGap - node.size.width / 2, y: middleOf(to) };
    }
    return node.area === undefined ? undefined : underColumn(node, (other) => other.area === node.area);
  };

  const result = new Map<string, Point>();
  let waiting = nodes.filter((node) => !placed.has(node.id)).sort((a, b) => compareText(a.id, b.id));
  // Each round places those with a placed neighbour; the first of the rest starts a new group under the picture.
  while (waiting.length > 0) {
    const later: PlacementNode[] = [];
    for (const node of waiting) {
      const anchor = anchorOf(node);
      if (anchor === undefined) later.push(node);
      else result.set(node.id, settleNear(node, anchor, taken, settle));
    }
    const stuck = later.length === waiting.length ? later.shift() : undefined;
    if (stuck !== undefined) result.set(stuck.id, settleNear(stuck, below(placed, stuck.size), taken, settle));
    waiting = later;
  }
  return result;
}

function middleOf(rects: readonly Rect[]): number {
  return rects.reduce((sum, rect) => sum + rect.y + rect.height / 2, 0) / rects.length;
}

function below(placed: ReadonlyMap<string, Rect>, size: Size): Point {
  const rects = [...placed.values()];
  if (rects.length === 0) return { x: size.width / 2, y: size.height / 2 };
  return {
    x: Math.min(...rects.map((rect) => rect.x)) + size.width / 2,
    y: Math.max(...rects.map((rect) => rect.y + rect.height)) + 2 * rowGap + size.height / 2,
  };
}

/** The free place nearest to the anchor in its column, alternating down and up. */
function settleNear(
  node: PlacementNode,
  anchor: Point,
  taken: RectGrid,
  settle: (node: PlacementNode, center: Point) => void,
): Point {
  const step = (node.size.height + rowGap) / 2;
  let center = anchor;
  // Bounded: each of n cards blocks at most a few steps, so a free one exists long before this ends.
  for (let attempt = 0; attempt < 4000; attempt++) {
    const offset = Math.ceil(attempt / 2) * step * (attempt % 2 === 0 ? -1 : 1);
    center = { x: Math.round(anchor.x), y: Math.round(anchor.y + offset) };
    if (taken.isFree(rectAround(center, node.size))) break;
  }
  settle(node, center);
  return center;
}
