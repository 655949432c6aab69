import type { BoxRect } from '../view-model/box-rects.ts';
import { boxTitles } from '../view-model/box-titles.ts';
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
  for (const { rect, kind } of boxes) {
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
  }
  const fontOf = (kind: BoxRect['kind'], size: number): string =>
    `${kind === 'app' || tier === 'near' ? '' : 'bold '}${size.toFixed(1)}px ${theme.fontFamily}`;
  const widthOf = ({ kind, label }: BoxRect, size: number): number => {
    context.font = fontOf(kind, size);
    return context.measureText(label).width;
  };
  context.fillStyle = theme.quiet;
  context.textBaseline = tier === 'near' ? 'top' : 'bottom';
  // All of them are placed, so that panning does not change which ones are shown.
  for (const { box, size, at } of boxTitles(boxes, zoom, tier, widthOf)) {
    if (!overlaps(box.rect, view)) continue;
    context.font = fontOf(box.kind, size);
    if (tier === 'near') context.fillText(box.label, at.x, at.y, box.rect.width - size);
    else context.fillText(box.label, at.x, at.y);
  }
}
