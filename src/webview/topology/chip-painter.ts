import type { MeasureText } from '../view-model/card.ts';
import type { Chip } from '../view-model/chip.ts';
import type { Point } from '../view-model/geometry.ts';
import { lockBody, lockShackle } from '../view-model/icon-paths.ts';
import { chipHeight, chipSize } from '../view-model/scene.ts';
import { lineFont } from './card-painter.ts';
import type { Theme } from './theme.ts';

const shackle = new Path2D(lockShackle);
const body = new Path2D(lockBody);

/** Paints a chip around a point in model coordinates. */
export function paintChip(
  context: CanvasRenderingContext2D,
  chip: Chip,
  center: Point,
  theme: Theme,
  measure: MeasureText,
): void {
  const { width } = chipSize(chip, measure);
  const left = center.x - width / 2;
  const top = center.y - chipHeight / 2;
  const tone = chip.tone === 'normal' ? undefined : theme[chip.tone];
  context.beginPath();
  context.roundRect(left, top, width, chipHeight, chipHeight / 2);
  context.fillStyle = theme.chip;
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = tone ?? theme.chipBorder;
  context.stroke();
  const lock = chip.lock === 'none' ? 0 : 14;
  const text = measure(chip.text, 'line');
  const start = left + (width - lock - text) / 2;
  if (lock > 0) {
    context.save();
    context.translate(start, center.y - 5.5);
    context.lineWidth = 1.2;
    context.strokeStyle = theme.quiet;
    context.fillStyle = theme.quiet;
    context.stroke(shackle);
    if (chip.lock === 'full') context.fill(body);
    else context.stroke(body);
    context.restore();
  }
  context.font = `${lineFont} ${theme.fontFamily}`;
  context.fillStyle = tone ?? theme.text;
  context.textBaseline = 'middle';
  context.fillText(chip.text, start + lock, center.y + 0.5);
}
