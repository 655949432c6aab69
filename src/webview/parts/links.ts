import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { SourceRef } from '../../shared/resource.ts';
import type { PanelAction } from '../../shared/panel-protocol.ts';

/** Asks the extension to do something. */
export type Act = (action: PanelAction) => void;

/** `reviews-route.yaml:14`, or where else an object lives. */
function sourceLabel(source: SourceRef): string {
  if (source.uri === undefined) return 'not in a file';
  const path = source.uri.split(/[?#]/)[0] ?? source.uri;
  const name = decode(path.slice(path.lastIndexOf('/') + 1));
  return source.range === undefined ? name : `${name}:${String(source.range.start.line + 1)}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A link to a place in text; plain words where there is none. */
export function sourceLink(source: SourceRef, act: Act, label = sourceLabel(source)): TemplateResult {
  if (source.uri === undefined) return html`<span class="quiet">${label}</span>`;
  return html`<button
    class="link"
    data-source=${source.uri}
    title=${`Open ${sourceLabel(source)}`}
    @click=${() => act({ action: 'open-source', source })}
  >
    ${label}
  </button>`;
}

/** A link to the file that declares an object, else to the object as its cluster has it. */
export function objectLink(source: SourceRef, act: Act, context: string, label?: string): TemplateResult {
  if (source.uri !== undefined) return sourceLink(source, act, label);
  const { resource } = source;
  return html`<button
    class="link"
    data-object=${`${resource.kind} ${resource.namespace}/${resource.name}`}
    title="Open its YAML from the cluster"
    @click=${() => act({ action: 'open-object', context, resource })}
  >
    ${label ?? 'in the cluster'}
  </button>`;
}

/** "Shaped by": each policy with a link to the line that declares it; `context`: that of a cluster. */
export function shapedBy(sources: readonly SourceRef[], act: Act, context?: string): TemplateResult | typeof nothing {
  if (sources.length === 0) return nothing;
  return html`<section>
    <h3>Shaped by</h3>
    <ul class="rows">
      ${sources.map(
        (source) =>
          html`<li class="row">
            <span class="row-name">${source.resource.kind} ${source.resource.name}</span>
            ${
              source.isUnapplied === true
                ? html`<span class="quiet" data-unapplied title="Only the workspace has it">not applied</span>`
                : nothing
            }
            ${context === undefined ? sourceLink(source, act) : objectLink(source, act, context)}
          </li>`,
      )}
    </ul>
  </section>`;
}
