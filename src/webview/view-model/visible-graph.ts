import { formatCount } from './number-format.ts';
import type { Health, HealthState } from '../../shared/health.ts';
import type { TopologyBox, TopologyEdge, TopologyGraph, TopologyNode, TrafficRates } from '../../shared/topology.ts';

/** What is drawn: a node of the graph, or a namespace that stands for its nodes while it is closed. */
export interface VisibleNode extends Omit<TopologyNode, 'kind'> {
  readonly kind: TopologyNode['kind'] | 'namespace';
  /** How many nodes it stands for; 1 unless a closed namespace. */
  readonly members: number;
  /** What a closed namespace holds, for who looks for it. */
  readonly inside?: readonly VisibleNode[];
}

export interface VisibleGraph {
  readonly nodes: readonly VisibleNode[];
  readonly edges: readonly TopologyEdge[];
  readonly boxes: readonly TopologyBox[];
  /** Namespaces drawn as one card. */
  readonly collapsed: readonly string[];
  /** Namespaces that would be, had nobody opened them. */
  readonly opened: readonly string[];
}

export interface VisibleOptions {
  readonly showDeclaredEdges: boolean;
  readonly showIdleEdges: boolean;
  readonly showIdleNodes: boolean;
  /** Close namespaces when there are more nodes than `collapseAbove`. */
  readonly groupLarge: boolean;
  /** Namespaces the person opened. */
  readonly opened: ReadonlySet<string>;
}

/** More cards than this at once are neither read nor drawn fluently. */
const collapseAbove = 300;

const healthOrder: readonly Health[] = ['unknown', 'idle', 'healthy', 'degraded', 'failing'];

function worseHealth(a: Health, b: Health): Health {
  return healthOrder.indexOf(a) >= healthOrder.indexOf(b) ? a : b;
}

/** What of the graph is drawn under these options. Pure; the same input gives the same order. */
export function visibleGraph(graph: TopologyGraph, options: VisibleOptions): VisibleGraph {
  const edges = graph.edges.filter((edge) =>
    edge.layer === 'declared' ? options.showDeclaredEdges : options.showIdleEdges || hasTraffic(edge),
  );
  const connected = new Set(edges.flatMap((edge) => [edge.source, edge.target]));
  const kept = options.showIdleNodes
    ? graph.nodes
    : graph.nodes.filter((node) => node.health.health !== 'idle' || connected.has(node.id));
  const ids = new Set(kept.map((node) => node.id));
  const between = edges.filter((edge) => ids.has(edge.source) && ids.has(edge.target));
  const namespaces = new Set(kept.map((node) => node.namespace));
  const closable =
    options.groupLarge && kept.length > collapseAbove && namespaces.size > 1
      ? [...namespaces].filter((namespace) => namespace !== '').sort()
      : [];
  const collapsed = closable.filter((namespace) => !options.opened.has(namespace));
  const opened = closable.filter((namespace) => options.opened.has(namespace));
  if (collapsed.length === 0) return { nodes: kept.map(single), edges: between, boxes: graph.boxes, collapsed, opened };
  return { ...collapse(kept, between, graph.boxes, collapsed), collapsed, opened };
}

function hasTraffic(edge: TopologyEdge): boolean {
  return edge.traffic.requests > 0 || (edge.traffic.bytes ?? 0) > 0;
}

function single(node: TopologyNode): VisibleNode {
  return { ...node, members: 1 };
}

/** The id of the card that a closed namespace is drawn as. */
function namespaceNodeId(namespace: string): string {
  return `namespace-card:${namespace}`;
}

function collapse(
  nodes: readonly TopologyNode[],
  edges: readonly TopologyEdge[],
  boxes: readonly TopologyBox[],
  collapsed: readonly string[],
): Omit<VisibleGraph, 'collapsed' | 'opened'> {
  const closed = new Set(collapsed);
  const representative = new Map<string, string>();
  const members = new Map<string, TopologyNode[]>();
  const visible: VisibleNode[] = [];
  for (const node of nodes) {
    if (!closed.has(node.namespace)) {
      representative.set(node.id, node.id);
      visible.push(single(node));
      continue;
    }
    representative.set(node.id, namespaceNodeId(node.namespace));
    const list = members.get(node.namespace);
    if (list) list.push(node);
    else members.set(node.namespace, [node]);
  }
  for (const [namespace, list] of members) visible.push(namespaceCard(namespace, list));

  const merged = new Map<string, TopologyEdge[]>();
  for (const edge of edges) {
    const source = representative.get(edge.source) ?? edge.source;
    const target = representative.get(edge.target) ?? edge.target;
    if (source === target && source !== edge.source) continue;
    const key = source === edge.source && target === edge.target ? edge.id : `${source} → ${target}`;
    const list = merged.get(key);
    const moved = { ...edge, id: key, source, target };
    if (list) list.push(moved);
    else merged.set(key, [moved]);
  }
  const used = new Set(visible.flatMap((node) => (node.parent === undefined ? [] : [node.parent])));
  for (const box of boxes) if (used.has(box.id) && box.parent !== undefined) used.add(box.parent);
  return {
    nodes: visible,
    edges: [...merged.values()].map(mergeEdges),
    boxes: boxes.filter((box) => used.has(box.id)),
  };
}

function namespaceCard(namespace: string, nodes: readonly TopologyNode[]): VisibleNode {
  const first = nodes[0];
  return {
    id: namespaceNodeId(namespace),
    kind: 'namespace',
    label: namespace,
    namespace,
    cluster: first?.cluster ?? '',
    health: namespaceHealth(nodes),
    inbound: sumRates(nodes.map((node) => node.inbound)),
    outbound: sumRates(nodes.map((node) => node.outbound)),
    instances: [],
    meshed: nodes.every((node) => node.meshed),
    shapedBy: [],
    members: nodes.length,
    inside: nodes.map(single),
  };
}

function namespaceHealth(nodes: readonly TopologyNode[]): HealthState {
  const { health } = worstState(nodes.map((node) => node.health));
  const parts = (['failing', 'degraded'] as const).flatMap((state) => {
    const count = nodes.filter((node) => node.health.health === state).length;
    return count === 0 ? [] : [`${String(count)} ${state}`];
  });
  return { health, reason: parts.length === 0 ? '' : `${parts.join(' and ')} of ${formatCount(nodes.length, 'node')}` };
}

function worstState(states: readonly HealthState[]): HealthState {
  let worst: HealthState = { health: 'unknown', reason: '' };
  for (const state of states) if (worseHealth(state.health, worst.health) !== worst.health) worst = state;
  return worst;
}

function mergeEdges(edges: readonly TopologyEdge[]): TopologyEdge {
  const [first, ...rest] = edges;
  if (first === undefined) throw new Error('An edge was merged of none.');
  if (rest.length === 0) return first;
  const traffic = sumRates(edges.map((edge) => edge.traffic));
  const weighted = edges.reduce((sum, edge) => sum + edge.mutualTls * edge.traffic.requests, 0);
  return {
    id: first.id,
    source: first.source,
    target: first.target,
    protocol: first.protocol,
    traffic,
    host: '',
    mutualTls: traffic.requests > 0 ? weighted / traffic.requests : Math.min(...edges.map((edge) => edge.mutualTls)),
    health: worstState(edges.map((edge) => edge.health)),
    layer: edges.every((edge) => edge.layer === first.layer) ? first.layer : 'live',
    shapedBy: [],
  };
}

/** Rates of several nodes or edges together. Latencies are the worst among them: quantiles do not add up. */
function sumRates(rates: readonly TrafficRates[]): TrafficRates {
  const requests = rates.reduce((sum, rate) => sum + rate.requests, 0);
  const errors = rates.reduce((sum, rate) => sum + rate.errors, 0);
  const bytes = rates.reduce((sum, rate) => sum + (rate.bytes ?? 0), 0);
  const worst = (pick: (rate: TrafficRates) => number | undefined): number | undefined =>
    rates.reduce<number | undefined>((high, rate) => {
      const value = pick(rate);
      return value === undefined ? high : Math.max(high ?? 0, value);
    }, undefined);
  const [p50, p95, p99] = [worst((rate) => rate.p50), worst((rate) => rate.p95), worst((rate) => rate.p99)];
  return {
    requests,
    errors,
    errorShare: requests > 0 ? errors / requests : 0,
    ...(p50 === undefined ? {} : { p50 }),
    ...(p95 === undefined ? {} : { p95 }),
    ...(p99 === undefined ? {} : { p99 }),
    ...(bytes > 0 ? { bytes } : {}),
    responses: {},
  };
}
