import { LitElement, html, nothing, svg } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import { requestOfSpan } from '../../shared/request-of-span.ts';
import type { Span, Trace } from '../../shared/traces.ts';
import { codicon } from '../parts/health-words.ts';
import { formatClock, formatInstant } from '../view-model/clock-format.ts';
import { formatCount, formatDuration } from '../view-model/number-format.ts';
import type { WaterfallRow } from '../view-model/waterfall.ts';
import { scaleTicks, waterfallRows } from '../view-model/waterfall.ts';

// Styles are set as properties: the policy of the page refuses style attributes, which lit's styleMap starts with.

/** The hops of one trace on a common scale of time. Rows open to their attributes and events. */
export class WaterfallView extends LitElement {
  static override properties = {
    trace: { attribute: false },
    opened: { state: true },
    closed: { state: true },
    active: { state: true },
  };
  declare trace: Trace;
  /** Spans whose attributes are shown. */
  declare opened: ReadonlySet<string>;
  /** Spans whose children are hidden. */
  declare closed: ReadonlySet<string>;
  declare active: string | undefined;
  #rows: readonly WaterfallRow[] = [];

  constructor() {
    super();
    this.opened = new Set();
    this.closed = new Set();
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('trace')) {
      this.opened = new Set();
      this.closed = new Set();
    }
    this.#rows = waterfallRows(this.trace, this.closed);
    if (!this.#rows.some(({ span }) => span.spanId === this.active)) this.active = this.#rows[0]?.span.spanId;
  }

  protected override render(): TemplateResult {
    const { trace } = this;
    const facts = [formatCount(trace.spans, 'span'), formatCount(trace.services.length, 'service')];
    if (trace.retries > 0) facts.push(formatCount(trace.retries, 'retry', 'retries'));
    if (trace.errors > 0) facts.push(formatCount(trace.errors, 'error'));
    return html`<header class="side-header">
        <h2>${trace.name}</h2>
        <p class="quiet">
          <span title=${formatInstant(trace.start)}>${formatClock(trace.start, true)}</span> ·
          <b>${formatDuration(trace.duration)}</b> · ${facts.join(' · ')} · <span class="mono">${trace.traceId}</span>
        </p>
        ${trace.meshEvents.map(
          (event) =>
            html`<p class="banner is-degraded">
              ${codicon('warning')} ${formatClock(event.time, true)} ${event.message}
            </p>`,
        )}
      </header>
      <div class="waterfall" role="treegrid" aria-label="Hops" @keydown=${(event: KeyboardEvent) => this.#onKey(event)}>
        <div class="wf-row wf-head" role="row">
          <span role="columnheader">Hop</span>
          <span class="wf-scale" role="columnheader" aria-label="Time">${this.#scale()}</span>
          <span class="wf-time" role="columnheader">Time</span>
        </div>
        ${this.#rows.map((row) => this.#row(row))}
      </div>`;
  }

  #scale(): TemplateResult[] {
    const { duration } = this.trace;
    return scaleTicks(duration).map((tick) => {
      const at = tick / Math.max(duration, 0.001);
      // A label at the very end would stand in the next column: there the mark has to do.
      return html`<i .style=${`left: ${(at * 100).toFixed(2)}%`}
        >${at > 0.88 ? nothing : html`<span>${formatDuration(tick)}</span>`}</i
      >`;
    });
  }

  #row(row: WaterfallRow): TemplateResult {
    const { span, depth, hasChildren } = row;
    const isOpen = this.opened.has(span.spanId);
    const failed = span.status === 'error';
    const status = span.attributes['http.status_code'];
    const flags = span.attributes['response_flags'];
    const words = [span.name, whoOf(span), retryWords(row)].filter((part) => part !== '');
    return html`<div
        class="wf-row ${failed ? 'is-failed' : ''}"
        role="row"
        aria-level=${depth + 1}
        aria-expanded=${isOpen}
        tabindex=${span.spanId === this.active ? 0 : -1}
        data-span-id=${span.spanId}
        data-kind=${span.kind}
        data-service=${span.service}
        data-instance=${span.instance}
        data-status=${span.status}
        title=${words.join(' · ')}
        @click=${() => this.#toggle('opened', span.spanId)}
        @focus=${() => (this.active = span.spanId)}
      >
        <span class="wf-name" role="gridcell" .style=${`--depth: ${depth}`}>
          ${
            hasChildren
              ? html`<button
                  class="wf-twist"
                  tabindex="-1"
                  aria-label=${this.closed.has(span.spanId) ? 'Show the calls within' : 'Hide the calls within'}
                  @click=${(event: Event) => {
                    event.stopPropagation();
                    this.#toggle('closed', span.spanId);
                  }}
                >
                  ${codicon(this.closed.has(span.spanId) ? 'chevron-right' : 'chevron-down')}
                </button>`
              : html`<span class="wf-twist"></span>`
          }
          ${failed ? html`<span class="is-failing" role="img" aria-label="failed">${codicon('error')}</span>` : nothing}
          <span class="wf-words"
            ><b>${span.service}</b
            ><span class="quiet wf-what"
              >${span.kind === 'client' ? '→ ' : ''}${requestOfSpan(span) ?? span.name}</span
            ></span
          >
        </span>
        <span class="wf-bar-cell" role="gridcell">${this.#bar(row)}</span>
        <span class="wf-time" role="gridcell">
          ${status === undefined ? nothing : html`<span class=${failed ? 'is-failing' : 'quiet'}>${status}${typeof flags === 'string' && flags !== '-' && flags !== '' ? ` ${flags}` : ''}</span> `}<span
            >${formatDuration(span.duration)}</span
          >
        </span>
      </div>
      ${isOpen ? this.#details(span) : nothing}`;
  }

  #bar(row: WaterfallRow): TemplateResult {
    const { span, offset, length } = row;
    const whole = Math.max(this.trace.duration, 0.001);
    const retry = retryWords(row);
    const end = offset + length;
    // The words stand where there is more room: right of the bar, or left of it.
    const inside = length > 0.45;
    const edge = inside || 1 - end >= offset ? 'left' : 'right';
    const at = edge === 'right' ? 1 - offset : inside ? offset : end;
    return html`<svg class="wf-bar" viewBox="0 0 1000 18" preserveAspectRatio="none" aria-hidden="true">
        ${svg`<rect class="bar ${span.origin} ${span.kind} ${span.status}" x=${offset * 1000} y="1" width=${Math.max(2, length * 1000)} height="16"></rect>`}
        ${span.events.map((event) => {
          const x = ((event.time - this.trace.start) / whole) * 1000;
          return svg`<rect class="wf-event" x=${Math.max(0, Math.min(998, x))} y="0" width="2.5" height="18"></rect>`;
        })}
      </svg>
      <span class="wf-instance ${inside ? 'inside' : ''}" .style=${`${edge}: calc(${(at * 100).toFixed(2)}% + 6px)`}
        ><span class="wf-who">${whoOf(span)}${retry === '' ? '' : ' · '}</span>${retry}</span
      >`;
  }

  #details(span: Span): TemplateResult {
    const facts: readonly (readonly [string, string])[] = [
      ['instance', span.instance],
      ['workload', `${span.workload} ${span.version}`.trim()],
      ['namespace', span.namespace],
      ['recorded by', span.origin === 'sidecar' ? 'the sidecar' : 'the application'],
      ['kind', span.kind],
      ['start', `${formatInstant(span.start)} (+${formatDuration(span.start - this.trace.start)})`],
      ['span', span.spanId],
      ...Object.entries(span.attributes).map(([key, value]) => [key, String(value)] as const),
    ];
    return html`<div class="wf-details" role="row">
      <div role="gridcell">
        <dl class="facts">
          ${facts
            .filter(([, value]) => value !== '')
            .map(
              ([key, value]) =>
                html`<div>
                  <dt class="quiet">${key}</dt>
                  <dd class="mono">${value}</dd>
                </div>`,
            )}
        </dl>
        ${
          span.events.length === 0
            ? nothing
            : html`<h3>Events</h3>
                <ul class="rows">
                  ${span.events.map((event) => {
                    const about = Object.entries(event.attributes).map(([key, value]) => `${key} ${String(value)}`);
                    return html`<li class="row" data-span-event=${event.name}>
                      <span class="quiet">+${formatDuration(event.time - this.trace.start)}</span>
                      <b>${event.name}</b><span class="quiet row-name">${about.join(' · ')}</span>
                    </li>`;
                  })}
                </ul>`
        }
      </div>
    </div>`;
  }

  #toggle(set: 'opened' | 'closed', id: string): void {
    const next = new Set(this[set]);
    if (!next.delete(id)) next.add(id);
    this[set] = next;
  }

  #onKey(event: KeyboardEvent): void {
    const index = this.#rows.findIndex(({ span }) => span.spanId === this.active);
    const row = this.#rows[index];
    if (row === undefined) return;
    const id = row.span.spanId;
    const go = (to: number): void => {
      const next = this.#rows[Math.max(0, Math.min(this.#rows.length - 1, to))];
      if (next === undefined) return;
      this.active = next.span.spanId;
      const selector = `[data-span-id="${CSS.escape(next.span.spanId)}"]`;
      void this.updateComplete.then(() => this.querySelector<HTMLElement>(selector)?.focus());
    };
    switch (event.key) {
      case 'ArrowDown':
        go(index + 1);
        break;
      case 'ArrowUp':
        go(index - 1);
        break;
      case 'ArrowRight':
        if (this.closed.has(id)) this.#toggle('closed', id);
        else go(index + 1);
        break;
      case 'ArrowLeft':
        if (row.hasChildren && !this.closed.has(id)) this.#toggle('closed', id);
        else go(this.#rows.findLastIndex((other, at) => at < index && other.depth < row.depth));
        break;
      case 'Enter':
      case ' ':
        this.#toggle('opened', id);
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}

function whoOf(span: Span): string {
  return span.instance === '' ? span.workload : span.instance;
}

function retryWords({ retry }: WaterfallRow): string {
  return retry === undefined ? '' : `retry ${String(retry)}`;
}
