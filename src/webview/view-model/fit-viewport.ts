import type { Rect, Size } from './geometry.ts';

/** Where the model's origin is on the screen, and how large a unit of it is. */
export interface Viewport {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
}

const margin = 28;
/** The zoom buttons stand at the right, where there is room for them. */
const rightMargin = 40;
const largestZoom = 1.15;

/** The viewport that shows all of `bounds` in the middle of `room`, never larger than cards should be. */
export function fitViewport(bounds: Rect, room: Size, smallestZoom: number): Viewport {
  const right = room.width > 600 ? rightMargin : margin;
  const scale = Math.min((room.width - margin - right) / bounds.width, (room.height - 2 * margin) / bounds.height);
  const zoom = Math.min(largestZoom, Math.max(smallestZoom, scale));
  return {
    zoom,
    x: (room.width + margin - right) / 2 - (bounds.x + bounds.width / 2) * zoom,
    y: room.height / 2 - (bounds.y + bounds.height / 2) * zoom,
  };
}
