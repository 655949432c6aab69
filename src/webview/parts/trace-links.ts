import { html } from 'lit';
import type { TemplateResult } from 'lit';
import type { TraceSummary } from '../../shared/traces.ts';
import { formatInstant } from '../view-model/clock-format.ts';
import { formatDuration } from '../view-model/number-format.ts';
import { codicon } from './health-words.ts';

/** The last few traces of an element, each opening its waterfall. `undefined`: not known yet. */
export function recentTraces(
  traces: readonly TraceSummary[] | undefined,
  open: (traceId: string) => void,
  openAll: () => void,
): TemplateResult {
  return html`<section>
    <h3>Recent traces <button class="link" @click=${openAll}>All</button></h3>
    ${
      traces === undefined || traces.length === 0
        ? html`<p class="quiet">${traces === undefined ? 'Reading…' : 'None yet.'}</p>`
        : html`<ul class="rows">
            ${traces.slice(0, 6).map(
              (trace) =>
                html`<li>
                  <button
                    class="row row-button"
                    data-trace-id=${trace.traceId}
                    title=${formatInstant(trace.start)}
                    @click=${() => open(trace.traceId)}
                  >
                    ${traceIcon(trace)}
                    <span class="row-name">${trace.name}</span>
                    <span class="quiet">${formatDuration(trace.duration)}</span>
                  </button>
                </li>`,
            )}
          </ul>`
    }
  </section>`;
}

export function traceIcon(trace: TraceSummary): TemplateResult {
  return trace.status === 'error'
    ? html`<span class="is-failing" role="img" aria-label="failed">${codicon('error')}</span>`
    : html`<span class="is-healthy" role="img" aria-label="ok">${codicon('pass')}</span>`;
}
