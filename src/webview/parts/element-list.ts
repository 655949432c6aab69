import { LitElement, html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ElementRow } from '../view-model/element-rows.ts';
import { elementRows } from '../view-model/element-rows.ts';
import type { VisibleGraph } from '../view-model/visible-graph.ts';
import { codicon, healthIcon } from './health-words.ts';

/** The tree beside the picture. Fires `element-select` with the id, and `element-open` on Enter. */
export class ElementList extends LitElement {
  static override properties = {
    graph: { attribute: false },
    selection: { attribute: false },
    toggled: { state: true },
    active: { state: true },
  };
  declare graph: VisibleGraph;
  declare selection: string | undefined;
  declare toggled: ReadonlySet<string>;
  /** The row that takes the focus: one tab stop for the whole tree. */
  declare active: string | undefined;
  #rows: readonly ElementRow[] = [];

  constructor() {
    super();
    this.toggled = new Set();
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('selection') && this.selection !== undefined) this.active = this.selection;
    this.#rows = elementRows(this.graph, this.toggled);
    if (!this.#rows.some((row) => row.id === this.active)) this.active = this.#rows[0]?.id;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('selection') && this.selection !== undefined)
      this.#rowElement(this.selection)?.scrollIntoView({ block: 'nearest' });
  }

  #rowElement(id: string): HTMLElement | undefined {
    return [...this.querySelectorAll<HTMLElement>('[role="treeitem"]')].find((row) => row.dataset['id'] === id);
  }

  protected override render(): TemplateResult {
    return html`<div
      role="tree"
      aria-label="Everything in the picture"
      @keydown=${(event: KeyboardEvent) => this.#onKey(event)}
    >
      ${repeat(
        this.#rows,
        (row) => row.id,
        (row) => this.#row(row),
      )}
    </div>`;
  }

  #row(row: ElementRow): TemplateResult {
    const tabindex = row.id === this.active ? 0 : -1;
    if (row.kind === 'namespace') {
      return html`<div
        class="tree-row level-1"
        role="treeitem"
        aria-level="1"
        aria-expanded="true"
        tabindex=${tabindex}
        data-id=${row.id}
      >
        <b class="row-name">${row.text}</b> <span class="quiet">${row.count}</span>
      </div>`;
    }
    const selected = row.id === this.selection;
    const select = (): void => this.#fire('element-select', row.id);
    if (row.kind === 'node') {
      const { node } = row;
      const rates = node.kind === 'traffic-source' ? node.outbound : node.inbound;
      return html`<div
        class="tree-row level-2"
        role="treeitem"
        aria-level="2"
        aria-selected=${selected}
        aria-expanded=${row.calls === 0 ? nothing : row.open}
        tabindex=${tabindex}
        data-id=${row.id}
        data-node-id=${row.id}
        data-name=${row.name}
        data-kind=${node.kind}
        data-version=${node.version ?? ''}
        data-health=${node.health.health}
        data-reason=${node.health.reason}
        data-rate=${rates.requests}
        data-errors=${rates.errorShare}
        data-instances=${node.instances.length}
        data-ready=${node.instances.filter((instance) => instance.state === 'ready').length}
        @click=${select}
      >
        ${healthIcon(node.health.health)} <span class="row-name">${row.name}</span>
        <span class="quiet">${row.text}</span>
      </div>`;
    }
    const { edge } = row;
    return html`<div
      class="tree-row level-3"
      role="treeitem"
      aria-level="3"
      aria-selected=${selected}
      tabindex=${tabindex}
      data-id=${row.id}
      data-edge-id=${row.id}
      data-source=${edge.source}
      data-target=${edge.target}
      data-share=${edge.share ?? nothing}
      data-rate=${edge.traffic.requests}
      data-errors=${edge.traffic.errorShare}
      data-mutual-tls=${edge.mutualTls}
      data-health=${edge.health.health}
      @click=${select}
    >
      ${codicon('arrow-small-right')} <span class="row-name">${row.name}</span> <span class="quiet">${row.text}</span>
    </div>`;
  }

  #onKey(event: KeyboardEvent): void {
    const index = this.#rows.findIndex((row) => row.id === this.active);
    const row = this.#rows[index];
    if (row === undefined) return;
    const go = (to: number): void => {
      const next = this.#rows[Math.max(0, Math.min(this.#rows.length - 1, to))];
      if (next === undefined) return;
      this.active = next.id;
      void this.updateComplete.then(() => this.#rowElement(next.id)?.focus());
    };
    const isClosed = row.kind === 'node' && !row.open;
    switch (event.key) {
      case 'ArrowDown':
        go(index + 1);
        break;
      case 'ArrowUp':
        go(index - 1);
        break;
      case 'Home':
        go(0);
        break;
      case 'End':
        go(this.#rows.length - 1);
        break;
      case 'ArrowRight':
        if (isClosed) this.#toggle(row.id);
        else go(index + 1);
        break;
      case 'ArrowLeft':
        if (row.kind === 'node' && row.open && row.calls > 0) this.#toggle(row.id);
        else go(this.#rows.findLastIndex((other, at) => at < index && other.level < row.level));
        break;
      case 'Enter':
      case ' ':
        if (row.kind !== 'namespace') this.#fire(event.key === 'Enter' ? 'element-open' : 'element-select', row.id);
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #toggle(id: string): void {
    const toggled = new Set(this.toggled);
    if (!toggled.delete(id)) toggled.add(id);
    this.toggled = toggled;
  }

  #fire(type: string, id: string): void {
    this.dispatchEvent(new CustomEvent<string>(type, { detail: id, bubbles: true }));
  }
}
