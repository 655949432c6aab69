import { compareText } from '../../shared/compare.ts';
import type { LayoutEdge } from '../../shared/layered-layout.ts';
import { layoutLayered } from '../../shared/layered-layout.ts';
import type { Point, Rect } from './geometry.ts';
import { boundsOf, rectAround } from './geometry.ts';
import type { PlacedNode } from './layout-messages.ts';

const areaPadding = { x: 32, top: 40, bottom: 34 };
const groupPadding = { top: 34, bottom: 22 };
/** Up to this many cards there is room for air between them: curves open, chips find their place. */
const airyUpTo = 40;
/** More blocks than this, in a drawing wider than this many times its height, are wrapped into rows. */
const wrapAbove = { blocks: 8, aspect: 3 };
const rowGap = 70;

/**
 * Lays out each namespace for itself and then the namespaces like cards among each other: areas never overlap, and calls
 * flow from left to right on both levels. Returns the centre of every card. Pure and deterministic.
 */
export function namespacedLayout(nodes: readonly PlacedNode[], edges: readonly LayoutEdge[]): Map<string, Point> {
  const options = { layerGap: 104, nodeGap: nodes.length <= airyUpTo ? 54 : 30, groupPadding };
  const areas = new Map<string, PlacedNode[]>();
  for (const node of nodes) {
    if (node.area === undefined) continue;
    const list = areas.get(node.area);
    if (list) list.push(node);
    else areas.set(node.area, [node]);
  }
  const blockOf = new Map<string, string>();
  const inner = new Map<string, Map<string, Point>>();
  const bounds = new Map<string, Rect>();
  const blocks = nodes.filter((node) => node.area === undefined).map((node) => ({ ...node, id: `node ${node.id}` }));
  for (const node of nodes) blockOf.set(node.id, node.area === undefined ? `node ${node.id}` : `area ${node.area}`);
  for (const [area, members] of areas) {
    const ids = new Set(members.map((node) => node.id));
    const within = edges.filter((edge) => ids.has(edge.source) && ids.has(edge.target));
    const positions = layoutLayered(members, within, options);
    const box = boundsOf(members.map((node) => rectAround(positions.get(node.id) ?? { x: 0, y: 0 }, node)));
    if (box === undefined) continue;
    const hasFrame = members.some((node) => node.group !== undefined);
    const frame = { side: hasFrame ? 22 : 0, top: hasFrame ? 32 : 0, bottom: hasFrame ? 20 : 0 };
    const rect = {
      x: box.x - areaPadding.x - frame.side,
      y: box.y - areaPadding.top - frame.top,
      width: box.width + 2 * (areaPadding.x + frame.side),
      height: box.height + areaPadding.top + areaPadding.bottom + frame.top + frame.bottom,
    };
    inner.set(area, positions);
    bounds.set(area, rect);
    blocks.push({ id: `area ${area}`, width: rect.width, height: rect.height });
  }
  const between = edges
    .map((edge) => ({ source: blockOf.get(edge.source) ?? '', target: blockOf.get(edge.target) ?? '' }))
    .filter((edge) => edge.source !== edge.target);
  const outer = inRows(blocks, layoutLayered(blocks, between, { ...options, layerGap: 70, partGap: 48 }));

  const result = new Map<string, Point>();
  for (const node of nodes) {
    const center = outer.get(blockOf.get(node.id) ?? '') ?? { x: 0, y: 0 };
    const rect = node.area === undefined ? undefined : bounds.get(node.area);
    const place = node.area === undefined ? undefined : inner.get(node.area)?.get(node.id);
    if (rect === undefined || place === undefined) result.set(node.id, center);
    else {
      const x = center.x - rect.width / 2 + (place.x - rect.x);
      const y = center.y - rect.height / 2 + (place.y - rect.y);
      result.set(node.id, { x: Math.round(x), y: Math.round(y) });
    }
  }
  return result;
}

interface Block {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

/**
 * Namespaces that all call each other become one endless row, which no screen can show. Then the row is broken like a
 * line of text: still from left to right, and on from the top.
 */
function inRows(blocks: readonly Block[], places: ReadonlyMap<string, Point>): ReadonlyMap<string, Point> {
  const at = (block: Block): Point => places.get(block.id) ?? { x: 0, y: 0 };
  const whole = boundsOf(blocks.map((block) => rectAround(at(block), block)));
  if (whole === undefined || blocks.length <= wrapAbove.blocks) return places;
  if (whole.width < wrapAbove.aspect * whole.height) return places;
  const area = blocks.reduce((sum, block) => sum + (block.width + rowGap) * (block.height + rowGap), 0);
  const widest = Math.max(...blocks.map((block) => block.width));
  const room = Math.max(widest, Math.sqrt(area * 1.7));
  const order = [...blocks].sort((a, b) => at(a).x - at(b).x || at(a).y - at(b).y || compareText(a.id, b.id));
  const wrapped = new Map<string, Point>();
  let [x, y, height] = [0, 0, 0];
  for (const block of order) {
    if (x > 0 && x + block.width > room) {
      x = 0;
      y += height + rowGap;
      height = 0;
    }
    wrapped.set(block.id, { x: x + block.width / 2, y: y + block.height / 2 });
    x += block.width + rowGap;
    height = Math.max(height, block.height);
  }
  return wrapped;
}
