import { LitElement, html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import type { Trace, TraceSummary } from '../../shared/traces.ts';
import type { HostConnection } from '../host/host-connection.ts';
import { codicon } from '../parts/health-words.ts';
import { traceIcon } from '../parts/trace-links.ts';
import { formatAgo, formatCount, formatDuration } from '../view-model/number-format.ts';
import { formatInstant } from '../view-model/clock-format.ts';
import { filterTraces } from './trace-filter.ts';

/** The list is read again this often while it is shown. Milliseconds. */
const refreshEvery = 3000;

/** Traces: the list with its filters at the left, the waterfall of the chosen one at the right. */
export class TraceView extends LitElement {
  static override properties = {
    traceId: { attribute: false },
    service: { attribute: false },
    now: { attribute: false },
    traces: { state: true },
    trace: { state: true },
    onlyErrors: { state: true },
    problem: { state: true },
  };
  declare traceId: string | undefined;
  /** Only traces through this service. */
  declare service: string;
  /** Epoch milliseconds; set every second. */
  declare now: number;
  declare traces: readonly TraceSummary[] | undefined;
  declare trace: Trace | null | undefined;
  declare onlyErrors: boolean;
  declare problem: string | undefined;
  connection: HostConnection | undefined;
  /** The topology beside it is that of the local mesh, whose traces are shown. */
  local = true;
  /** Services to choose from. */
  services: readonly string[] = [];
  #readAt = -Infinity;

  constructor() {
    super();
    this.service = '';
    this.onlyErrors = false;
    this.now = Date.now();
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('traceId')) void this.#readTrace();
    const filtersChanged = changed.has('onlyErrors') || changed.has('service');
    if (filtersChanged || performance.now() - this.#readAt > refreshEvery) void this.#readList();
  }

  async #readList(): Promise<void> {
    this.#readAt = performance.now();
    const { service, onlyErrors } = this;
    try {
      const query = { limit: 200, ...(service === '' ? {} : { service }), ...(onlyErrors ? { onlyErrors } : {}) };
      const traces = await this.connection?.request('traces', query);
      if (service !== this.service || onlyErrors !== this.onlyErrors) return;
      this.traces = traces;
      this.problem = undefined;
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  async #readTrace(): Promise<void> {
    const { traceId } = this;
    this.trace = undefined;
    if (traceId === undefined) return;
    try {
      const trace = await this.connection?.request('trace', { traceId });
      if (traceId === this.traceId) this.trace = trace ?? null;
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
      if (traceId === this.traceId) this.trace = null;
    }
  }

  protected override render(): TemplateResult {
    return html`<div class="traces">
      <section class="trace-list" aria-label="Traces">
        <div class="trace-filters">
          <span class="select"
            ><select
              class="tool"
              aria-label="Service"
              @change=${(event: Event) => {
                if (event.target instanceof HTMLSelectElement) this.service = event.target.value;
              }}
            >
              <option value="" ?selected=${this.service === ''}>All services</option>
              ${this.#serviceNames().map(
                (name) => html`<option value=${name} ?selected=${name === this.service}>${name}</option>`,
              )}</select
            >${codicon('chevron-down')}</span
          >
          <vscode-checkbox
            label="Only errors"
            .checked=${this.onlyErrors}
            @change=${() => (this.onlyErrors = !this.onlyErrors)}
          ></vscode-checkbox>
        </div>
        ${this.#list()}
      </section>
      <section class="trace-detail" aria-label="Waterfall">${this.#detail()}</section>
    </div>`;
  }

  #serviceNames(): readonly string[] {
    const names = new Set([...this.services, ...(this.service === '' ? [] : [this.service])]);
    for (const trace of this.traces ?? []) for (const name of trace.services) names.add(name);
    return [...names].sort();
  }

  #list(): TemplateResult {
    if (this.problem !== undefined)
      return html`<p class="banner is-degraded">${codicon('warning')} ${this.problem}</p>`;
    if (this.traces === undefined) return html`<p class="quiet padded">Reading traces…</p>`;
    const shown = filterTraces(this.traces, { service: this.service, onlyErrors: this.onlyErrors });
    if (shown.length === 0) {
      const filtered = this.service !== '' || this.onlyErrors;
      return html`<p class="quiet padded">
        ${
          filtered
            ? 'No trace fits these filters.'
            : this.local
              ? 'No traces yet. Send a request through the mesh.'
              : 'Traces are kept of the local mesh, and it has none. Those of a cluster are where its mesh sends them.'
        }
      </p>`;
    }
    return html`<ul class="rows">
      ${shown.map((trace) => this.#listRow(trace))}
    </ul>`;
  }

  #listRow(trace: TraceSummary): TemplateResult {
    const about = [formatAgo(this.now - trace.start), formatCount(trace.spans, 'span')];
    if (trace.retries > 0) about.push(formatCount(trace.retries, 'retry', 'retries'));
    if (trace.errors > 0) about.push(formatCount(trace.errors, 'error'));
    return html`<li>
      <button
        class="row row-button trace-row"
        aria-current=${trace.traceId === this.traceId}
        data-trace-id=${trace.traceId}
        title=${formatInstant(trace.start)}
        @click=${() => this.dispatchEvent(new CustomEvent<string>('trace-select', { detail: trace.traceId, bubbles: true }))}
      >
        ${traceIcon(trace)}
        <span class="row-name">${trace.name}<span class="quiet trace-about">${about.join(' · ')}</span></span>
        <span class="row-number"
          >${trace.httpStatus === undefined ? nothing : html`<span class="quiet">${trace.httpStatus}</span> `}${formatDuration(trace.duration)}</span
        >
      </button>
    </li>`;
  }

  #detail(): TemplateResult {
    if (this.traceId === undefined) return html`<p class="quiet padded">Choose a trace to see its hops.</p>`;
    if (this.trace === undefined) return html`<p class="quiet padded">Reading the trace…</p>`;
    if (this.trace === null) {
      return html`<p class="quiet padded">This trace is no longer kept: only the newest few thousand are.</p>`;
    }
    return html`<meshlens-waterfall .trace=${this.trace}></meshlens-waterfall>`;
  }
}
