import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { Banner, BannerAction, PanelCondition } from '../view-model/condition.ts';
import { codicon } from './health-words.ts';
import type { Act } from './links.ts';

const actionWords: Record<BannerAction, string> = {
  'start-mesh': 'Start local mesh',
  'show-log': 'Show log',
  retry: 'Try again',
  'show-clusters': 'Show clusters',
  'open-metrics-settings': 'Open settings',
};

function run(action: BannerAction, act: Act, retry: () => void): void {
  if (action === 'retry') retry();
  else act({ action });
}

/** The screen that stands for the picture while there is none. */
export function screen(condition: PanelCondition, act: Act, retry: () => void): TemplateResult | typeof nothing {
  switch (condition.screen) {
    case 'graph':
      return nothing;
    case 'loading':
      return html`<div class="screen" data-screen="loading" role="status">
        <div class="skeleton-canvas" aria-hidden="true"><i></i><i></i><i></i><i></i><i></i><i></i></div>
        <p class="quiet">${condition.text}…</p>
      </div>`;
    case 'empty':
      return html`<div class="screen" data-screen="empty">
        ${codicon('type-hierarchy')}
        <h2>No local mesh is running</h2>
        <p class="quiet">
          Start it to see its services, their traffic and health here, each behind its own sidecar on this machine.
        </p>
        <vscode-button icon="play" @click=${() => act({ action: 'start-mesh' })}>Start local mesh</vscode-button>
      </div>`;
    case 'cluster':
      return html`<div class="screen" data-screen="cluster">
        ${codicon('server-environment')}
        <h2>${condition.title}</h2>
        <p class="quiet">${condition.text}</p>
        <vscode-button @click=${() => run(condition.action, act, retry)}
          >${actionWords[condition.action]}</vscode-button
        >
      </div>`;
    case 'error':
      return html`<div class="screen" data-screen="error" role="alert">
        <span class="is-failing">${codicon('error')}</span>
        <h2>${condition.title}</h2>
        <p class="quiet">${condition.text}</p>
        <div class="actions">
          <vscode-button @click=${() => run(condition.action, act, retry)}
            >${actionWords[condition.action]}</vscode-button
          >
          ${
            condition.action === 'show-clusters'
              ? html`<vscode-button secondary @click=${retry}>Try again</vscode-button>`
              : html`<vscode-button secondary @click=${() => act({ action: 'start-mesh' })}
                  >Start local mesh</vscode-button
                >`
          }
        </div>
      </div>`;
  }
}

const bannerIcons: Record<Banner['kind'], string> = { info: 'info', warning: 'warning', error: 'error' };

/** Lines over the picture: what is not as it should be, and what can be done. */
export function bannerList(banners: readonly Banner[], act: Act, retry: () => void): TemplateResult | typeof nothing {
  if (banners.length === 0) return nothing;
  return html`<div class="banners" role="status">
    ${banners.slice(0, 3).map(({ kind, text, action, other }) => {
      const tone = kind === 'error' ? 'failing' : kind === 'warning' ? 'degraded' : 'info';
      return html`<div class="banner is-${tone}" data-banner=${kind}>
        ${codicon(bannerIcons[kind])}<span>${text}</span>
        ${[action, other].map((one) =>
          one === undefined
            ? nothing
            : html`<button class="link" @click=${() => run(one, act, retry)}>${actionWords[one]}</button>`,
        )}
      </div>`;
    })}
  </div>`;
}
