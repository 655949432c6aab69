import type { Health } from '../../shared/health.ts';
import type { InstanceState, TopologyInstance } from '../../shared/topology.ts';
import { formatClock } from './clock-format.ts';
import type { Size } from './geometry.ts';
import { formatByteRate, formatRoundDuration, formatRoundRate } from './number-format.ts';
import type { VisibleNode } from './visible-graph.ts';

export type CardIcon = 'workload' | 'service' | 'gateway' | 'source' | 'external' | 'namespace' | 'unknown';

/** What one card shows. Compared by `key`: two cards with the same key look the same. */
export interface Card {
  readonly id: string;
  readonly icon: CardIcon;
  readonly title: string;
  /** The quiet line. */
  readonly line: string;
  readonly health: Health;
  /** A shape beside the colour: `!` degraded, `×` failing. */
  readonly badge: '' | '!' | '×';
  readonly marks: readonly InstanceState[];
  /** Instances beyond the marks that have room. */
  readonly moreMarks: number;
  /** Under the card, when instances are missing. */
  readonly note: string;
  readonly meshed: boolean;
  readonly size: Size;
  readonly key: string;
}

/** Width of a text in pixels. Injected, as only a canvas knows. */
export type MeasureText = (text: string, font: 'title' | 'line') => number;

const icons: Record<VisibleNode['kind'], CardIcon> = {
  workload: 'workload',
  service: 'service',
  gateway: 'gateway',
  'traffic-source': 'source',
  external: 'external',
  unknown: 'unknown',
  namespace: 'namespace',
};

const cardHeight = 46;
const maxMarks = 4;
const textLeft = 38;

/** The card of a node. Its size depends on names only, never on numbers: a refresh moves nothing. */
export function cardOf(node: VisibleNode, measure: MeasureText): Card {
  const marks = node.instances.slice(0, maxMarks).map((instance) => instance.state);
  const moreMarks = node.instances.length - marks.length;
  const badge = node.health.health === 'failing' ? '×' : node.health.health === 'degraded' ? '!' : '';
  const line = cardLine(node);
  const note = instanceNote(node.instances);
  const size = cardSize(node, measure);
  const content = { id: node.id, icon: icons[node.kind], title: node.label, line, health: node.health.health, badge };
  const rest = { marks, moreMarks, note, meshed: node.meshed, size } as const;
  const key = [
    content.icon,
    content.title,
    line,
    content.health,
    marks.join(),
    moreMarks,
    note,
    node.meshed,
    size.width,
  ].join('\u0000');
  return { ...content, ...rest, key } as Card;
}

/** The version unless it is the title itself, then rate and latency; what kind of thing it is when nothing flows. */
function cardLine(node: VisibleNode): string {
  if (node.kind === 'namespace') {
    return [`${String(node.members)} nodes`, formatRoundRate(node.inbound.requests)].join(' · ');
  }
  const rates = node.kind === 'traffic-source' ? node.outbound : node.inbound;
  const parts: string[] = [];
  if (node.kind === 'gateway') parts.push('gateway');
  else if (node.version !== undefined && node.version !== '' && node.version !== node.label) parts.push(node.version);
  const membership = shownMembership(node);
  if (membership !== '') parts.push(membership);
  if (rates.requests > 0) parts.push(formatRoundRate(rates.requests));
  else if ((rates.bytes ?? 0) > 0) parts.push(formatByteRate(rates.bytes ?? 0));
  else parts.push(quietText(node));
  const isSource = node.kind === 'traffic-source';
  if (!isSource && rates.p50 !== undefined && rates.requests > 0) parts.push(formatRoundDuration(rates.p50));
  return parts.join(' · ');
}

/** "1 of 2 instances down since 00:14"; empty while all are ready. */
export function instanceNote(instances: readonly TopologyInstance[]): string {
  const down = instances.filter((instance) => instance.state === 'down' || instance.state === 'stopped');
  const sick = instances.filter((instance) => instance.state === 'unhealthy' || instance.state === 'ejected');
  const group = down.length > 0 ? down : sick;
  const first = group[0];
  if (first === undefined) return '';
  const word = group.every((instance) => instance.state === first.state) ? first.state : 'not serving';
  const since = group.map((instance) => instance.since).sort()[0] ?? first.since;
  const count =
    instances.length === 1 ? 'Only instance' : `${String(group.length)} of ${String(instances.length)} instances`;
  return `${count} ${word} since ${formatClock(since)}`;
}

/** Where no traffic is seen: nothing flows, or nobody measures whether it does, which is not the same. */
function quietText({ health: { health }, instances }: VisibleNode): string {
  if (health === 'idle') return 'idle';
  if (instances.length > 0) return `${String(instances.filter(({ state }) => state === 'ready').length)} ready`;
  return health === 'unknown' ? 'no metrics' : 'idle';
}

/** A sidecar is what one expects, and a card without a proxy has another border; the rest is said. */
function shownMembership({ membership }: VisibleNode): string {
  return membership === 'ambient' ? 'ambient' : membership === 'linkerd-proxy' ? 'linkerd' : '';
}

function cardSize(node: VisibleNode, measure: MeasureText): Size {
  const version = node.version !== undefined && node.version !== node.label ? `${node.version} · ` : '';
  const kind = node.kind === 'gateway' ? 'gateway · ' : node.kind === 'namespace' ? '88 nodes · ' : version;
  const membership = shownMembership(node);
  const mesh = membership === '' ? '' : `${membership} · `;
  const line = node.kind === 'traffic-source' ? '888/s' : `${kind}${mesh}88/s · 88 ms`;
  const count = Math.min(maxMarks, node.instances.length);
  const marks = count === 0 ? 0 : count * 9 + 10;
  const inner = Math.max(measure(node.label, 'title') + marks, measure(line, 'line'));
  return { width: Math.min(240, Math.max(104, Math.ceil((textLeft + inner + 12) / 10) * 10)), height: cardHeight };
}
