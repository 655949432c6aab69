import { LitElement, html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import type { PanelAction, PanelShow, PanelState } from '../shared/panel-protocol.ts';
import type { KeptPicture, PanelView } from './host/panel-view.ts';
import { defaultView, keptOfState, stateFromView, viewFromState } from './host/panel-view.ts';
import { PanelStore } from './host/panel-store.ts';
import { helpDialog } from './parts/help-dialog.ts';
import { legend } from './parts/legend.ts';
import type { DetailActions } from './parts/node-panel.ts';
import { bannerList, screen } from './parts/screens.ts';
import { statusLine } from './parts/status-line.ts';
import { toolbar } from './parts/toolbar.ts';
import { GraphView } from './topology/graph-view.ts';
import { panelKey } from './topology/panel-keys.ts';
import { svgToPng } from './topology/svg-to-png.ts';
import { nodeSentence } from './view-model/element-rows.ts';
import { nodeName } from './view-model/element-names.ts';
import type { FindResult } from './view-model/find.ts';
import { find } from './view-model/find.ts';
import type { Point } from './view-model/geometry.ts';
import { isMeasured } from './view-model/cluster-condition.ts';
import { liveState } from './view-model/live-state.ts';
import { chooseSource } from './view-model/mesh-source.ts';
import { omit } from './view-model/omit.ts';
import { panelCondition } from './view-model/panel-condition.ts';
import type { VisibleGraph } from './view-model/visible-graph.ts';
import { visibleGraph } from './view-model/visible-graph.ts';

const noGraph: VisibleGraph = { nodes: [], edges: [], boxes: [], collapsed: [], opened: [] };

/** The whole panel: toolbar, list, picture, side panel, status line; or the traces. Keeps its view across reloads. */
export class MeshPanel extends LitElement {
  static override properties = {
    view: { state: true },
    tick: { state: true },
    announcement: { state: true },
    hover: { state: true },
  };
  declare view: PanelView;
  /** Grows every second, so that ages are told anew. */
  declare tick: number;
  declare announcement: string;
  declare hover: { readonly id: string; readonly at: Point } | undefined;
  readonly #store: PanelStore;
  #picture: GraphView | undefined;
  #visible: VisibleGraph = noGraph;
  #visibleOf: unknown;
  #found: FindResult | undefined;
  #timer: number | undefined;
  #traceService = '';
  #kept: KeptPicture = { positions: {} };
  #namespaces: readonly string[] = [];
  #isRestored = false;

  constructor() {
    super();
    this.view = defaultView;
    this.tick = 0;
    this.announcement = '';
    this.#store = new PanelStore(acquireVsCodeApi(), {
      onChange: () => this.requestUpdate(),
      onInit: (state) => this.#restore(this.#store.connection.savedState ?? state),
      onShow: (show) => this.#show(show),
      onAnnounce: (sentence) => (this.announcement = sentence),
    });
  }

  protected override createRenderRoot(): this {
    // The skeleton of the page stands until here.
    this.replaceChildren();
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('keydown', this.#onKey);
    window.addEventListener('error', this.#onError);
    window.addEventListener('unhandledrejection', this.#onRejection);
    this.#timer = window.setInterval(() => {
      this.tick += 1;
      this.#store.tick(performance.now());
    }, 1000);
    this.#store.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('keydown', this.#onKey);
    window.removeEventListener('error', this.#onError);
    window.removeEventListener('unhandledrejection', this.#onRejection);
    window.clearInterval(this.#timer);
    this.#picture?.dispose();
    this.#store.dispose();
  }

  readonly #onError = (event: ErrorEvent): void => this.#store.connection.reportError(event.message);
  readonly #onRejection = (event: PromiseRejectionEvent): void =>
    this.#store.connection.reportError(String(event.reason));

  #restore(state: PanelState | undefined): void {
    if (!this.#isRestored && state !== undefined) {
      this.view = viewFromState(state);
      this.#kept = keptOfState(state);
      this.#picture?.restore(this.#kept);
    }
    this.#isRestored = true;
    this.#subscribe();
  }

  #subscribe(): void {
    const { source, contexts, graphType, window, namespaces } = this.view;
    this.#store.subscribe({ source, contexts, graphType, window, namespaces });
  }

  #show({ traceId, select, source, contexts, namespaces }: PanelShow): void {
    if (source !== undefined) {
      this.#change({ view: 'topology', ...chooseSource(this.view, { source, contexts: contexts ?? [] }) });
    }
    if (namespaces !== undefined) this.#change({ namespaces });
    if (traceId !== undefined) this.#change({ view: 'trace', traceId });
    else if (select !== undefined) this.#select(select, true);
  }

  #change(change: Partial<PanelView>): void {
    const before = this.view;
    this.view = { ...before, ...change };
    const asks = ['source', 'contexts', 'graphType', 'window', 'namespaces'] as const;
    if ('source' in change) this.#namespaces = [];
    if (asks.some((name) => name in change)) this.#subscribe();
    this.#save();
  }

  #select(id: string | undefined, reveal = false): void {
    const rest = omit(this.view, 'selection');
    this.view = { ...rest, view: 'topology', ...(id === undefined ? {} : { selection: id }) };
    if (reveal && id !== undefined) void this.updateComplete.then(() => this.#picture?.reveal(id));
    this.#save();
  }

  #save(): void {
    if (!this.#isRestored) return;
    if (this.#picture !== undefined) this.#kept = this.#picture.kept;
    this.#store.connection.save(stateFromView(this.view, this.#kept));
  }

  readonly #act = (action: PanelAction): void => this.#store.connection.act(action);

  get #details(): DetailActions {
    return {
      act: this.#act,
      local: this.#store.data.of.source === 'local',
      measured: isMeasured(this.#store.data),
      select: (id) => this.#select(id, true),
      openTrace: (traceId) => this.#change({ view: 'trace', traceId }),
      openTraces: (service) => this.#openTraces(service ?? ''),
      openNamespace: (namespace) => this.#setOpened([...this.view.opened, namespace]),
      opened: this.#visible.opened,
      closeNamespace: (namespace) => this.#setOpened(this.view.opened.filter((one) => one !== namespace)),
    };
  }

  /** What comes out of a namespace has no place in the picture yet: it is drawn anew. */
  #setOpened(opened: readonly string[]): void {
    this.view = omit(this.view, 'selection');
    this.#change({ opened });
    void this.updateComplete.then(() => this.#picture?.relayout());
  }

  #openTraces(service: string): void {
    this.#traceService = service;
    const rest = omit(this.view, 'traceId');
    this.view = { ...rest, view: 'trace' };
    this.#save();
  }

  protected override willUpdate(): void {
    const { graph } = this.#store.data;
    const { display, opened, find: text } = this.view;
    const { declaredEdges, idleEdges, idleNodes, groupLarge } = display;
    const key = [graph, declaredEdges, idleEdges, idleNodes, groupLarge, opened, text];
    if (Array.isArray(this.#visibleOf) && key.every((part, index) => part === (this.#visibleOf as unknown[])[index]))
      return;
    this.#visibleOf = key;
    this.#visible =
      graph === undefined
        ? noGraph
        : visibleGraph(graph, {
            showDeclaredEdges: declaredEdges,
            showIdleEdges: idleEdges,
            showIdleNodes: idleNodes,
            groupLarge,
            opened: new Set(opened),
          });
    this.#found = text.trim() === '' ? undefined : find(text, this.#visible);
    const names = new Set([...this.#namespaces, ...this.#visible.nodes.map((node) => node.namespace)]);
    this.#namespaces = [...names].filter((name) => name !== '').sort();
  }

  protected override render(): TemplateResult {
    const { data } = this.#store;
    const { view } = this;
    const now = performance.now();
    const condition = panelCondition(data, now);
    const live = liveState(data, condition, now);
    const retry = (): void => this.#store.retry();
    return html`
      ${toolbar({ data, view, namespaces: this.#namespaces, found: this.#found, live }, this.#toolbarActions)}
      <div class="main" ?hidden=${view.view !== 'topology'}>
        <nav class="list ${view.showList ? 'is-shown' : ''}" aria-label="List">
          <meshlens-list
            .graph=${this.#visible}
            .selection=${view.selection}
            @element-select=${(event: CustomEvent<string>) => this.#select(event.detail, true)}
            @element-open=${(event: CustomEvent<string>) => this.#open(event.detail)}
          ></meshlens-list>
        </nav>
        <div class="stage ${condition.screen === 'graph' && condition.stale ? 'is-stale' : ''}">
          <div
            id="graph"
            class="graph"
            tabindex="0"
            role="application"
            aria-label="Graph of the mesh. Arrow keys follow calls, Enter selects, l shows the same as a list."
            data-nodes=${this.#visible.nodes.length}
            data-edges=${this.#visible.edges.length}
          ></div>
          ${screen(condition, this.#act, retry)}
          ${condition.screen === 'graph' ? bannerList(condition.banners, this.#act, retry) : nothing}
          ${
            view.showLegend && condition.screen === 'graph'
              ? legend(
                  () => this.#change({ showLegend: false }),
                  this.#visible.edges.some(({ layer }) => layer === 'declared'),
                )
              : nothing
          }
          ${condition.screen === 'graph' ? this.#zoomButtons() : nothing} ${this.#tooltip()}
        </div>
        <aside class="side" aria-label="Details">
          <meshlens-side
            .data=${data}
            .graph=${this.#visible}
            .selection=${view.selection}
            .windowSeconds=${view.window}
            .connection=${this.#store.connection}
            .actions=${this.#details}
          ></meshlens-side>
        </aside>
      </div>
      ${view.view === 'trace' ? this.#traces() : nothing}
      ${statusLine(data, () => this.#act({ action: 'open-events' }))} ${helpDialog()}
      <div class="visually-hidden" role="status" aria-live="polite" id="announcement">${this.announcement}</div>
    `;
  }

  get #toolbarActions(): Parameters<typeof toolbar>[1] {
    return {
      act: this.#act,
      change: (change) => this.#change(change),
      findNext: (backwards) => this.#findNext(backwards),
      relayout: () => void this.#picture?.relayout(),
      exportAs: (format) => void this.#export(format),
      showTraces: () => (this.view.view === 'trace' ? this.#change({ view: 'topology' }) : this.#openTraces('')),
      showHelp: () => this.#help(),
    };
  }

  #zoomButtons(): TemplateResult {
    return html`<div class="zoom" role="group" aria-label="Zoom">
      ${(
        [
          ['Fit everything (f)', 'screen-full', () => this.#picture?.fit()],
          ['Zoom in (+)', 'zoom-in', () => this.#picture?.zoomBy(1.25)],
          ['Zoom out (−)', 'zoom-out', () => this.#picture?.zoomBy(0.8)],
        ] as const
      ).map(
        ([title, icon, run]) =>
          html`<button class="tool icon" title=${title} aria-label=${title} @click=${run}>
            <span class="codicon codicon-${icon}" aria-hidden="true"></span>
          </button>`,
      )}
    </div>`;
  }

  #tooltip(): TemplateResult | typeof nothing {
    const node = this.#visible.nodes.find((item) => item.id === this.hover?.id);
    if (node === undefined || this.hover === undefined) return nothing;
    return html`<div class="hover-card" id="hover-card" aria-hidden="true">
      <b>${nodeName(node)}</b
      ><span class="quiet">${node.health.reason === '' ? nodeSentence(node) : node.health.reason}</span>
    </div>`;
  }

  #traces(): TemplateResult {
    return html`<div class="trace-page">
      <button class="link back" @click=${() => this.#change({ view: 'topology' })}>
        <span class="codicon codicon-arrow-left" aria-hidden="true"></span> Topology
      </button>
      <meshlens-traces
        .traceId=${this.view.traceId}
        .service=${this.#traceService}
        .services=${[...new Set(this.#visible.nodes.flatMap((node) => node.service ?? []))]}
        .now=${Date.now()}
        .local=${this.#store.data.of.source === 'local'}
        .connection=${this.#store.connection}
        @trace-select=${(event: CustomEvent<string>) => this.#change({ traceId: event.detail })}
      ></meshlens-traces>
    </div>`;
  }

  protected override firstUpdated(): void {
    const container = this.querySelector<HTMLElement>('#graph');
    if (container === null) return;
    this.#picture = new GraphView(container, this.getAttribute('layout-worker') ?? '', {
      onSelect: (id) => {
        container.focus();
        this.#select(id);
      },
      onOpen: (id) => this.#open(id),
      onHover: (id, at) => (this.hover = id === undefined ? undefined : { id, at }),
      onCursor: (id) => this.#announceNode(id),
      onSettled: () => this.#save(),
    });
    this.#picture.restore(this.#kept);
  }

  protected override updated(changed: PropertyValues): void {
    const picture = this.#picture;
    if (picture === undefined) return;
    const { display, selection } = this.view;
    if (this.#store.data.graph !== undefined) picture.update(this.#visible);
    picture.uncover();
    picture.select(selection);
    const found = this.#found;
    picture.setMatches(found === undefined ? undefined : new Set([...found.nodes, ...found.edges]));
    if (changed.has('view')) picture.setDisplay({ chips: display.chips, flow: display.flow, minimap: display.minimap });
    const card = this.querySelector<HTMLElement>('#hover-card');
    if (card !== null && this.hover !== undefined) {
      card.style.left = `${this.hover.at.x + 14}px`;
      card.style.top = `${this.hover.at.y + 18}px`;
    }
  }

  #announceNode(id: string): void {
    const node = this.#visible.nodes.find((item) => item.id === id);
    if (node !== undefined) this.announcement = `${nodeName(node)}: ${nodeSentence(node)}`;
  }

  /** Enter on what is not selected selects it; on what is, goes to its source. */
  #open(id: string): void {
    const node = this.#visible.nodes.find((item) => item.id === id);
    if (node?.kind === 'namespace') this.#details.openNamespace(node.namespace);
    else if (this.view.selection !== id) this.#select(id, true);
    else if (node?.declaredAt !== undefined) this.#act({ action: 'open-source', source: node.declaredAt });
  }

  #findNext(backwards: boolean): void {
    const hits = [...(this.#found?.nodes ?? []), ...(this.#found?.edges ?? [])];
    if (hits.length === 0) return;
    const at = hits.indexOf(this.view.selection ?? '');
    const next = hits[(at + (backwards ? -1 : 1) + hits.length) % hits.length];
    this.#select(next, true);
  }

  async #export(format: 'png' | 'svg' | 'json'): Promise<void> {
    const { graph } = this.#store.data;
    if (graph === undefined || this.#picture === undefined) return;
    if (format === 'json') this.#act({ action: 'export', format, data: JSON.stringify(graph, null, 2) });
    else if (format === 'svg') this.#act({ action: 'export', format, data: this.#picture.svg() });
    else this.#act({ action: 'export', format, data: await svgToPng(this.#picture.svg()) });
  }

  #help(): void {
    this.querySelector<HTMLDialogElement>('#help')?.showModal();
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const command = panelKey(event, this);
    if (command === undefined) return;
    event.preventDefault();
    const picture = this.#picture;
    switch (command.command) {
      case 'walk':
        picture?.walk(command.direction);
        return;
      case 'enter':
        if (picture?.cursor !== undefined) this.#open(picture.cursor);
        return;
      case 'back':
        this.#back();
        return;
      case 'find':
        this.querySelector<HTMLInputElement>('#find')?.select();
        return;
      case 'fit':
        picture?.fit();
        return;
      case 'zoom':
        picture?.zoomBy(command.factor);
        return;
      case 'list':
        this.#change({ showList: !this.view.showList });
        return;
      case 'traces':
        this.#toolbarActions.showTraces();
        return;
      case 'help':
        this.#help();
    }
  };

  /** Escape undoes the last narrowing: the search, the trace, the selection. */
  #back(): void {
    const search = this.querySelector<HTMLInputElement>('#find');
    if (this.view.find !== '') this.#change({ find: '' });
    else if (this.view.view === 'trace') this.#change({ view: 'topology' });
    else this.#select(undefined);
    if (document.activeElement === search) this.querySelector<HTMLElement>('#graph')?.focus();
  }
}
