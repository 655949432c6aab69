import cytoscape from 'cytoscape/dist/cytoscape.esm.min.mjs';
import type { Core, EventObject } from 'cytoscape';
import type { MeasureText } from '../view-model/card.ts';
import type { Viewport } from '../view-model/fit-viewport.ts';
import type { KeptPicture } from '../host/panel-view.ts';
import type { Point } from '../view-model/geometry.ts';
import { centerOf, overlaps, rectAround } from '../view-model/geometry.ts';
import type { WalkDirection } from '../view-model/keyboard-walk.ts';
import { walk } from '../view-model/keyboard-walk.ts';
import { layoutQuestion } from '../view-model/layout-question.ts';
import { highlightOf } from '../view-model/highlight.ts';
import { Scene, denseAbove } from '../view-model/scene.ts';
import { sceneSvg } from '../view-model/scene-svg.ts';
import type { VisibleGraph } from '../view-model/visible-graph.ts';
import { chipScale, zoomTier } from '../view-model/zoom-tier.ts';
import { paintBoxes } from './box-painter.ts';
import { textMeasure } from './card-painter.ts';
import { coversOf } from './covers.ts';
import { FitKeeper } from './fit-keeper.ts';
import { Glide } from './glide.ts';
import { idOf, markEdges, syncCurves, syncElements } from './graph-elements.ts';
import { graphStyle } from './graph-style.ts';
import { LayoutClient } from './layout-client.ts';
import { Minimap } from './minimap.ts';
import { Motion } from './motion.ts';
import { paintOverlay } from './overlay-painter.ts';
import { PaintingLayer } from './painting-layer.ts';
import { SpriteCache } from './sprite-cache.ts';
import type { Theme } from './theme.ts';
import { onThemeChange, readTheme } from './theme.ts';

/** What the picture tells its owner. Ids are those of nodes and edges. */
export interface GraphViewEvents {
  readonly onSelect: (id: string | undefined) => void;
  /** Enter or double click. */
  readonly onOpen: (id: string) => void;
  readonly onHover: (id: string | undefined, at: Point) => void;
  /** The keyboard went to another card. */
  readonly onCursor: (id: string) => void;
  /** Viewport or positions rest after a change: time to keep them. */
  readonly onSettled: () => void;
}

/** More edges than this are drawn straight: curves would take seconds to open. */
const straightAbove = 1500;

/** The picture of the graph in a container: cytoscape for edges and gestures, our own layers for the rest. */
export class GraphView {
  readonly #container: HTMLElement;
  readonly #events: GraphViewEvents;
  readonly #cy: Core;
  readonly #under: PaintingLayer;
  readonly #over: PaintingLayer;
  readonly #minimap: Minimap;
  readonly #layout: LayoutClient;
  readonly #sprites = new SpriteCache();
  readonly #motion = new Motion();
  readonly #glide: Glide;
  readonly #fit: FitKeeper;
  /** To be brought into view as soon as there is a view. */
  #toReveal: string | undefined;
  readonly #observer: ResizeObserver;
  readonly #calm = window.matchMedia('(prefers-reduced-motion: reduce)');
  readonly #stops: (() => void)[] = [];
  #measure: MeasureText;
  readonly #scene: Scene;
  #theme: Theme;
  #lines = { dense: false, straight: false };
  #selected: string | undefined;
  #cursor: string | undefined;
  #hovered: string | undefined;
  #matches: ReadonlySet<string> | undefined;
  #bright: ReadonlySet<string> | undefined;
  #showChips = true;
  #flow = false;
  #restored: Viewport | undefined;
  #waiting: VisibleGraph | undefined;
  #movedByHand = false;
  #zoomTimer: number | undefined;
  #settleTimer: number | undefined;
  #frame: number | undefined;

  constructor(container: HTMLElement, layoutWorker: string, events: GraphViewEvents) {
    this.#container = container;
    this.#events = events;
    this.#theme = readTheme();
    this.#measure = textMeasure(this.#theme.fontFamily);
    this.#scene = new Scene(this.#measure);
    this.#layout = new LayoutClient(layoutWorker);
    this.#layout.start();
    this.#under = new PaintingLayer(container, 'graph-under', ({ context, view, zoom }) =>
      paintBoxes(context, this.#scene.boxes, view, zoom, zoomTier(zoom), this.#theme),
    );
    const surface = document.createElement('div');
    surface.className = 'graph-surface';
    container.append(surface);
    this.#cy = cytoscape({
      container: surface,
      style: graphStyle(this.#theme, this.#lines),
      minZoom: 0.05,
      maxZoom: 2.5,
      autounselectify: true,
      boxSelectionEnabled: false,
    });
    this.#glide = new Glide(this.#cy, this.#scene);
    this.#fit = new FitKeeper(
      this.#cy,
      () => this.#scene.fitSubject,
      () => coversOf(container),
    );
    this.#over = new PaintingLayer(container, 'graph-over', (frame) =>
      paintOverlay({
        frame,
        scene: this.#scene,
        theme: this.#theme,
        sprites: this.#sprites,
        motion: this.#motion,
        measure: this.#measure,
        now: performance.now(),
        highlight: {
          selected: this.#selected,
          cursor: this.#container.matches(':focus-within') ? this.#cursor : undefined,
          bright: this.#bright,
          moving: this.#zoomTimer !== undefined,
          showChips: this.#showChips,
          flow: this.#flow && !this.#calm.matches,
        },
      }),
    );
    this.#minimap = new Minimap(container, (center) => this.#centerOn(center, false));
    this.#observer = new ResizeObserver(() => this.#resize());
    this.#observer.observe(container);
    this.#listen();
    this.#stops.push(onThemeChange(() => this.#changeTheme()));
  }

  #listen(): void {
    const cy = this.#cy;
    cy.on('render', () => this.#paint());
    cy.on('tap', (event: EventObject) => this.#events.onSelect(event.target === cy ? undefined : idOf(event)));
    cy.on('dbltap', 'node', (event: EventObject) => this.#events.onOpen(idOf(event)));
    cy.on('mouseover', 'node, edge', (event: EventObject) => this.#hover(idOf(event), event.renderedPosition));
    cy.on('mouseout', 'node, edge', () => this.#hover(undefined, { x: 0, y: 0 }));
    cy.on('drag', 'node', (event: EventObject) => {
      const id = idOf(event);
      this.#glide.stop(id);
      syncCurves(cy, this.#scene, this.#scene.move(id, cy.$id(id).position()));
    });
    cy.on('dragfree', 'node', () => {
      this.#movedByHand = true;
      this.#settle();
    });
    cy.on('pan zoom', () => this.#settle());
    cy.on('zoom', () => {
      window.clearTimeout(this.#zoomTimer);
      this.#zoomTimer = window.setTimeout(() => {
        this.#zoomTimer = undefined;
        this.#paint();
      }, 120);
    });
    this.#container.addEventListener('focusin', () => this.#paint());
    this.#container.addEventListener('focusout', () => this.#paint());
  }

  /** Shows a state of the graph. Nothing that is already there moves. */
  update(graph: VisibleGraph): void {
    if (this.#waiting !== undefined) {
      this.#waiting = graph;
      return;
    }
    const known = graph.nodes.filter((node) => this.#scene.positions.has(node.id)).length;
    // A picture that is mostly new (the first, another graph type) is laid out; a few new cards find a place.
    if (graph.nodes.length > 0 && (known === 0 || (known * 2 < graph.nodes.length && !this.#movedByHand))) {
      this.#waiting = graph;
      void this.#arrange(graph, true);
      return;
    }
    this.#show(graph);
  }

  #show(graph: VisibleGraph): void {
    const isFirst = this.#scene.cards.size === 0;
    const before = {
      cards: new Map([...this.#scene.cards].map(([id, entry]) => [id, entry.card])),
      edges: new Map(this.#scene.edges),
    };
    const known = new Map(this.#scene.positions);
    const standing = new Set(this.#scene.cards.keys());
    this.#scene.update(graph);
    const moved = [...this.#scene.positions].filter(([id, place]) => known.get(id) !== place);
    if (moved.length > 0) this.#settle();
    if (!this.#calm.matches && !isFirst) this.#motion.note(before, this.#scene, performance.now());
    const { size } = this.#scene.edges;
    const lines = { dense: size > denseAbove, straight: size > straightAbove };
    if (lines.dense !== this.#lines.dense || lines.straight !== this.#lines.straight) {
      this.#lines = lines;
      this.#cy.style(graphStyle(this.#theme, lines));
    }
    syncElements(this.#cy, this.#scene);
    this.#refreshHighlight();
    if (isFirst && graph.nodes.length > 0) {
      if (this.#restored === undefined) this.fit();
      else this.#fit.restore(this.#restored);
      this.#restored = undefined;
    } else this.#follow(moved.flatMap(([id]) => (standing.has(id) ? [{ id, from: known.get(id) }] : [])));
    this.#paint();
    if (isFirst && graph.nodes.length > 0) {
      // Told to the browser's profiler: when the picture was there.
      requestAnimationFrame(() => performance.mark('meshlens:first-picture'));
    }
    this.#animate();
  }

  /** Leads the eye to cards that their first edge has moved. */
  #follow(moved: readonly { readonly id: string; readonly from: Point | undefined }[]): void {
    this.#fit.include(moved.flatMap(({ id }) => this.#scene.cards.get(id)?.rect ?? []));
    const now = performance.now();
    for (const { id, from } of moved) {
      if (from !== undefined && !this.#calm.matches && !this.#lines.dense) this.#glide.start(id, from, now);
    }
    this.#glide.step(now);
  }

  async #arrange(graph: VisibleGraph, fit: boolean): Promise<void> {
    const positions = await this.#layout.layout(layoutQuestion(graph, this.#measure));
    if (positions === undefined) return;
    this.#scene.arrange(positions, graph);
    this.#movedByHand = false;
    const latest = this.#waiting ?? graph;
    this.#waiting = undefined;
    this.#show(latest);
    if (fit && this.#restored === undefined) this.fit();
    this.#settle();
  }

  /** Lays everything out anew and fits it: the only thing that re-arranges. */
  async relayout(): Promise<void> {
    await this.#arrange(this.#scene.graph, true);
  }

  /** Takes up positions and viewport as they were kept. */
  restore({ positions, provisional, viewport, fitted }: KeptPicture): void {
    this.#scene.remember(positions, provisional);
    this.#restored = fitted === true ? undefined : viewport;
  }

  select(id: string | undefined): void {
    if (this.#selected === id) return;
    this.#selected = id;
    if (id !== undefined && this.#scene.cards.has(id)) this.#cursor = id;
    this.#refreshHighlight();
    this.#paint();
  }

  /** What a search found; `undefined` without a search. */
  setMatches(matches: ReadonlySet<string> | undefined): void {
    this.#matches = matches;
    this.#refreshHighlight();
    this.#paint();
  }

  setDisplay(display: { readonly chips: boolean; readonly flow: boolean; readonly minimap: boolean }): void {
    this.#showChips = display.chips;
    this.#flow = display.flow;
    this.#minimap.setEnabled(display.minimap);
    this.#paint();
    this.#animate();
  }

  /** Moves the keyboard along an edge, or to the nearest card in that direction. */
  walk(direction: WalkDirection): void {
    const centers = new Map([...this.#scene.cards].map(([id, { rect }]) => [id, centerOf(rect)]));
    const edges = [...this.#scene.edges.values()].map(({ edge }) => edge);
    const from = this.#cursor !== undefined && centers.has(this.#cursor) ? this.#cursor : undefined;
    const next = from === undefined ? centers.keys().next().value : walk(from, direction, centers, edges);
    if (next === undefined) return;
    this.#cursor = next;
    this.reveal(next);
    this.#events.onCursor(next);
    this.#paint();
  }

  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** Brings an element into view if it is outside; otherwise nothing moves. */
  reveal(id: string): void {
    // Hidden behind the traces it has no room, and nothing is outside of that.
    if (this.#cy.width() === 0) {
      this.#toReveal = id;
      return;
    }
    const rect = this.#scene.cards.get(id)?.rect;
    const middle = rect === undefined ? this.#scene.edges.get(id)?.curve.middle : centerOf(rect);
    if (middle === undefined) return;
    const { x1, y1, w, h } = this.#cy.extent();
    const margin = 30 / this.#cy.zoom();
    const inner = { x: x1 + margin, y: y1 + margin, width: w - 2 * margin, height: h - 2 * margin };
    if (!overlaps(rect ?? rectAround(middle, { width: 1, height: 1 }), inner)) this.#centerOn(middle, true);
  }

  fit(): void {
    this.#fit.fit();
  }

  /** What lies over the picture has changed. */
  uncover(): void {
    this.#fit.uncover();
  }

  zoomBy(factor: number): void {
    const level = Math.min(this.#cy.maxZoom(), Math.max(this.#cy.minZoom(), this.#cy.zoom() * factor));
    this.#cy.zoom({ level, renderedPosition: { x: this.#cy.width() / 2, y: this.#cy.height() / 2 } });
  }

  /** What to keep for `restore`. */
  get kept(): KeptPicture {
    return {
      positions: this.#scene.roundedPositions,
      provisional: [...this.#scene.provisional],
      viewport: { zoom: this.#cy.zoom(), ...this.#cy.pan() },
      fitted: this.#fit.isFitted,
    };
  }

  /** The whole picture as an SVG document. */
  svg(): string {
    return sceneSvg(this.#scene, this.#theme, this.#measure);
  }

  #centerOn(center: Point, glide: boolean): void {
    const zoom = this.#cy.zoom();
    const pan = { x: this.#cy.width() / 2 - center.x * zoom, y: this.#cy.height() / 2 - center.y * zoom };
    if (glide && !this.#calm.matches) this.#cy.animate({ pan, duration: 200 });
    else this.#cy.pan(pan);
  }

  #hover(id: string | undefined, at: Point): void {
    this.#hovered = id;
    this.#events.onHover(id, at);
    this.#container.classList.toggle('is-hovering', id !== undefined);
    this.#refreshHighlight();
    this.#paint();
  }

  #refreshHighlight(): void {
    const { bright, emphasised } = highlightOf(this.#scene.graph, this.#selected, this.#hovered, this.#matches);
    this.#bright = bright;
    this.#scene.emphasise(emphasised);
    markEdges(this.#cy, bright, this.#selected);
  }

  #paint(): void {
    const tier = zoomTier(this.#cy.zoom());
    this.#container.classList.toggle('is-middle', tier === 'middle');
    this.#container.classList.toggle('is-far', tier === 'far');
    this.#scene.scaleChips(chipScale(tier));
    this.#under.draw(this.#cy);
    this.#over.draw(this.#cy);
    this.#minimap.draw(this.#scene, this.#cy.extent(), this.#theme);
  }

  /** Paints the overlay alone until nothing moves any more. */
  #animate(): void {
    if (this.#frame !== undefined) return;
    const step = (): void => {
      this.#frame = undefined;
      const now = performance.now();
      const isMoving = this.#motion.isMoving(now);
      const isGliding = this.#glide.step(now);
      this.#over.draw(this.#cy);
      if (isMoving || isGliding || (this.#flow && !this.#calm.matches)) this.#frame = requestAnimationFrame(step);
    };
    this.#frame = requestAnimationFrame(step);
  }

  #settle(): void {
    window.clearTimeout(this.#settleTimer);
    this.#settleTimer = window.setTimeout(() => this.#events.onSettled(), 250);
  }

  #resize(): void {
    const { clientWidth, clientHeight } = this.#container;
    this.#cy.resize();
    this.#under.resize(clientWidth, clientHeight);
    this.#over.resize(clientWidth, clientHeight);
    this.#fit.resized();
    const awaited = this.#toReveal;
    if (awaited !== undefined && clientWidth > 0) {
      this.#toReveal = undefined;
      // What is fitted shows everything.
      if (!this.#fit.isFitted) this.reveal(awaited);
    }
    this.#paint();
  }

  #changeTheme(): void {
    const theme = readTheme();
    if (JSON.stringify(theme) === JSON.stringify(this.#theme)) return;
    if (theme.fontFamily !== this.#theme.fontFamily) this.#measure = textMeasure(theme.fontFamily);
    this.#theme = theme;
    this.#sprites.clear();
    this.#cy.style(graphStyle(theme, this.#lines));
    this.#paint();
  }

  dispose(): void {
    for (const stop of this.#stops) stop();
    window.clearTimeout(this.#zoomTimer);
    window.clearTimeout(this.#settleTimer);
    this.#fit.dispose();
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#observer.disconnect();
    this.#layout.dispose();
    this.#minimap.remove();
    this.#under.remove();
    this.#over.remove();
    this.#cy.destroy();
  }
}
