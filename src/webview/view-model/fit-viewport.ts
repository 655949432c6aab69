import type { Rect, Size } from './geometry.ts';
import { overlaps } from './geometry.ts';

/** Where the model's origin is on the screen, and how large a unit of it is. */
export interface Viewport {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
}

/** What is to be seen, in model coordinates. */
export interface FitSubject {
  readonly bounds: Rect;
  /** Cards and titles: nothing should lie over them. */
  readonly legible: readonly Rect[];
}

const margin = 28;
/** The zoom buttons stand at the right, where there is room for them. */
const rightMargin = 40;
const largestZoom = 1.15;
/** Beside a cover is no place for a picture where less than this is left. */
const smallestArea: Size = { width: 240, height: 160 };

/**
 * The viewport that shows all of `bounds` as large as possible, never larger than cards should be: in the middle of `room`,
 * or of what is left of it beside `covers` (in screen coordinates) where these would hide something.
 */
export function fitViewport(
  subject: FitSubject,
  room: Size,
  smallestZoom: number,
  covers: readonly Rect[] = [],
): Viewport {
  const whole = fitInto(subject.bounds, { x: 0, y: 0, ...room }, room, smallestZoom);
  if (!isCovered(whole, subject.legible, covers)) return whole;
  return areasBeside(covers, room)
    .map((area) => fitInto(subject.bounds, area, room, smallestZoom))
    .filter((viewport) => !isCovered(viewport, subject.legible, covers))
    .reduce((best, viewport) => (best === whole || viewport.zoom > best.zoom ? viewport : best), whole);
}

/** Whether one of the covers lies over one of the cards and titles. */
export function isCovered({ zoom, x, y }: Viewport, legible: readonly Rect[], covers: readonly Rect[]): boolean {
  const shown = covers.map((cover) => ({
    x: (cover.x - x) / zoom,
    y: (cover.y - y) / zoom,
    width: cover.width / zoom,
    height: cover.height / zoom,
  }));
  return shown.some((cover) => legible.some((rect) => overlaps(rect, cover)));
}

function fitInto(bounds: Rect, area: Rect, room: Size, smallestZoom: number): Viewport {
  const right = room.width > 600 && area.x + area.width === room.width ? rightMargin : margin;
  const scale = Math.min((area.width - margin - right) / bounds.width, (area.height - 2 * margin) / bounds.height);
  const zoom = Math.min(largestZoom, Math.max(smallestZoom, scale));
  return {
    zoom,
    x: area.x + (area.width + margin - right) / 2 - (bounds.x + bounds.width / 2) * zoom,
    y: area.y + area.height / 2 - (bounds.y + bounds.height / 2) * zoom,
  };
}

/** The room without a strip for each cover, in all ways to cut it off. */
function areasBeside(covers: readonly Rect[], room: Size): readonly Rect[] {
  let areas: readonly Rect[] = [{ x: 0, y: 0, ...room }];
  for (const cover of covers) {
    areas = areas.flatMap((area) => [area, ...cutOff(area, cover)]);
  }
  return areas.filter(({ width, height }) => width >= smallestArea.width && height >= smallestArea.height);
}

function cutOff(area: Rect, cover: Rect): readonly Rect[] {
  const left = cover.x + cover.width;
  const top = cover.y + cover.height;
  return [
    { ...area, y: top, height: area.y + area.height - top },
    { ...area, height: cover.y - area.y },
    { ...area, x: left, width: area.x + area.width - left },
    { ...area, width: cover.x - area.x },
  ];
}
