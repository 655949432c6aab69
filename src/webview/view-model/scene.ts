import type { TopologyEdge } from '../../shared/topology.ts';
import type { BoxRect } from './box-rects.ts';
import { boxRects } from './box-rects.ts';
import type { Card, MeasureText } from './card.ts';
import { cardOf } from './card.ts';
import type { Chip } from './chip.ts';
import { chipOf } from './chip.ts';
import { placeChips } from './chip-placement.ts';
import type { EdgeCurve } from './edge-curve.ts';
import { edgeCurve } from './edge-curve.ts';
import type { EdgeLook } from './edge-look.ts';
import { edgeLook } from './edge-look.ts';
import type { FitSubject } from './fit-viewport.ts';
import type { Point, Rect, Size } from './geometry.ts';
import { boundsOf, rectAround } from './geometry.ts';
import { placeNew } from './placement.ts';
import { unconnectedNodes } from './unconnected.ts';
import type { VisibleGraph, VisibleNode } from './visible-graph.ts';

export interface SceneCard {
  readonly node: VisibleNode;
  readonly card: Card;
  readonly rect: Rect;
}

export interface SceneEdge {
  readonly edge: TopologyEdge;
  readonly look: EdgeLook;
  readonly curve: EdgeCurve;
  readonly chip: Chip | undefined;
}

export const chipHeight = 18;
/** With more edges than this a number on each would be noise: then only what is wrong, or pointed at, has a chip. */
export const denseAbove = 250;
const lockWidth = 14;

/** The width a chip takes. Rounded up, so that a digit more does not move its neighbours. */
export function chipSize(chip: Chip, measure: MeasureText): Size {
  const width = measure(chip.text, 'line') + (chip.lock === 'none' ? 0 : lockWidth) + 14;
  return { width: Math.ceil(width / 6) * 6, height: chipHeight };
}

/**
 * Everything the picture shows and where, in model coordinates: cards, curves, chips, frames. Free of the DOM, so that
 * the canvas, the minimap and the SVG export draw the same. Positions change only by `move`, `arrange`, new nodes and
 * first edges.
 */
export class Scene {
  readonly cards = new Map<string, SceneCard>();
  readonly edges = new Map<string, SceneEdge>();
  readonly #measure: MeasureText;
  readonly #positions = new Map<string, Point>();
  /** Cards that got their place while they had no edge: their first edge gives them a better one. */
  #provisional: ReadonlySet<string> = new Set();
  #graph: VisibleGraph = { nodes: [], edges: [], boxes: [], collapsed: [], opened: [] };
  #boxes: BoxRect[] | undefined;
  #chips: Map<string, Point> | undefined;
  #emphasised: ReadonlySet<string> = new Set();
  #chipScale = 1;

  constructor(measure: MeasureText) {
    this.#measure = measure;
  }

  get graph(): VisibleGraph {
    return this.#graph;
  }

  /** Positions known of old, of nodes that may come back too. */
  get positions(): ReadonlyMap<string, Point> {
    return this.#positions;
  }

  /** The same to keep: a tenth of a pixel is enough. */
  get roundedPositions(): Record<string, Point> {
    const round = (value: number): number => Math.round(value * 10) / 10;
    return Object.fromEntries([...this.#positions].map(([id, { x, y }]) => [id, { x: round(x), y: round(y) }]));
  }

  /** Ids of cards that were placed while they had no edge, and that nobody has moved since. */
  get provisional(): ReadonlySet<string> {
    return this.#provisional;
  }

  remember(positions: Readonly<Record<string, Point>>, provisional: readonly string[] = []): void {
    this.#provisional = new Set(provisional);
    for (const [id, point] of Object.entries(positions)) {
      if (Number.isFinite(point.x) && Number.isFinite(point.y)) this.#positions.set(id, { x: point.x, y: point.y });
    }
  }

  /**
   * Takes a new state of the graph. Known cards stay where they are; new ones, and those that had no edge till now, get
   * a place near their neighbours.
   */
  update(graph: VisibleGraph): void {
    const before = this.#graph;
    this.#graph = graph;
    const cards = new Map(graph.nodes.map((node) => [node.id, cardOf(node, this.#measure)]));
    this.#placeNew(graph, cards);
    let moved = before.boxes !== graph.boxes || before.nodes.length !== graph.nodes.length;
    const ids = new Set(graph.nodes.map((node) => node.id));
    for (const id of [...this.cards.keys()]) {
      if (ids.has(id)) continue;
      this.cards.delete(id);
      moved = true;
    }
    for (const node of graph.nodes) {
      const card = cards.get(node.id);
      const center = this.#positions.get(node.id);
      if (card === undefined || center === undefined) continue;
      const old = this.cards.get(node.id);
      const rect = rectAround(center, card.size);
      const same = old !== undefined && sameRect(old.rect, rect);
      if (!same || old.node.parent !== node.parent) moved = true;
      this.cards.set(node.id, { node, card, rect: same ? old.rect : rect });
    }
    this.#updateEdges(graph, moved);
  }

  #placeNew(graph: VisibleGraph, cards: ReadonlyMap<string, Card>): void {
    const frames = new Set(graph.boxes.flatMap((box) => (box.kind === 'app' ? [box.id] : [])));
    const nodes = graph.nodes.map(({ id, parent }) => ({
      id,
      size: cards.get(id)?.size ?? { width: 0, height: 0 },
      ...(parent === undefined ? {} : frames.has(parent) ? { frame: parent } : { area: parent }),
    }));
    const unconnected = unconnectedNodes(graph);
    const homeless = nodes.flatMap(({ id }) =>
      this.#positions.has(id) && (!this.#provisional.has(id) || unconnected.has(id)) ? [] : [id],
    );
    if (homeless.length === 0) return;
    const known = new Map(this.#positions);
    const provisional = new Set(this.#provisional);
    for (const id of homeless) {
      known.delete(id);
      if (unconnected.has(id)) provisional.add(id);
      else provisional.delete(id);
    }
    this.#provisional = provisional;
    for (const [id, point] of placeNew(nodes, graph.edges, known)) this.#positions.set(id, point);
  }

  #updateEdges(graph: VisibleGraph, moved: boolean): void {
    const lanes = lanesOf(graph.edges);
    const ids = new Set<string>();
    let relabelled = moved;
    for (const edge of graph.edges) {
      const source = this.cards.get(edge.source)?.rect;
      const target = this.cards.get(edge.target)?.rect;
      if (source === undefined || target === undefined) continue;
      ids.add(edge.id);
      const old = this.edges.get(edge.id);
      const chip = chipOf(edge);
      const curve = moved || old === undefined ? edgeCurve(source, target, lanes.get(edge.id) ?? 0) : old.curve;
      if (this.#chipWidth(old?.chip) !== this.#chipWidth(chip)) relabelled = true;
      this.edges.set(edge.id, { edge, look: edgeLook(edge), curve, chip });
    }
    for (const id of [...this.edges.keys()]) {
      if (ids.has(id)) continue;
      this.edges.delete(id);
      relabelled = true;
    }
    if (moved) this.#boxes = undefined;
    if (relabelled) this.#chips = undefined;
  }

  #chipWidth(chip: Chip | undefined): number {
    return chip === undefined ? 0 : chipSize(chip, this.#measure).width;
  }

  /** Puts one card somewhere else for good, and what hangs on it. Returns the ids of the edges whose curve changed. */
  move(id: string, center: Point): string[] {
    this.#positions.set(id, { x: center.x, y: center.y });
    if (this.#provisional.has(id)) this.#provisional = new Set([...this.#provisional].filter((other) => other !== id));
    return this.show(id, center);
  }

  /** Like `move`, for a moment only: its position stays what it was. */
  show(id: string, center: Point): string[] {
    const old = this.cards.get(id);
    if (old === undefined) return [];
    this.cards.set(id, { ...old, rect: rectAround(center, old.card.size) });
    const changed: string[] = [];
    const lanes = lanesOf(this.#graph.edges);
    for (const [edgeId, entry] of this.edges) {
      if (entry.edge.source !== id && entry.edge.target !== id) continue;
      const source = this.cards.get(entry.edge.source)?.rect;
      const target = this.cards.get(entry.edge.target)?.rect;
      if (source === undefined || target === undefined) continue;
      this.edges.set(edgeId, { ...entry, curve: edgeCurve(source, target, lanes.get(edgeId) ?? 0) });
      changed.push(edgeId);
    }
    this.#boxes = undefined;
    this.#chips = undefined;
    return changed;
  }

  /** Gives every card the place of a layout of `graph`. */
  arrange(positions: ReadonlyMap<string, Point>, graph: VisibleGraph): void {
    const unconnected = unconnectedNodes(graph);
    this.#provisional = new Set([...positions.keys()].filter((id) => unconnected.has(id)));
    for (const [id, point] of positions) this.#positions.set(id, { x: point.x, y: point.y });
    this.update({ ...this.#graph, boxes: [...this.#graph.boxes] });
  }

  /** Edges whose chips come first and are shown even where there is no room: those of what is selected or hovered. */
  emphasise(edges: ReadonlySet<string>): void {
    if (edges.size === this.#emphasised.size && [...edges].every((id) => this.#emphasised.has(id))) return;
    this.#emphasised = edges;
    this.#chips = undefined;
  }

  /** How large chips are drawn; larger ones need more room. */
  scaleChips(scale: number): void {
    if (scale === this.#chipScale) return;
    this.#chipScale = scale;
    this.#chips = undefined;
  }

  get chipScale(): number {
    return this.#chipScale;
  }

  get boxes(): readonly BoxRect[] {
    this.#boxes ??= boxRects(
      this.#graph.boxes,
      [...this.cards.values()].map(({ rect, node, card }) => ({
        rect: card.note === '' ? rect : { ...rect, height: rect.height + 18 },
        ...(node.parent === undefined ? {} : { parent: node.parent }),
      })),
    );
    return this.#boxes;
  }

  /** Centres of the chips that are shown. */
  get chips(): ReadonlyMap<string, Point> {
    this.#chips ??= this.#placeChips();
    return this.#chips;
  }

  #placeChips(): Map<string, Point> {
    const requests = [...this.edges].flatMap(([id, { curve, chip, edge, look }]) => {
      if (chip === undefined) return [];
      const isDense = this.edges.size > denseAbove;
      if (isDense && look.tone === 'normal' && !this.#emphasised.has(id)) return [];
      const urgency = look.tone === 'normal' ? 0 : 1e6;
      const { width, height } = chipSize(chip, this.#measure);
      const size = { width: width * this.#chipScale, height: height * this.#chipScale };
      const weight = (this.#emphasised.has(id) ? 1e9 : 0) + urgency + edge.traffic.requests;
      return [{ id, curve, size, weight }];
    });
    const obstacles = [...this.cards.values()].flatMap(({ rect, card }) =>
      card.note === '' ? [rect] : [rect, noteRect(rect)],
    );
    const places = placeChips(requests, obstacles);
    for (const { id, curve } of requests) {
      if (this.#emphasised.has(id) && !places.has(id)) places.set(id, curve.middle);
    }
    return places;
  }

  /** The room the whole picture takes; `undefined` while it is empty. */
  get bounds(): Rect | undefined {
    return this.fitSubject?.bounds;
  }

  /** What a viewport should show; `undefined` while the picture is empty. */
  get fitSubject(): FitSubject | undefined {
    const cards = [...this.cards.values()].map(({ rect }) => rect);
    const bounds = boundsOf([...cards, ...this.boxes.map(({ rect }) => rect)]);
    return bounds && { bounds, legible: [...cards, ...this.boxes.map(({ rect }) => titleRect(rect))] };
  }
}

/** Where the title of a box stands. */
const titleRect = ({ x, y, width }: Rect): Rect => ({ x, y, width: Math.min(width, 120), height: 22 });

function noteRect(card: Rect): Rect {
  return { x: card.x - 10, y: card.y + card.height + 2, width: card.width + 20, height: 18 };
}

function sameRect(a: Rect, b: Rect): boolean {
  return a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
}

/** Edges that join the same two cards in the same direction run beside each other. */
function lanesOf(edges: readonly TopologyEdge[]): Map<string, number> {
  const counts = new Map<string, number>();
  const lanes = new Map<string, number>();
  for (const edge of edges) {
    const key = `${edge.source}\u0000${edge.target}`;
    const index = counts.get(key) ?? 0;
    counts.set(key, index + 1);
    if (index > 0) lanes.set(edge.id, Math.ceil(index / 2) * (index % 2 === 0 ? -1 : 1));
  }
  return lanes;
}
