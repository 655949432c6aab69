/** Model coordinates of the picture: one unit is one CSS pixel at zoom 1. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** `x`, `y` is the top left corner. */
export interface Rect extends Point, Size {}

export function rectAround(center: Point, size: Size): Rect {
  return { x: center.x - size.width / 2, y: center.y - size.height / 2, width: size.width, height: size.height };
}

export function centerOf({ x, y, width, height }: Rect): Point {
  return { x: x + width / 2, y: y + height / 2 };
}

export function grow(rect: Rect, by: number): Rect {
  return { x: rect.x - by, y: rect.y - by, width: rect.width + 2 * by, height: rect.height + 2 * by };
}

export function overlaps(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** The smallest rectangle around all of them; `undefined` for none. */
export function boundsOf(rects: Iterable<Rect>): Rect | undefined {
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  for (const rect of rects) {
    left = Math.min(left, rect.x);
    top = Math.min(top, rect.y);
    right = Math.max(right, rect.x + rect.width);
    bottom = Math.max(bottom, rect.y + rect.height);
  }
  return left === Infinity ? undefined : { x: left, y: top, width: right - left, height: bottom - top };
}

/** Rectangles by grid cell: answers "what is near here" without looking at all. */
export class RectGrid {
  readonly #cells = new Map<string, Rect[]>();
  readonly #step: number;

  constructor(step = 160) {
    this.#step = step;
  }

  add(rect: Rect): void {
    for (const key of this.#keys(rect)) {
      const cell = this.#cells.get(key);
      if (cell) cell.push(rect);
      else this.#cells.set(key, [rect]);
    }
  }

  isFree(rect: Rect): boolean {
    for (const key of this.#keys(rect)) {
      if (this.#cells.get(key)?.some((other) => overlaps(other, rect)) === true) return false;
    }
    return true;
  }

  *#keys(rect: Rect): Iterable<string> {
    const right = Math.floor((rect.x + rect.width) / this.#step);
    const bottom = Math.floor((rect.y + rect.height) / this.#step);
    for (let column = Math.floor(rect.x / this.#step); column <= right; column++) {
      for (let row = Math.floor(rect.y / this.#step); row <= bottom; row++) yield `${String(column)},${String(row)}`;
    }
  }
}
