import type { BoxRect } from './box-rects.ts';
import type { Point, Rect } from './geometry.ts';
import { RectGrid } from './geometry.ts';
import type { ZoomTier } from './zoom-tier.ts';

/** The name of a box where it is drawn. */
export interface BoxTitle {
  readonly box: BoxRect;
  /** Height of the letters. */
  readonly size: number;
  /** Near: the top left corner of the text; further away the bottom left one. */
  readonly at: Point;
}

/** Which boxes are named, and where. `widthOf` measures a name at a size; boxes come with the outer ones first. */
export function boxTitles(
  boxes: readonly BoxRect[],
  zoom: number,
  tier: ZoomTier,
  widthOf: (box: BoxRect, size: number) => number,
): readonly BoxTitle[] {
  if (tier === 'near') {
    return boxes.map((box) => {
      const size = 11;
      return { box, size, at: { x: box.rect.x + size, y: box.rect.y + size * 0.8 } };
    });
  }
  // From further away the name needs the room that the cards take: it stands on top of its box, where inner ones may be
  // in the way of outer ones.
  const taken = new RectGrid();
  return boxes.flatMap((box) => {
    // Far away a frame around two or three dots says nothing.
    if (box.kind === 'app' && tier === 'far') return [];
    const { x, y, height } = box.rect;
    // Names keep a readable size on the screen while their box has room for them.
    const size = Math.min(11.5 / zoom, Math.max(11, height / 4));
    const at = { x: x + 2, y: y - 1 };
    const place: Rect = { x: at.x, y: at.y - size, width: widthOf(box, size), height: size };
    if (!taken.isFree(place)) return [];
    taken.add(place);
    return [{ box, size, at }];
  });
}
