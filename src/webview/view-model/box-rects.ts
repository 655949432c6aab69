import type { TopologyBox } from '../../shared/topology.ts';
import type { Rect } from './geometry.ts';
import { boundsOf } from './geometry.ts';

/** A frame as drawn, outer ones first. */
export interface BoxRect {
  readonly id: string;
  readonly kind: TopologyBox['kind'];
  readonly label: string;
  readonly rect: Rect;
}

const padding: Record<TopologyBox['kind'], { readonly side: number; readonly top: number; readonly bottom: number }> = {
  app: { side: 22, top: 32, bottom: 20 },
  namespace: { side: 32, top: 40, bottom: 34 },
  cluster: { side: 24, top: 36, bottom: 24 },
};

/** Frames around the cards they hold. Boxes without a card are left out. */
export function boxRects(
  boxes: readonly TopologyBox[],
  cards: Iterable<{ readonly rect: Rect; readonly parent?: string }>,
): BoxRect[] {
  const contents = new Map<string, Rect[]>();
  const put = (box: string, rect: Rect): void => {
    const list = contents.get(box);
    if (list) list.push(rect);
    else contents.set(box, [rect]);
  };
  for (const { rect, parent } of cards) if (parent !== undefined) put(parent, rect);
  // Inner boxes are measured first: an app frame counts as content of its namespace.
  const order: readonly TopologyBox['kind'][] = ['app', 'namespace', 'cluster'];
  const rects: BoxRect[] = [];
  for (const kind of order) {
    for (const box of boxes) {
      if (box.kind !== kind) continue;
      const inner = boundsOf(contents.get(box.id) ?? []);
      if (inner === undefined) continue;
      const pad = padding[kind];
      const rect = {
        x: inner.x - pad.side,
        y: inner.y - pad.top,
        width: inner.width + 2 * pad.side,
        height: inner.height + pad.top + pad.bottom,
      };
      rects.push({ id: box.id, kind, label: box.label, rect });
      if (box.parent !== undefined) put(box.parent, rect);
    }
  }
  return rects.reverse();
}
