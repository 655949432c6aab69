import type { Health } from '../../../shared/health.ts';
import { layoutLayered, type LayoutPoint } from '../../../shared/layered-layout.ts';
import type { TopologyBox, TopologyEdge, TopologyGraph, TopologyNode } from '../../../shared/topology.ts';
import { edgeText, isIdle, nodeText } from './edge-text.ts';

const margin = 32;
const cardHeight = 48;
const padding = { x: 16, top: 30, bottom: 14 };

const colors: Readonly<Record<Health, string>> = {
  unknown: '#8c959f',
  idle: '#8c959f',
  healthy: '#1a7f37',
  degraded: '#9a6700',
  failing: '#cf222e',
};

interface Card {
  readonly node: TopologyNode;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

interface Frame {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** A picture for documents: cards from left to right as calls flow, frames around versions and namespaces. */
export function topologyToSvg(graph: TopologyGraph): string {
  const cards = placeCards(graph);
  const frames = framesOf(graph, cards);
  const bounds = boundsOf([...cards.values()], [...frames.values()]);
  const body = [
    ...graph.boxes.filter(({ kind }) => kind === 'cluster').map((box) => frameSvg(box, frames.get(box.id))),
    ...graph.boxes.filter(({ kind }) => kind === 'namespace').map((box) => frameSvg(box, frames.get(box.id))),
    ...graph.boxes.filter(({ kind }) => kind === 'app').map((box) => frameSvg(box, frames.get(box.id))),
    ...graph.edges.map((edge) => lineSvg(edge, cards)),
    ...[...cards.values()].map(cardSvg),
    ...graph.edges.map((edge) => chipSvg(edge, cards)),
  ].filter((part) => part !== '');
  const width = Math.ceil(bounds.right - bounds.left + 2 * margin);
  const height = Math.ceil(bounds.bottom - bounds.top + 2 * margin);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${number(bounds.left - margin)} ${number(bounds.top - margin)} ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">
<title>Mesh topology</title>
<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" fill="#6e7781"/></marker></defs>
<rect x="${number(bounds.left - margin)}" y="${number(bounds.top - margin)}" width="${width}" height="${height}" fill="#ffffff"/>
${body.join('\n')}
</svg>
`;
}

function placeCards(graph: TopologyGraph): Map<string, Card> {
  const apps = new Set(graph.boxes.filter(({ kind }) => kind === 'app').map(({ id }) => id));
  const sized = graph.nodes.map((node) => ({
    node,
    // Seven pixels a character of the bold name, six of the line below, and room for bar and padding.
    width: Math.max(96, 34 + Math.max(node.label.length * 7.5, nodeText(node).length * 6.2)),
  }));
  const places = layoutLayered(
    sized.map(({ node, width }) => ({
      id: node.id,
      width,
      height: cardHeight,
      ...(node.parent !== undefined && apps.has(node.parent) ? { group: node.parent } : {}),
    })),
    graph.edges,
    { layerGap: 170, groupPadding: { top: padding.top, bottom: padding.bottom } },
  );
  const origin: LayoutPoint = { x: 0, y: 0 };
  return new Map(sized.map(({ node, width }) => [node.id, { node, width, ...(places.get(node.id) ?? origin) }]));
}

/** Frames from the inside out: an app's holds its cards, a namespace's those and its apps' frames. */
function framesOf(graph: TopologyGraph, cards: ReadonlyMap<string, Card>): Map<string, Frame> {
  const frames = new Map<string, Frame>();
  const ranks = { app: 0, namespace: 1, cluster: 2 };
  for (const box of [...graph.boxes].sort((a, b) => ranks[a.kind] - ranks[b.kind])) {
    const inside: Frame[] = [
      ...[...cards.values()].filter(({ node }) => node.parent === box.id).map(frameOfCard),
      ...graph.boxes.filter(({ parent }) => parent === box.id).flatMap(({ id }) => frames.get(id) ?? []),
    ];
    if (inside.length === 0) continue;
    frames.set(box.id, {
      left: Math.min(...inside.map(({ left }) => left)) - padding.x,
      top: Math.min(...inside.map(({ top }) => top)) - padding.top + 4,
      right: Math.max(...inside.map(({ right }) => right)) + padding.x,
      bottom: Math.max(...inside.map(({ bottom }) => bottom)) + padding.bottom - 2,
    });
  }
  return frames;
}

function frameOfCard({ x, y, width }: Card): Frame {
  return { left: x - width / 2, top: y - cardHeight / 2, right: x + width / 2, bottom: y + cardHeight / 2 };
}

function boundsOf(cards: readonly Card[], frames: readonly Frame[]): Frame {
  const all = [...cards.map(frameOfCard), ...frames];
  if (all.length === 0) return { left: 0, top: 0, right: 0, bottom: 0 };
  return all.reduce((a, b) => ({
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  }));
}

function frameSvg(box: TopologyBox, frame: Frame | undefined): string {
  if (!frame) return '';
  const { left, top, right, bottom } = frame;
  const fill = box.kind === 'namespace' ? '#f6f8fa' : 'none';
  const rect = `<rect x="${number(left)}" y="${number(top)}" width="${number(right - left)}" height="${number(bottom - top)}" rx="8" fill="${fill}" stroke="#d0d7de"/>`;
  return `${rect}<text x="${number(left + 12)}" y="${number(top + 17)}" fill="#57606a">${escapeXml(box.label)}</text>`;
}

/** A cubic Bézier curve from the right side of a card. */
interface Curve {
  readonly start: LayoutPoint;
  readonly first: LayoutPoint;
  readonly second: LayoutPoint;
  readonly end: LayoutPoint;
}

/** The curve of an edge; one that leads back, or down its own column, leaves and enters on the same side. */
function curveOf(edge: TopologyEdge, cards: ReadonlyMap<string, Card>): Curve | undefined {
  const source = cards.get(edge.source);
  const target = cards.get(edge.target);
  if (!source || !target) return undefined;
  const start = { x: source.x + source.width / 2, y: source.y };
  const forward = target.x - target.width / 2 > start.x;
  const end = { x: target.x + (forward ? -target.width / 2 : target.width / 2), y: target.y };
  const bend = forward ? Math.max(40, (end.x - start.x) / 2) : 70;
  return {
    start,
    end,
    first: { x: start.x + bend, y: start.y },
    second: { x: end.x + (forward ? -bend : bend), y: end.y },
  };
}

/** De Casteljau's formula for a cubic Bézier curve. */
function pointOn({ start, first, second, end }: Curve, t: number): LayoutPoint {
  const [a, b, c, d] = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t ** 2 * (1 - t), t ** 3];
  return {
    x: a * start.x + b * first.x + c * second.x + d * end.x,
    y: a * start.y + b * first.y + c * second.y + d * end.y,
  };
}

function lineSvg(edge: TopologyEdge, cards: ReadonlyMap<string, Card>): string {
  const curve = curveOf(edge, cards);
  if (!curve) return '';
  const at = ({ x, y }: LayoutPoint): string => `${number(x)} ${number(y)}`;
  const path = `M${at(curve.start)}C${at(curve.first)} ${at(curve.second)} ${at(curve.end)}`;
  // Width grows with the logarithm of the rate.
  const width = 1 + Math.min(4, Math.log10(1 + edge.traffic.requests) * 1.6);
  const bad = edge.health.health === 'degraded' || edge.health.health === 'failing';
  const dash = isIdle(edge) ? ' stroke-dasharray="4 4"' : '';
  return `<path d="${path}" fill="none" stroke="${bad ? colors[edge.health.health] : '#8c959f'}" stroke-width="${number(width)}"${dash} marker-end="url(#arrow)"><title>${escapeXml(edge.health.reason)}</title></path>`;
}

function chipSvg(edge: TopologyEdge, cards: ReadonlyMap<string, Card>): string {
  const curve = curveOf(edge, cards);
  if (!curve) return '';
  const locked = edge.mutualTls >= 0.995;
  const text = edgeText(edge);
  const width = text.length * 6 + (locked ? 26 : 14);
  const middle = pointOn(curve, 0.55);
  // Between the two cards, where there is room for it.
  const room = Math.max(0, Math.abs(curve.end.x - curve.start.x) - width) / 2;
  const centre = (curve.start.x + curve.end.x) / 2;
  const x = Math.max(centre - room, Math.min(centre + room, middle.x));
  const left = x - width / 2;
  const lock = `<path d="M${number(left + 9)} ${number(middle.y - 1)}v-2a2.5 2.5 0 0 1 5 0v2m-6 0h7v5h-7z" fill="#57606a" fill-rule="evenodd" stroke="#57606a"/>`;
  const textX = left + (locked ? 20 : 7);
  return `<rect x="${number(left)}" y="${number(middle.y - 9)}" width="${number(width)}" height="18" rx="9" fill="#ffffff" stroke="#d0d7de"/>${locked ? lock : ''}<text x="${number(textX)}" y="${number(middle.y + 4)}" font-size="11" fill="#24292f">${escapeXml(text)}</text>`;
}

function cardSvg(card: Card): string {
  const { node, width } = card;
  const { left, top } = frameOfCard(card);
  const marks = node.instances.map((instance, index) => {
    const fill =
      instance.state === 'ready'
        ? colors.healthy
        : instance.state === 'starting' || instance.state === 'stopped'
          ? colors.idle
          : colors.failing;
    return `<rect x="${number(left + width - 14 - 9 * index)}" y="${number(top + 10)}" width="6" height="8" rx="1.5" fill="${fill}"/>`;
  });
  return `<g><title>${escapeXml(node.health.reason)}</title><rect x="${number(left)}" y="${number(top)}" width="${number(width)}" height="${cardHeight}" rx="5" fill="#ffffff" stroke="#d0d7de"/><rect x="${number(left)}" y="${number(top)}" width="4" height="${cardHeight}" rx="2" fill="${colors[node.health.health]}"/><text x="${number(left + 16)}" y="${number(top + 20)}" font-weight="600" font-size="13" fill="#1f2328">${escapeXml(node.label)}</text><text x="${number(left + 16)}" y="${number(top + 37)}" font-size="11" fill="#57606a">${escapeXml(nodeText(node))}</text>${marks.join('')}</g>`;
}

function number(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  // XML 1.0 has no way to write most control characters.
  return text.replace(/\p{Cc}/gu, ' ').replace(/[&<>"]/g, (char) => entities[char] ?? char);
}
