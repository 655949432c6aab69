import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { PanelData } from '../host/panel-data.ts';
import { formatClock } from '../view-model/clock-format.ts';
import { isMeasured } from '../view-model/cluster-condition.ts';
import { summaryLine } from '../view-model/mesh-summary.ts';

/** The line at the bottom: the mesh in numbers, and the newest event that matters. */
export function statusLine(data: PanelData, openEvents: () => void): TemplateResult {
  const { graph, events, of } = data;
  // Events are those of the local mesh.
  const event = of.source !== 'local' ? undefined : (events.find(({ severity }) => severity !== 'info') ?? events[0]);
  return html`<footer class="status-line">
    <span id="summary"
      >${graph === undefined || graph.nodes.length === 0 ? '' : summaryLine(graph.summary, isMeasured(data))}</span
    >
    <span class="spacer"></span>
    ${
      event === undefined
        ? nothing
        : html`<button class="link quiet" title="Show events" @click=${openEvents}>
            ${formatClock(event.time, true)} ${event.message}
          </button>`
    }
  </footer>`;
}
