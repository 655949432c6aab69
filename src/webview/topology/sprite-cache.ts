import type { Card } from '../view-model/card.ts';
import { cardMargin, paintCard, paintNameCard } from './card-painter.ts';
import type { Theme } from './theme.ts';

interface Sprite {
  readonly canvas: HTMLCanvasElement;
  readonly scale: number;
}

/** Cards already painted, by look. Painting a card's text anew for every frame would cost ten times the copy. */
export class SpriteCache {
  readonly #sprites = new Map<string, Sprite>();
  readonly #limit = 1500;

  clear(): void {
    this.#sprites.clear();
  }

  /**
   * Draws a card with its top left corner at (x, y) in device pixels. While `moving`, a sprite of another scale will do:
   * it is stretched, and painted sharply when the view rests.
   */
  draw(
    target: CanvasRenderingContext2D,
    card: Card,
    kind: 'card' | 'name',
    place: { readonly x: number; readonly y: number; readonly scale: number; readonly moving: boolean },
    theme: Theme,
  ): void {
    const key = `${kind} ${card.key}`;
    let sprite = this.#sprites.get(key);
    if (sprite === undefined || (sprite.scale !== place.scale && !place.moving)) {
      sprite = paint(card, kind, place.scale, theme);
      // Map order is insertion order: the oldest look goes first.
      this.#sprites.delete(key);
      this.#sprites.set(key, sprite);
      if (this.#sprites.size > this.#limit) {
        const oldest = this.#sprites.keys().next().value;
        if (oldest !== undefined) this.#sprites.delete(oldest);
      }
    }
    const stretch = place.scale / sprite.scale;
    const margin = Math.round(cardMargin * place.scale);
    const left = Math.round(place.x) - margin;
    const top = Math.round(place.y) - margin;
    if (stretch === 1) target.drawImage(sprite.canvas, left, top);
    else target.drawImage(sprite.canvas, left, top, sprite.canvas.width * stretch, sprite.canvas.height * stretch);
  }
}

function paint(card: Card, kind: 'card' | 'name', scale: number, theme: Theme): Sprite {
  const canvas = document.createElement('canvas');
  const margin = Math.round(cardMargin * scale);
  // A note may be wider than its card.
  const side = card.note === '' ? 0 : 120;
  canvas.width = Math.ceil((card.size.width + side) * scale) + 2 * margin;
  canvas.height = Math.ceil(card.size.height * scale) + 2 * margin;
  const context = canvas.getContext('2d');
  if (context !== null) {
    context.translate(margin, margin);
    context.scale(scale, scale);
    if (kind === 'card') paintCard(context, card, theme);
    else paintNameCard(context, card, theme);
  }
  return { canvas, scale };
}
