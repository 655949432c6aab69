import { html, nothing, svg } from 'lit';
import type { TemplateResult } from 'lit';
import { lockBody, lockShackle } from '../view-model/icon-paths.ts';
import { codicon } from './health-words.ts';

/** What the signs of the picture mean; of declared edges only where there are any. */
export function legend(close: () => void, hasDeclared: boolean): TemplateResult {
  return html`<aside class="legend" aria-label="Legend">
    <button class="legend-close" title="Hide the legend" aria-label="Hide the legend" @click=${close}>
      ${codicon('close')}
    </button>
    <div class="legend-grid">
      ${(['healthy', 'degraded', 'failing', 'idle'] as const).map(
        (health) => html`<span><i class="legend-bar is-${health}"></i>${health}</span>`,
      )}
      <span>${line('legend-line thick')}more requests</span>
      <span>${line('legend-line dashed')}no traffic</span>
      ${hasDeclared ? html`<span>${line('legend-line dotted')}declared only</span>` : nothing}
      <span>${lock()}mutual TLS</span>
      <span>${codicon('circle-filled')}${codicon('error')}instance up, down</span>
    </div>
  </aside>`;
}

function line(className: string): TemplateResult {
  return html`<svg width="26" height="8" aria-hidden="true">
    ${svg`<line class=${className} x1="0" y1="4" x2="26" y2="4"></line>`}
  </svg>`;
}

function lock(): TemplateResult {
  return html`<svg width="26" height="11" viewBox="-8 0 26 11" aria-hidden="true">
    ${svg`<path class="legend-lock" d=${lockShackle}></path><path class="legend-lock filled" d=${lockBody}></path>`}
  </svg>`;
}
