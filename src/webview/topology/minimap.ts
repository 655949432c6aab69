import type { Point, Rect } from '../view-model/geometry.ts';
import type { Scene } from '../view-model/scene.ts';
import { healthColour } from './card-painter.ts';
import type { Theme } from './theme.ts';

interface Extent {
  readonly x1: number;
  readonly y1: number;
  readonly w: number;
  readonly h: number;
}

const width = 148;
const height = 96;

/** The whole picture small, with a frame around what is in view. Shown only when not everything is. */
export class Minimap {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D | null;
  #bounds: Rect | undefined;
  #enabled = true;

  constructor(parent: HTMLElement, onCenter: (center: Point) => void) {
    this.#canvas = document.createElement('canvas');
    this.#canvas.className = 'minimap';
    // The list and the keyboard reach everything this does.
    this.#canvas.setAttribute('aria-hidden', 'true');
    this.#canvas.hidden = true;
    this.#context = this.#canvas.getContext('2d');
    const go = (event: PointerEvent): void => {
      if (this.#bounds === undefined) return;
      const { scale, left, top } = fitInto(this.#bounds);
      onCenter({
        x: (event.offsetX - left) / scale + this.#bounds.x,
        y: (event.offsetY - top) / scale + this.#bounds.y,
      });
    };
    this.#canvas.addEventListener('pointerdown', (event) => {
      this.#canvas.setPointerCapture(event.pointerId);
      go(event);
    });
    this.#canvas.addEventListener('pointermove', (event) => {
      if (event.buttons === 1) go(event);
    });
    parent.append(this.#canvas);
  }

  setEnabled(enabled: boolean): void {
    this.#enabled = enabled;
  }

  draw(scene: Scene, extent: Extent, theme: Theme): void {
    const bounds = scene.bounds;
    this.#bounds = bounds;
    const fits =
      bounds === undefined ||
      (bounds.x >= extent.x1 - 1 &&
        bounds.y >= extent.y1 - 1 &&
        bounds.x + bounds.width <= extent.x1 + extent.w + 1 &&
        bounds.y + bounds.height <= extent.y1 + extent.h + 1);
    const context = this.#context;
    this.#canvas.hidden = fits || !this.#enabled || context === null;
    if (fits || !this.#enabled || context === null) return;
    const ratio = window.devicePixelRatio || 1;
    if (this.#canvas.width !== width * ratio) {
      this.#canvas.width = width * ratio;
      this.#canvas.height = height * ratio;
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    const { scale, left, top } = fitInto(bounds);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const at = (rect: Rect): [number, number, number, number] => [
      (rect.x - bounds.x) * scale + left,
      (rect.y - bounds.y) * scale + top,
      Math.max(2, rect.width * scale),
      Math.max(1.5, rect.height * scale),
    ];
    for (const box of scene.boxes) {
      if (box.kind !== 'namespace') continue;
      context.fillStyle = theme.area;
      context.fillRect(...at(box.rect));
    }
    for (const { rect, card } of scene.cards.values()) {
      const isSick = card.health === 'degraded' || card.health === 'failing';
      context.fillStyle = isSick ? healthColour(card.health, theme) : theme.quiet;
      context.fillRect(...at(rect));
    }
    context.lineWidth = 1;
    context.strokeStyle = theme.selection;
    const [x, y] = at({ x: extent.x1, y: extent.y1, width: 0, height: 0 });
    const right = Math.min(width - 0.5, x + extent.w * scale);
    const bottom = Math.min(height - 0.5, y + extent.h * scale);
    context.strokeRect(Math.max(0.5, x), Math.max(0.5, y), right - Math.max(0.5, x), bottom - Math.max(0.5, y));
  }

  remove(): void {
    this.#canvas.remove();
  }
}

function fitInto(bounds: Rect): { scale: number; left: number; top: number } {
  const margin = 6;
  const scale = Math.min((width - 2 * margin) / bounds.width, (height - 2 * margin) / bounds.height);
  return { scale, left: (width - bounds.width * scale) / 2, top: (height - bounds.height * scale) / 2 };
}
