import type { BoxRect } from '../view-model/box-rects.ts';
import type { Rect } from '../view-model/geometry.ts';
import { overlaps } from '../view-model/geometry.ts';
import type { ZoomTier } from '../view-model/zoom-tier.ts';
import type { Theme } from './theme.ts';

/** Paints namespaces as faint areas and apps as thin frames. The context is in model coordinates. */
export function paintBoxes(
  context: CanvasRenderingContext2D,
  boxes: readonly BoxRect[],
  view: Rect,
  zoom: number,
  tier: ZoomTier,
  theme: Theme,
): void {
  for (const { rect, kind, label } of boxes) {
    if (!overlaps(rect, view)) continue;
    const isApp = kind === 'app';
    // Far away a frame around two or three dots says nothing.
    if (isApp && tier === 'far') continue;
    context.beginPath();
    context.roundRect(rect.x, rect.y, rect.width, rect.height, isApp ? 8 : 10);
    if (!isApp && !theme.highContrast) {
      context.fillStyle = theme.area;
      context.fill();
    }
    context.lineWidth = 1 / Math.min(1, zoom);
    context.strokeStyle = isApp ? theme.frame : theme.areaBorder;
    if (isApp && theme.highContrast) context.setLineDash([2, 3]);
    context.stroke();
    context.setLineDash([]);
    // Names keep a readable size on the screen while their box has room for them.
    const size = tier === 'near' ? 11 : Math.min(11.5 / zoom, Math.max(11, rect.height / 4));
    context.font = `${isApp || tier === 'near' ? '' : 'bold '}${size.toFixed(1)}px ${theme.fontFamily}`;
    context.fillStyle = theme.quiet;
    context.textBaseline = 'top';
    const inset = Math.min(14, size);
    // From further away the name needs the room that the cards take: it stands on top of its box.
    if (tier !== 'near') {
      context.textBaseline = 'bottom';
      context.fillText(label, rect.x + 2, rect.y - 1);
    } else context.fillText(label, rect.x + inset, rect.y + inset * 0.8, rect.width - inset);
  }
}
