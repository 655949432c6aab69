import type { Core } from 'cytoscape';
import type { Rect } from '../view-model/geometry.ts';

/** One frame as a painter sees it: a cleared context in model coordinates, and what of the model is in view. */
export interface Frame {
  readonly context: CanvasRenderingContext2D;
  readonly zoom: number;
  readonly pan: { readonly x: number; readonly y: number };
  readonly pixelRatio: number;
  readonly view: Rect;
}

/** A canvas of our own under or over cytoscape's, as large as its container and in step with its pan and zoom. */
export class PaintingLayer {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D | null;
  readonly #paint: (frame: Frame) => void;
  #pixelRatio = 1;

  constructor(parent: HTMLElement, className: string, paint: (frame: Frame) => void) {
    this.#canvas = document.createElement('canvas');
    this.#canvas.className = className;
    this.#canvas.setAttribute('aria-hidden', 'true');
    this.#context = this.#canvas.getContext('2d');
    this.#paint = paint;
    parent.append(this.#canvas);
  }

  resize(width: number, height: number): void {
    this.#pixelRatio = window.devicePixelRatio || 1;
    this.#canvas.width = Math.max(1, Math.round(width * this.#pixelRatio));
    this.#canvas.height = Math.max(1, Math.round(height * this.#pixelRatio));
  }

  draw(cy: Core): void {
    const context = this.#context;
    if (context === null) return;
    const zoom = cy.zoom();
    const pan = cy.pan();
    const ratio = this.#pixelRatio;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    context.setTransform(zoom * ratio, 0, 0, zoom * ratio, pan.x * ratio, pan.y * ratio);
    const view = {
      x: -pan.x / zoom,
      y: -pan.y / zoom,
      width: this.#canvas.width / ratio / zoom,
      height: this.#canvas.height / ratio / zoom,
    };
    this.#paint({ context, zoom, pan, pixelRatio: ratio, view });
  }

  remove(): void {
    this.#canvas.remove();
  }
}
