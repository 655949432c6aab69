/**
 * Layered drawing from left to right, as calls flow: layers by longest way, crossings reduced by medians, places by least
 * squares. Pure and deterministic: the order of the input does not matter. Runs in the engine (SVG) and in the webview.
 */
import { compareText } from './compare.ts';
import { numberAt, type LayeredGraph, type NumberedEdge } from './layout/layout-graph.ts';
import { orderLayers } from './layout/ordering.ts';
import { placeItems } from './layout/placement.ts';
import { rankUnits } from './layout/ranking.ts';

/** A card to place. Nodes with the same `group` stand together: the versions of one app. */
export interface LayoutNode {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly group?: string;
}

export interface LayoutEdge {
  readonly source: string;
  readonly target: string;
}

/** Pixels; all optional. */
export interface LayeredLayoutOptions {
  /** Free width between the widest cards of neighbouring layers, where edges and their chips run. Default 120. */
  readonly layerGap?: number;
  /** Free height between cards. Default 28. */
  readonly nodeGap?: number;
  /** Room a group's frame takes above (with its name) and below its cards. Default 30 and 14. */
  readonly groupPadding?: { readonly top: number; readonly bottom: number };
  /** Free height between parts of the graph that nothing connects. Default 56. */
  readonly partGap?: number;
}

export interface LayoutPoint {
  readonly x: number;
  readonly y: number;
}

type Settings = Required<LayeredLayoutOptions>;

/** Room a long edge takes where it passes a layer. */
const bendHeight = 10;
/** Sweeps of a small graph; a graph with many bends gets as many as this number of steps along its links allows. */
const orderingSweeps = 16;
const orderingSteps = 80_000;

/**
 * Centre of every node, the whole drawing starting at (0, 0). A group without calls among its members is one column; the
 * members of any other group are contiguous within each layer. Edges to unknown ids are ignored, duplicates count once.
 * Parts of the graph are stacked, the largest first; nodes without any edge stand in rows below.
 */
export function layoutLayered(
  nodes: readonly LayoutNode[],
  edges: readonly LayoutEdge[],
  options: LayeredLayoutOptions = {},
): Map<string, LayoutPoint> {
  const settings: Settings = {
    layerGap: options.layerGap ?? 120,
    nodeGap: options.nodeGap ?? 28,
    groupPadding: options.groupPadding ?? { top: 30, bottom: 14 },
    partGap: options.partGap ?? 56,
  };
  const places = new Map<string, LayoutPoint>();
  const { parts, loose } = splitIntoParts(nodes, edges);
  let top = 0;
  let width = 0;
  for (const part of parts) {
    const drawn = drawPart(part, settings);
    for (const [id, point] of drawn.places) places.set(id, { x: point.x, y: point.y + top });
    top += drawn.height + settings.partGap;
    width = Math.max(width, drawn.width);
  }
  placeLoose(loose, Math.max(width, 900), top, settings, places);
  return places;
}

interface Part {
  readonly nodes: readonly LayoutNode[];
  readonly edges: readonly NumberedEdge[];
}

/** Connected parts (a group connects its members), largest first, and the nodes that nothing connects to any other. */
function splitIntoParts(
  input: readonly LayoutNode[],
  edges: readonly LayoutEdge[],
): { parts: Part[]; loose: LayoutNode[][] } {
  const nodes = [...new Map(input.map((node) => [node.id, node])).values()].sort((a, b) => compareText(a.id, b.id));
  const numbers = new Map(nodes.map((node, index) => [node.id, index]));
  const parent = nodes.map((_, index) => index);
  const find = (item: number): number => {
    let root = item;
    while (numberAt(parent, root) !== root) root = numberAt(parent, root);
    for (let at = item; at !== root;) {
      const next = numberAt(parent, at);
      parent[at] = root;
      at = next;
    }
    return root;
  };
  const unique = new Map<string, NumberedEdge>();
  const called = new Set<number>();
  for (const edge of edges) {
    const source = numbers.get(edge.source);
    const target = numbers.get(edge.target);
    if (source === undefined || target === undefined || source === target) continue;
    unique.set(`${source} ${target}`, [source, target]);
    called.add(source).add(target);
    parent[find(source)] = find(target);
  }
  const firstOfGroup = new Map<string, number>();
  nodes.forEach((node, index) => {
    if (node.group === undefined) return;
    const first = firstOfGroup.get(node.group);
    if (first === undefined) firstOfGroup.set(node.group, index);
    else parent[find(index)] = find(first);
  });

  const members = new Map<number, number[]>();
  nodes.forEach((_, index) => {
    const root = find(index);
    const list = members.get(root);
    if (list) list.push(index);
    else members.set(root, [index]);
  });
  const edgesOf = new Map<number, NumberedEdge[]>();
  const sorted = [...unique.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  for (const edge of sorted) {
    const root = find(edge[0]);
    const list = edgesOf.get(root);
    if (list) list.push(edge);
    else edgesOf.set(root, [edge]);
  }
  const at = (index: number): LayoutNode[] => nodes.slice(index, index + 1);
  const parts: (Part & { first: number })[] = [];
  const loose: LayoutNode[][] = [];
  for (const [root, list] of members) {
    if (!list.some((index) => called.has(index))) {
      loose.push(list.flatMap(at));
      continue;
    }
    const local = new Map(list.map((index, position) => [index, position]));
    const localEdges = (edgesOf.get(root) ?? []).map(([source, target]): NumberedEdge => [
      local.get(source) ?? 0,
      local.get(target) ?? 0,
    ]);
    parts.push({ nodes: list.flatMap(at), edges: localEdges, first: numberAt(list, 0) });
  }
  parts.sort((a, b) => b.nodes.length - a.nodes.length || a.first - b.first);
  return { parts, loose };
}

function drawPart(part: Part, settings: Settings): { places: Map<string, LayoutPoint>; width: number; height: number } {
  const { nodes } = part;
  const group = numberGroups(nodes);
  const graph = layersOf(nodes.length, part.edges, group);
  const links = graph.after.reduce((sum, targets) => sum + targets.length, 0);
  orderLayers(graph, Math.max(2, Math.min(orderingSweeps, Math.round(orderingSteps / (links + 1)))));
  const groupOf = (item: number): number => numberAt(graph.group, item);
  const heightOf = (item: number): number => nodes[item]?.height ?? bendHeight;
  const { top: paddingTop, bottom: paddingBottom } = settings.groupPadding;
  const y = placeItems(graph, (above, below) => {
    const between = groupOf(above) !== groupOf(below) || groupOf(above) < 0;
    const frames = between ? (groupOf(above) >= 0 ? paddingBottom : 0) + (groupOf(below) >= 0 ? paddingTop : 0) : 0;
    // A bend needs less air than a card.
    const gap = above >= graph.real && below >= graph.real ? 0 : settings.nodeGap;
    return (heightOf(above) + heightOf(below)) / 2 + gap + frames;
  });

  const highest = Math.min(...nodes.map((node, item) => numberAt(y, item) - node.height / 2 - frameAbove(item)));
  const lowest = Math.max(...nodes.map((node, item) => numberAt(y, item) + node.height / 2 + frameBelow(item)));
  const places = new Map<string, LayoutPoint>();
  let left = 0;
  for (const layer of graph.layers) {
    const widest = Math.max(0, ...layer.map((item) => nodes[item]?.width ?? 0));
    for (const item of layer) {
      const node = nodes[item];
      if (node) places.set(node.id, { x: left + node.width / 2, y: numberAt(y, item) - highest });
    }
    left += widest + settings.layerGap;
  }
  return { places, width: left - settings.layerGap, height: lowest - highest };

  function frameAbove(item: number): number {
    return groupOf(item) >= 0 ? paddingTop : 0;
  }
  function frameBelow(item: number): number {
    return groupOf(item) >= 0 ? paddingBottom : 0;
  }
}

/** Number of each node's group, -1 for none. */
function numberGroups(nodes: readonly LayoutNode[]): number[] {
  const numbers = new Map<string, number>();
  return nodes.map(({ group }) => {
    if (group === undefined) return -1;
    let number = numbers.get(group);
    if (number === undefined) numbers.set(group, (number = numbers.size));
    return number;
  });
}

/** Ranks the nodes and bends long edges. Edges of one source share their bends: they run together as far as they can. */
function layersOf(count: number, edges: readonly NumberedEdge[], group: readonly number[]): LayeredGraph {
  // A group whose members do not call each other is ranked as one unit, and so becomes a column.
  const split = new Set<number>();
  for (const [source, target] of edges) {
    if (numberAt(group, source) === numberAt(group, target)) split.add(numberAt(group, source));
  }
  const unitOfGroup = new Map<number, number>();
  const units: number[] = [];
  let unitCount = 0;
  for (let node = 0; node < count; node++) {
    const id = numberAt(group, node);
    const known = id < 0 || split.has(id) ? undefined : unitOfGroup.get(id);
    units.push(known ?? unitCount);
    if (known !== undefined) continue;
    if (id >= 0 && !split.has(id)) unitOfGroup.set(id, unitCount);
    unitCount++;
  }
  const unitEdges = new Map<string, NumberedEdge>();
  for (const [source, target] of edges) {
    const edge: NumberedEdge = [numberAt(units, source), numberAt(units, target)];
    if (edge[0] !== edge[1]) unitEdges.set(edge.join(' '), edge);
  }
  const ranks = rankUnits(unitCount, [...unitEdges.values()]);
  const rankOf = (node: number): number => numberAt(ranks, numberAt(units, node));

  const layers: number[][] = [];
  const before: number[][] = [];
  const after: number[][] = [];
  const groups: number[] = [];
  const add = (rank: number, id: number): number => {
    while (layers.length <= rank) layers.push([]);
    const item = groups.length;
    layers[rank]?.push(item);
    groups.push(id);
    before.push([]);
    after.push([]);
    return item;
  };
  for (let node = 0; node < count; node++) add(rankOf(node), numberAt(group, node));
  const connect = (left: number, right: number): void => {
    after[left]?.push(right);
    before[right]?.push(left);
  };
  const bends = new Map<string, number>();
  for (const [source, target] of edges) {
    const [start, end] = rankOf(source) <= rankOf(target) ? [source, target] : [target, source];
    // Both in one layer: drawn beside the column, nothing to order.
    if (rankOf(start) === rankOf(end)) continue;
    let at = start;
    for (let rank = rankOf(start) + 1; rank < rankOf(end); rank++) {
      const key = `${start} ${rank}`;
      let bend = bends.get(key);
      if (bend === undefined) {
        bends.set(key, (bend = add(rank, -1)));
        connect(at, bend);
      }
      at = bend;
    }
    // Two cards that call each other are one link here.
    if (!before[end]?.includes(at)) connect(at, end);
  }
  return { layers, before, after, group: groups, real: count };
}

/** Rows of what no edge touches: a lone card, or the cards of one group side by side. */
function placeLoose(
  loose: readonly (readonly LayoutNode[])[],
  width: number,
  top: number,
  settings: Settings,
  places: Map<string, LayoutPoint>,
): void {
  const sideGap = settings.nodeGap * 1.5;
  let x = 0;
  let y = top;
  let rowHeight = 0;
  for (const block of loose) {
    const framed = block.some((node) => node.group !== undefined);
    const blockWidth = block.reduce((sum, node) => sum + node.width, 0) + settings.nodeGap * (block.length - 1);
    const above = framed ? settings.groupPadding.top : 0;
    const below = framed ? settings.groupPadding.bottom : 0;
    const blockHeight = above + below + Math.max(...block.map((node) => node.height));
    if (x > 0 && x + blockWidth > width) {
      x = 0;
      y += rowHeight + settings.nodeGap;
      rowHeight = 0;
    }
    for (const node of block) {
      places.set(node.id, { x: x + node.width / 2, y: y + above + node.height / 2 });
      x += node.width + settings.nodeGap;
    }
    x += sideGap - settings.nodeGap;
    rowHeight = Math.max(rowHeight, blockHeight);
  }
}
