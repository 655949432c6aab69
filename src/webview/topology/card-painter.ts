import type { Health } from '../../shared/health.ts';
import type { InstanceState } from '../../shared/topology.ts';
import type { Card, MeasureText } from '../view-model/card.ts';
import { iconPaths } from '../view-model/icon-paths.ts';
import type { Theme } from './theme.ts';

/** Room around a card for its badge and the note under it. */
export const cardMargin = 22;

const titleFont = 'bold 13px';
export const lineFont = '11px';

/** Measures with the fonts of the cards. Widths are kept: the same names come again with every refresh. */
export function textMeasure(fontFamily: string): MeasureText {
  const context = document.createElement('canvas').getContext('2d');
  const known = new Map<string, number>();
  return (text, font) => {
    const key = `${font} ${text}`;
    let width = known.get(key);
    if (width === undefined) {
      if (known.size > 20_000) known.clear();
      if (context === null) return text.length * 7;
      context.font = `${font === 'title' ? titleFont : lineFont} ${fontFamily}`;
      width = context.measureText(text).width;
      known.set(key, width);
    }
    return width;
  };
}

export function healthColour(health: Health, theme: Theme): string {
  return health === 'unknown' ? theme.idle : theme[health];
}

/** Paints a whole card with its top left corner at (0, 0). */
export function paintCard(context: CanvasRenderingContext2D, card: Card, theme: Theme): void {
  const { width, height } = card.size;
  paintBody(context, card, theme);
  context.save();
  context.translate(14, height / 2 - 8);
  context.strokeStyle = theme.quiet;
  context.lineWidth = 1.1;
  context.lineJoin = 'round';
  context.stroke(new Path2D(iconPaths[card.icon]));
  context.restore();

  const marksWidth = card.marks.length === 0 ? 0 : card.marks.length * 9 + 4;
  context.textBaseline = 'alphabetic';
  context.fillStyle = theme.text;
  context.font = `${titleFont} ${theme.fontFamily}`;
  context.fillText(ellipsis(context, card.title, width - 38 - 10 - marksWidth), 38, 20);
  context.fillStyle = theme.quiet;
  context.font = `${lineFont} ${theme.fontFamily}`;
  context.fillText(ellipsis(context, card.line, width - 38 - 6), 38, 36);
  card.marks.forEach((state, index) => {
    paintMark(context, state, width - 10 - (card.marks.length - index) * 9 + 1, 12, theme);
  });
  if (card.moreMarks > 0) {
    context.textAlign = 'right';
    context.font = `9px ${theme.fontFamily}`;
    context.fillText(`+${String(card.moreMarks)}`, width - 8, 30);
    context.textAlign = 'left';
  }
  paintBadge(context, card, theme);
  if (card.note !== '') {
    context.font = `${lineFont} ${theme.fontFamily}`;
    context.fillStyle = healthColour(card.health, theme);
    context.textAlign = 'center';
    context.fillText(card.note, width / 2, height + 16);
    context.textAlign = 'left';
  }
}

/** The card of the middle distance: health and the name, as large as fits; one that does not fit is cut while it can be read. */
export function paintNameCard(context: CanvasRenderingContext2D, card: Card, theme: Theme): void {
  const { width, height } = card.size;
  paintBody(context, card, theme);
  context.fillStyle = theme.text;
  context.textBaseline = 'middle';
  let size = 24;
  const room = width - 22;
  context.font = `bold ${String(size)}px ${theme.fontFamily}`;
  const natural = context.measureText(card.title).width;
  if (natural > room) {
    const whole = Math.floor((size * room) / natural);
    size = whole >= 15 ? whole : 20;
    context.font = `bold ${String(size)}px ${theme.fontFamily}`;
  }
  context.fillText(ellipsis(context, card.title, room), 14, height / 2 + 1);
  paintBadge(context, card, theme, 1.6);
}

function paintBody(context: CanvasRenderingContext2D, card: Card, theme: Theme): void {
  const { width, height } = card.size;
  context.beginPath();
  context.roundRect(0.5, 0.5, width - 1, height - 1, 5);
  context.fillStyle = theme.card;
  context.fill();
  context.strokeStyle = theme.cardBorder;
  context.lineWidth = 1;
  // What stands outside the mesh has a broken outline: nothing of it is measured by a sidecar of ours.
  if (!card.meshed && card.icon !== 'source') context.setLineDash([4, 3]);
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  context.roundRect(0, 0, 4, height, [4, 0, 0, 4]);
  context.fillStyle = healthColour(card.health, theme);
  if (theme.highContrast && card.health !== 'healthy') {
    // The bar is broken where the state is not well: seen without colour.
    const step = card.health === 'failing' ? 6 : 12;
    for (let y = 0; y < height; y += step) context.fillRect(0, y, 5, step - 3);
  } else context.fill();
}

function paintMark(context: CanvasRenderingContext2D, state: InstanceState, x: number, y: number, theme: Theme): void {
  context.beginPath();
  context.lineWidth = 1.2;
  switch (state) {
    case 'ready':
      context.roundRect(x, y, 6, 8, 1.5);
      context.fillStyle = theme.healthy;
      context.fill();
      return;
    case 'down':
      context.moveTo(x, y + 1);
      context.lineTo(x + 6, y + 7);
      context.moveTo(x + 6, y + 1);
      context.lineTo(x, y + 7);
      context.lineWidth = 2;
      context.strokeStyle = theme.failing;
      context.stroke();
      return;
    case 'unhealthy':
      context.moveTo(x + 3, y);
      context.lineTo(x + 6.5, y + 8);
      context.lineTo(x - 0.5, y + 8);
      context.closePath();
      context.fillStyle = theme.degraded;
      context.fill();
      return;
    case 'ejected':
      context.roundRect(x + 0.5, y + 0.5, 5, 7, 1.5);
      context.strokeStyle = theme.degraded;
      context.stroke();
      return;
    case 'starting':
    case 'stopped':
      context.roundRect(x + 0.5, y + 0.5, 5, 7, 1.5);
      context.strokeStyle = state === 'starting' ? theme.healthy : theme.idle;
      context.stroke();
  }
}

function paintBadge(context: CanvasRenderingContext2D, card: Card, theme: Theme, scale = 1): void {
  if (card.badge === '') return;
  const x = card.size.width - 2;
  context.beginPath();
  context.arc(x, 2, 8 * scale, 0, 2 * Math.PI);
  context.fillStyle = healthColour(card.health, theme);
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = theme.background;
  context.stroke();
  context.fillStyle = theme.onHealth;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.font = `bold ${String(11 * scale)}px ${theme.fontFamily}`;
  context.fillText(card.badge, x, 2.5);
  context.textAlign = 'left';
  context.textBaseline = 'alphabetic';
}

function ellipsis(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (context.measureText(`${text.slice(0, middle)}…`).width <= width) low = middle;
    else high = middle - 1;
  }
  return `${text.slice(0, low)}…`;
}
