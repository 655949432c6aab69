import type { Point, Rect } from './geometry.ts';

/** An edge as drawn: leaves the right side, enters the left side, level at both ends. Two quadratic arcs through `middle`. */
export interface EdgeCurve {
  readonly from: Point;
  readonly c1: Point;
  readonly middle: Point;
  readonly c2: Point;
  readonly to: Point;
}

/** The curve between two cards. `lane` moves parallel edges of one pair apart: 0, 1, -1, 2 … */
export function edgeCurve(source: Rect, target: Rect, lane = 0): EdgeCurve {
  const from = { x: source.x + source.width, y: source.y + source.height / 2 };
  const to = { x: target.x, y: target.y + target.height / 2 };
  const gap = to.x - from.x;
  // A call back to the left swings out far enough to be seen as one.
  const reach = gap >= 40 ? gap / 3 : Math.min(180, 60 + Math.abs(gap) / 4);
  const bend = lane * 26;
  const c1 = { x: from.x + reach, y: from.y + bend };
  const c2 = { x: to.x - reach, y: to.y + bend };
  return { from, c1, middle: { x: (c1.x + c2.x) / 2, y: (c1.y + c2.y) / 2 }, c2, to };
}

/** The point at `t`, 0 to 1, along the curve. */
export function curvePoint(curve: EdgeCurve, t: number): Point {
  const [start, control, end, u] =
    t < 0.5 ? [curve.from, curve.c1, curve.middle, t * 2] : [curve.middle, curve.c2, curve.to, t * 2 - 1];
  const v = 1 - u;
  return {
    x: v * v * start.x + 2 * v * u * control.x + u * u * end.x,
    y: v * v * start.y + 2 * v * u * control.y + u * u * end.y,
  };
}

/** Control points in the form cytoscape takes: distances from and weights along the line between the end points. */
export function controlPoints(curve: EdgeCurve): { readonly distances: string; readonly weights: string } {
  const dx = curve.to.x - curve.from.x;
  const dy = curve.to.y - curve.from.y;
  const length = Math.max(1, Math.hypot(dx, dy));
  const along = (point: Point): number =>
    ((point.x - curve.from.x) * dx + (point.y - curve.from.y) * dy) / (length * length);
  const across = (point: Point): number => ((point.y - curve.from.y) * dx - (point.x - curve.from.x) * dy) / length;
  return {
    distances: `${across(curve.c1).toFixed(1)} ${across(curve.c2).toFixed(1)}`,
    weights: `${along(curve.c1).toFixed(4)} ${along(curve.c2).toFixed(4)}`,
  };
}

/** The curve as the `d` attribute of an SVG path. */
export function curvePath(curve: EdgeCurve): string {
  const at = (point: Point): string => `${point.x.toFixed(1)} ${point.y.toFixed(1)}`;
  return `M${at(curve.from)}Q${at(curve.c1)} ${at(curve.middle)}Q${at(curve.c2)} ${at(curve.to)}`;
}
