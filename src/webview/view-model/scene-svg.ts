import type { Health } from '../../shared/health.ts';
import type { MeasureText } from './card.ts';
import { curvePath } from './edge-curve.ts';
import type { Rect } from './geometry.ts';
import { grow } from './geometry.ts';
import { iconPaths, lockBody, lockShackle } from './icon-paths.ts';
import type { Scene, SceneCard, SceneEdge } from './scene.ts';
import { chipHeight, chipSize } from './scene.ts';

/** The colours an exported picture uses; any CSS colours. */
export interface SvgColours {
  readonly background: string;
  readonly card: string;
  readonly cardBorder: string;
  readonly text: string;
  readonly quiet: string;
  readonly edge: string;
  readonly healthy: string;
  readonly degraded: string;
  readonly failing: string;
  readonly idle: string;
  readonly preview: string;
  readonly onHealth: string;
  readonly frame: string;
  readonly area: string;
  readonly areaBorder: string;
  readonly chip: string;
  readonly chipBorder: string;
  readonly fontFamily: string;
}

/** The whole scene as an SVG document of its own. Pure: names are escaped, nothing outside is referred to. */
export function sceneSvg(scene: Scene, colours: SvgColours, measure: MeasureText): string {
  const scale = scene.chipScale;
  scene.scaleChips(1);
  const bounds = grow(scene.bounds ?? { x: 0, y: 0, width: 1, height: 1 }, 24);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${n(bounds.width)}" height="${n(bounds.height)}"`,
    ` viewBox="${[bounds.x, bounds.y, bounds.width, bounds.height].map(n).join(' ')}"`,
    ` font-family="${escapeText(colours.fontFamily)}" font-size="11">`,
    box(bounds, 0, `fill="${colours.background}"`),
  ];
  for (const { rect, kind, label } of scene.boxes) {
    const isApp = kind === 'app';
    const stroke = isApp ? colours.frame : colours.areaBorder;
    parts.push(box(rect, isApp ? 8 : 10, `fill="${isApp ? 'none' : colours.area}" stroke="${stroke}"`));
    parts.push(text(label, rect.x + 14, rect.y + 20, colours.quiet));
  }
  for (const entry of scene.edges.values()) parts.push(edge(entry, colours));
  for (const [id, center] of scene.chips) {
    const chip = scene.edges.get(id)?.chip;
    if (chip === undefined) continue;
    const { width } = chipSize(chip, measure);
    const rect = { x: center.x - width / 2, y: center.y - chipHeight / 2, width, height: chipHeight };
    const tone = chip.tone === 'normal' ? undefined : colours[chip.tone];
    parts.push(box(rect, chipHeight / 2, `fill="${colours.chip}" stroke="${tone ?? colours.chipBorder}"`));
    const lock = chip.lock === 'none' ? 0 : 14;
    const start = rect.x + (width - lock - measure(chip.text, 'line')) / 2;
    if (lock > 0) {
      const fill = chip.lock === 'full' ? colours.quiet : 'none';
      parts.push(
        `<g transform="translate(${n(start)} ${n(center.y - 5.5)})" stroke="${colours.quiet}" stroke-width="1.2" fill="none">`,
        `<path d="${lockShackle}"/><path d="${lockBody}" fill="${fill}"/></g>`,
      );
    }
    parts.push(text(chip.text, start + lock, center.y + 4, tone ?? colours.text));
  }
  for (const entry of scene.cards.values()) parts.push(card(entry, colours));
  // The picture on the screen keeps its own.
  scene.scaleChips(scale);
  return `${parts.join('')}</svg>`;
}

function edge({ curve, look }: SceneEdge, colours: SvgColours): string {
  const colour = look.tone === 'normal' ? (look.idle ? colours.idle : colours.edge) : colours[look.tone];
  const pattern = look.declared ? '1.5 3.5' : '5 4';
  const dash = look.idle || look.tone === 'preview' ? ` stroke-dasharray="${pattern}"` : '';
  const { x, y } = curve.to;
  const arrow = `<path d="M${n(x)} ${n(y)}l-9 -5v10Z" fill="${colour}"/>`;
  return `<path d="${curvePath(curve)}" fill="none" stroke="${colour}" stroke-width="${n(look.width)}"${dash}/>${arrow}`;
}

function card({ card: content, rect }: SceneCard, colours: SvgColours): string {
  const health = ofHealth(content.health, colours);
  const parts = [
    box(rect, 5, `fill="${colours.card}" stroke="${colours.cardBorder}"`),
    box({ x: rect.x, y: rect.y, width: 4, height: rect.height }, 2, `fill="${health}"`),
    `<path d="${iconPaths[content.icon]}" transform="translate(${n(rect.x + 14)} ${n(rect.y + rect.height / 2 - 8)})"`,
    ` fill="none" stroke="${colours.quiet}" stroke-width="1.1"/>`,
    text(content.title, rect.x + 38, rect.y + 20, colours.text, 'font-size="13" font-weight="bold"'),
    text(content.line, rect.x + 38, rect.y + 36, colours.quiet),
  ];
  content.marks.forEach((state, index) => {
    const x = rect.x + rect.width - 9 - (content.marks.length - index) * 9;
    const mark = { x, y: rect.y + 12, width: 6, height: 8 };
    const colour = state === 'ready' ? colours.healthy : state === 'down' ? colours.failing : colours.idle;
    parts.push(
      box(mark, 1.5, state === 'ready' || state === 'down' ? `fill="${colour}"` : `fill="none" stroke="${colour}"`),
    );
  });
  if (content.badge !== '') {
    const x = rect.x + rect.width - 2;
    parts.push(`<circle cx="${n(x)}" cy="${n(rect.y + 2)}" r="8" fill="${health}"/>`);
    parts.push(text(content.badge, x, rect.y + 6, colours.onHealth, 'text-anchor="middle" font-weight="bold"'));
  }
  if (content.note !== '') {
    parts.push(text(content.note, rect.x + rect.width / 2, rect.y + rect.height + 16, health, 'text-anchor="middle"'));
  }
  return parts.join('');
}

function ofHealth(health: Health, colours: SvgColours): string {
  return health === 'unknown' ? colours.idle : colours[health];
}

function box(rect: Rect, radius: number, paint: string): string {
  const at = `x="${n(rect.x)}" y="${n(rect.y)}" width="${n(rect.width)}" height="${n(rect.height)}"`;
  return `<rect ${at} rx="${n(radius)}" ${paint}/>`;
}

function text(content: string, x: number, y: number, fill: string, more = ''): string {
  return `<text x="${n(x)}" y="${n(y)}" fill="${fill}" ${more}>${escapeText(content)}</text>`;
}

function n(value: number): string {
  return String(Number(value.toFixed(1)));
}

function escapeText(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
