import type { Core } from 'cytoscape';
import type { Viewport } from '../view-model/fit-viewport.ts';
import { fitViewport } from '../view-model/fit-viewport.ts';
import type { Rect } from '../view-model/geometry.ts';

/** A panel that is dragged wider changes its size at every frame; it is fitted when it rests. Milliseconds. */
const restTime = 120;

/** Fits the picture into its room, again whenever the room changes, until the person pans or zooms. */
export class FitKeeper {
  readonly #cy: Core;
  readonly #bounds: () => Rect | undefined;
  #isFitted = true;
  #timer: number | undefined;

  /** `bounds` tells what is to be seen; undefined while there is nothing. */
  constructor(cy: Core, bounds: () => Rect | undefined) {
    this.#cy = cy;
    this.#bounds = bounds;
    cy.on('pan zoom', () => (this.#isFitted = false));
  }

  /** The viewport stands as the last fit left it, or will as soon as there is room. */
  get isFitted(): boolean {
    return this.#isFitted;
  }

  fit(): void {
    const bounds = this.#bounds();
    const room = { width: this.#cy.width(), height: this.#cy.height() };
    if (bounds !== undefined && room.width > 0 && room.height > 0) {
      const { zoom, x, y } = fitViewport(bounds, room, this.#cy.minZoom());
      this.#cy.viewport({ zoom, pan: { x, y } });
    }
    this.#isFitted = true;
  }

  restore({ zoom, x, y }: Viewport): void {
    this.#cy.viewport({ zoom, pan: { x, y } });
    this.#isFitted = false;
  }

  /** Fits soon, if the person has not moved the viewport by then. */
  resized(): void {
    window.clearTimeout(this.#timer);
    if (this.#isFitted) this.#timer = window.setTimeout(() => this.#isFitted && this.fit(), restTime);
  }

  /** Fits again if these cards are not all seen, and the person has not moved the viewport. */
  include(rects: readonly Rect[]): void {
    const { x1, y1, x2, y2 } = this.#cy.extent();
    const isSeen = ({ x, y, width, height }: Rect): boolean =>
      x >= x1 && y >= y1 && x + width <= x2 && y + height <= y2;
    if (this.#isFitted && !rects.every(isSeen)) this.fit();
  }

  dispose(): void {
    window.clearTimeout(this.#timer);
  }
}
