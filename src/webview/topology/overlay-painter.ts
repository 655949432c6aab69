import type { MeasureText } from '../view-model/card.ts';
import { chipOf } from '../view-model/chip.ts';
import { curvePoint } from '../view-model/edge-curve.ts';
import type { Rect } from '../view-model/geometry.ts';
import { grow, overlaps } from '../view-model/geometry.ts';
import type { Scene, SceneCard } from '../view-model/scene.ts';
import type { ZoomTier } from '../view-model/zoom-tier.ts';
import { zoomTier } from '../view-model/zoom-tier.ts';
import { cardMargin, healthColour } from './card-painter.ts';
import { paintChip } from './chip-painter.ts';
import type { Motion } from './motion.ts';
import type { Frame } from './painting-layer.ts';
import type { SpriteCache } from './sprite-cache.ts';
import type { Theme } from './theme.ts';

/** What the overlay shows beyond the scene itself. */
interface Highlight {
  readonly selected: string | undefined;
  /** Where the keyboard is, while the picture has the focus. */
  readonly cursor: string | undefined;
  /** Everything not in here is dimmed; `undefined`: nothing is. */
  readonly bright: ReadonlySet<string> | undefined;
  readonly moving: boolean;
  readonly showChips: boolean;
  /** Dots that travel along busy edges. */
  readonly flow: boolean;
}

export interface OverlayPaint {
  readonly frame: Frame;
  readonly scene: Scene;
  readonly theme: Theme;
  readonly sprites: SpriteCache;
  readonly motion: Motion;
  readonly measure: MeasureText;
  readonly highlight: Highlight;
  readonly now: number;
}

const dimmed = 0.35;

/** Paints chips and cards of what is in view, then the rings of selection and keyboard. */
export function paintOverlay(paint: OverlayPaint): void {
  const { frame, scene, highlight } = paint;
  const tier = zoomTier(frame.zoom);
  if (highlight.flow) paintFlow(paint);
  if (tier !== 'far' && highlight.showChips) paintChips(paint);
  const { context } = frame;
  // Under the cards, so that badges stay whole.
  paintRing(paint, highlight.cursor, [3, 3]);
  paintRing(paint, highlight.selected, []);
  for (const entry of scene.cards.values()) {
    if (!overlaps(grow(entry.rect, cardMargin), frame.view)) continue;
    const isBright = highlight.bright === undefined || highlight.bright.has(entry.node.id);
    if (!isBright) paintGround(paint, entry);
    context.globalAlpha = isBright ? 1 : dimmed;
    if (tier === 'far') paintDot(paint, entry);
    else paintSprite(paint, entry, tier, isBright ? 1 : dimmed);
  }
  context.globalAlpha = 1;
}

/** Under a dimmed card: without it edges would show through. */
function paintGround({ frame, theme }: OverlayPaint, { node, rect }: SceneCard): void {
  const { context } = frame;
  context.globalAlpha = 1;
  context.fillStyle = node.parent === undefined ? theme.background : theme.area;
  context.beginPath();
  context.roundRect(rect.x, rect.y, rect.width, rect.height, 5);
  context.fill();
}

function paintSprite(paint: OverlayPaint, { node, card, rect }: SceneCard, tier: ZoomTier, alpha: number): void {
  const { frame, sprites, theme, motion, highlight, now } = paint;
  const { context, zoom, pan, pixelRatio } = frame;
  const place = {
    x: (rect.x * zoom + pan.x) * pixelRatio,
    y: (rect.y * zoom + pan.y) * pixelRatio,
    scale: zoom * pixelRatio,
    moving: highlight.moving,
  };
  const kind = tier === 'near' ? 'card' : 'name';
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  const fade = motion.fadeOf(node.id, now);
  if (fade !== undefined) {
    sprites.draw(context, fade.from, kind, place, theme);
    context.globalAlpha = alpha * fade.part;
  }
  sprites.draw(context, card, kind, place, theme);
  context.restore();
}

/** Far away a card is a block; only what is not well has a colour. */
function paintDot({ frame, theme }: OverlayPaint, { card, rect }: SceneCard): void {
  const { context } = frame;
  const isSick = card.health === 'degraded' || card.health === 'failing';
  context.fillStyle = isSick ? healthColour(card.health, theme) : card.health === 'healthy' ? theme.quiet : theme.idle;
  context.beginPath();
  context.roundRect(rect.x, rect.y, rect.width, rect.height, 8);
  if (card.health === 'idle' || card.health === 'unknown') {
    context.lineWidth = 4;
    context.strokeStyle = theme.idle;
    context.stroke();
  } else context.fill();
}

function paintChips(paint: OverlayPaint): void {
  const { frame, scene, highlight, theme, measure, motion, now } = paint;
  for (const [id, center] of scene.chips) {
    const entry = scene.edges.get(id);
    if (entry === undefined || !isNear(center, frame.view)) continue;
    // What is dimmed has no numbers: they would only distract.
    if (highlight.bright !== undefined && !highlight.bright.has(id)) continue;
    const { share, rate } = motion.valuesOf(entry, now);
    const chip = chipOf(entry.edge, share, rate);
    if (chip === undefined) continue;
    const { context } = frame;
    context.save();
    context.translate(center.x, center.y);
    context.scale(scene.chipScale, scene.chipScale);
    paintChip(context, chip, { x: 0, y: 0 }, theme, measure);
    context.restore();
  }
}

function isNear(point: { readonly x: number; readonly y: number }, view: Rect): boolean {
  return (
    point.x > view.x - 120 &&
    point.x < view.x + view.width + 120 &&
    point.y > view.y - 20 &&
    point.y < view.y + view.height + 20
  );
}

/** More dots where more flows; red ones in the measure of the errors. */
function paintFlow({ frame, scene, theme, highlight, now }: OverlayPaint): void {
  const { context } = frame;
  for (const [id, { edge, curve, look }] of scene.edges) {
    if (look.idle || (highlight.bright !== undefined && !highlight.bright.has(id))) continue;
    const count = Math.min(6, Math.ceil(Math.log2(1 + edge.traffic.requests)));
    const failing = Math.round(edge.traffic.errorShare * count);
    for (let dot = 0; dot < count; dot++) {
      const point = curvePoint(curve, (now / 1800 + dot / count) % 1);
      if (!isNear(point, frame.view)) continue;
      context.beginPath();
      context.arc(point.x, point.y, 1.5 + look.width / 2, 0, 2 * Math.PI);
      context.fillStyle = dot < failing ? theme.failing : theme.text;
      context.fill();
    }
  }
}

function paintRing({ frame, scene, theme }: OverlayPaint, id: string | undefined, dash: readonly number[]): void {
  const rect = id === undefined ? undefined : scene.cards.get(id)?.rect;
  if (rect === undefined) return;
  const { context, zoom } = frame;
  const unit = Math.max(1, 1 / zoom);
  context.beginPath();
  context.roundRect(rect.x - 4, rect.y - 4, rect.width + 8, rect.height + 8, 8);
  context.lineWidth = 2 * unit;
  context.strokeStyle = theme.selection;
  context.setLineDash(dash.map((length) => length * unit));
  context.stroke();
  context.setLineDash([]);
}
