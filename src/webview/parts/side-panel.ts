import { LitElement, html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import type { HostConnection } from '../host/host-connection.ts';
import type { PanelData } from '../host/panel-data.ts';
import type { VisibleGraph } from '../view-model/visible-graph.ts';
import { edgePanel } from './edge-panel.ts';
import { meshPanel } from './mesh-panel.ts';
import type { DetailActions, ElementHistory } from './node-panel.ts';
import { nodePanel } from './node-panel.ts';

/** The history of an element is read again this often while it is shown. Milliseconds. */
const refreshEvery = 2000;

const nothingKnown: ElementHistory = { series: undefined, traces: undefined };

/** The panel at the right: the selected element, or the mesh. Reads the history of what it shows. */
export class SidePanel extends LitElement {
  static override properties = {
    data: { attribute: false },
    graph: { attribute: false },
    selection: { attribute: false },
    windowSeconds: { attribute: false },
    history: { state: true },
  };
  declare data: PanelData;
  declare graph: VisibleGraph;
  declare selection: string | undefined;
  declare windowSeconds: number;
  declare history: ElementHistory;
  connection: HostConnection | undefined;
  actions: DetailActions | undefined;
  #readAt = 0;
  #readFor: string | undefined;
  #reading = false;

  constructor() {
    super();
    this.history = nothingKnown;
    this.windowSeconds = 60;
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('selection')) this.history = nothingKnown;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('selection')) this.scrollTop = 0;
    if (changed.has('selection') || changed.has('data') || changed.has('windowSeconds')) void this.#read();
  }

  async #read(): Promise<void> {
    const id = this.selection;
    const { connection } = this;
    if (id === undefined || connection === undefined || this.data.engine.state !== 'running') return;
    const now = performance.now();
    const isNew = this.#readFor !== id;
    if (!isNew && (this.#reading || now - this.#readAt < refreshEvery)) return;
    this.#readFor = id;
    this.#readAt = now;
    this.#reading = true;
    const node = this.graph.nodes.find((item) => item.id === id);
    if (node?.kind === 'namespace') {
      this.#reading = false;
      return;
    }
    const isLocal = this.data.of.source === 'local';
    const query = node === undefined ? { edge: id, limit: 6 } : { node: id, limit: 6 };
    const seconds = Math.min(isLocal ? 900 : 21_600, Math.max(120, this.windowSeconds * 3));
    const [series, traces] = await Promise.allSettled([
      connection.request('series', { id, seconds }),
      // Traces are those of the local mesh.
      isLocal ? connection.request('traces', query) : Promise.resolve(undefined),
    ]);
    this.#reading = false;
    if (this.selection !== id) return;
    this.history = {
      series: series.status === 'fulfilled' ? series.value : this.history.series,
      traces: traces.status === 'fulfilled' ? traces.value : this.history.traces,
    };
  }

  protected override render(): TemplateResult | typeof nothing {
    const { data, graph, selection, actions } = this;
    if (actions === undefined) return nothing;
    const isLocal = data.of.source === 'local';
    const node = graph.nodes.find((item) => item.id === selection);
    if (node !== undefined) {
      return html`${nodePanel(node, graph, isLocal ? data.status : undefined, this.history, actions)}`;
    }
    const edge = graph.edges.find((item) => item.id === selection);
    if (edge !== undefined) return html`${edgePanel(edge, graph, this.history, actions)}`;
    return html`${meshPanel(data, graph, actions)}`;
  }
}
