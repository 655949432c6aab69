import { html } from 'lit';
import type { TemplateResult } from 'lit';

const keys: readonly (readonly [string, string])[] = [
  ['←  →', 'To who calls, to who is called'],
  ['↑  ↓', 'To the card above, below'],
  ['Enter', 'Select; on the selected one open its source'],
  ['Esc', 'Back: search, selection, trace'],
  ['/', 'Find'],
  ['f', 'Fit everything into view'],
  ['+  −', 'Zoom'],
  ['l', 'List beside the picture'],
  ['t', 'Traces'],
  ['?', 'This help'],
];

const searches: readonly (readonly [string, string])[] = [
  ['reviews', 'names that contain it'],
  ['errors > 1 %', 'more errors than that; also rate, p50, p95, p99'],
  ['failing, degraded, idle', 'by health; !healthy for the rest'],
  ['version = v2', 'also ns, app, service, workload, kind'],
  ['share < 50 OR mtls < 100', 'edges; terms side by side must all hold'],
];

/** All keys, and what the search understands. Opened with `showModal()`. */
export function helpDialog(): TemplateResult {
  const table = (title: string, rows: typeof keys): TemplateResult =>
    html`<h3>${title}</h3>
      <dl class="keys">
        ${rows.map(
          ([key, words]) =>
            html`<div>
              <dt><kbd>${key}</kbd></dt>
              <dd>${words}</dd>
            </div>`,
        )}
      </dl>`;
  return html`<dialog id="help" aria-label="Keyboard and search" @click=${closeOnBackdrop}>
    <form method="dialog">
      <h2>Keyboard and search</h2>
      ${table('Keyboard', keys)} ${table('Search', searches)}
      <button class="tool" autofocus>Close</button>
    </form>
  </dialog>`;
}

function closeOnBackdrop(event: MouseEvent): void {
  if (event.target instanceof HTMLDialogElement) event.target.close();
}
