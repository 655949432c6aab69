import type { Core } from 'cytoscape';
import type { FitSubject, Viewport } from '../view-model/fit-viewport.ts';
import { fitViewport, isCovered } from '../view-model/fit-viewport.ts';
import type { Rect } from '../view-model/geometry.ts';

/** A panel that is dragged wider changes its size at every frame; it is fitted when it rests. Milliseconds. */
const restTime = 120;

/** Fits the picture into its room, again whenever the room changes, until the person pans or zooms. */
export class FitKeeper {
  readonly #cy: Core;
  readonly #subject: () => FitSubject | undefined;
  readonly #covers: () => readonly Rect[];
  #knownCovers = '';
  #isFitted = true;
  #timer: number | undefined;

  /** `subject` tells what is to be seen, undefined while there is nothing; `covers` what lies over it on the screen. */
  constructor(cy: Core, subject: () => FitSubject | undefined, covers: () => readonly Rect[]) {
    this.#cy = cy;
    this.#subject = subject;
    this.#covers = covers;
    cy.on('pan zoom', () => (this.#isFitted = false));
  }

  /** The viewport stands as the last fit left it, or will as soon as there is room. */
  get isFitted(): boolean {
    return this.#isFitted;
  }

  fit(): void {
    const subject = this.#subject();
    const room = { width: this.#cy.width(), height: this.#cy.height() };
    if (subject !== undefined && room.width > 0 && room.height > 0) {
      const covers = this.#covers();
      this.#knownCovers = JSON.stringify(covers);
      const { zoom, x, y } = fitViewport(subject, room, this.#cy.minZoom(), covers);
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

  /** Fits again if something has come over a card or a title, and the person has not moved the viewport. What goes moves nothing. */
  uncover(): void {
    const covers = this.#covers();
    const seen = JSON.stringify(covers);
    const legible = this.#subject()?.legible ?? [];
    if (!this.#isFitted || seen === this.#knownCovers || legible.length === 0) return;
    this.#knownCovers = seen;
    if (isCovered({ zoom: this.#cy.zoom(), ...this.#cy.pan() }, legible, covers)) this.fit();
  }

  dispose(): void {
    window.clearTimeout(this.#timer);
  }
}
