import { compareText } from '../../shared/compare.ts';
import type { EdgeCurve } from './edge-curve.ts';
import { curvePoint } from './edge-curve.ts';
import type { Point, Rect, Size } from './geometry.ts';
import { RectGrid, grow, rectAround } from './geometry.ts';

export interface ChipRequest {
  readonly id: string;
  readonly curve: EdgeCurve;
  readonly size: Size;
  /** Higher goes first: what is wrong, what is selected, what is busy. */
  readonly weight: number;
}

/** Middle first, then nearer to the target, where a split has fanned out. */
const stops = [0.5, 0.6, 0.4, 0.7, 0.3, 0.8, 0.2];

/** Where chips go: on their edge, never over a card, never over each other. Those without room are left out. */
export function placeChips(chips: readonly ChipRequest[], cards: Iterable<Rect>): Map<string, Point> {
  const taken = new RectGrid();
  for (const card of cards) taken.add(grow(card, 3));
  const places = new Map<string, Point>();
  const order = [...chips].sort((a, b) => b.weight - a.weight || compareText(a.id, b.id));
  for (const chip of order) {
    for (const stop of stops) {
      const center = curvePoint(chip.curve, stop);
      const rect = rectAround(center, chip.size);
      if (!taken.isFree(rect)) continue;
      taken.add(grow(rect, 2));
      places.set(chip.id, center);
      break;
    }
  }
  return places;
}
