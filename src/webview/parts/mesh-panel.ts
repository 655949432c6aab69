import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { PanelData } from '../host/panel-data.ts';
import type { AttentionItem } from '../view-model/attention.ts';
import type { ClusterStatus } from '../../shared/cluster.ts';
import { lacksRights } from '../../shared/missing-rights.ts';
import { isMeasured, telemetryLine } from '../view-model/cluster-condition.ts';
import { shownClusters } from '../view-model/mesh-source.ts';
import { attentionItems } from '../view-model/attention.ts';
import { formatClock, formatInstant } from '../view-model/clock-format.ts';
import { formatCount, formatPercent, formatRate } from '../view-model/number-format.ts';
import type { VisibleGraph } from '../view-model/visible-graph.ts';
import { codicon } from './health-words.ts';
import type { DetailActions } from './node-panel.ts';
import { sourceLink } from './links.ts';

/** The side panel while nothing is selected: the mesh itself, what wants attention, what happened last. */
export function meshPanel(data: PanelData, graph: VisibleGraph, actions: DetailActions): TemplateResult {
  const isLocal = data.of.source === 'local';
  const status = isLocal ? data.status : undefined;
  const summary = graph.nodes.length === 0 ? undefined : data.graph?.summary;
  const items = attentionItems(graph, status);
  return html`
    <header class="side-header">
      <h2>${isLocal ? (status?.name ?? 'Mesh') : clusterTitle(data)}</h2>
      ${isLocal ? html`<p class="quiet">${phaseWords(data)}</p>` : clusterLines(data, actions)}
    </header>
    ${
      summary === undefined
        ? nothing
        : html`<dl class="tiles">
            ${tile('Workloads', String(summary.workloads))} ${tile('Services', String(summary.services))}
            ${
              isLocal || summary.requests > 0
                ? html`${tile('Requests', formatRate(summary.requests))}
                  ${tile('Errors', formatPercent(summary.errorShare))}
                  ${tile('Mutual TLS', formatPercent(summary.mutualTlsShare))}`
                : nothing
            }
          </dl>`
    }
    ${openedNamespaces(actions)}
    ${
      graph.nodes.length === 0 && items.length === 0
        ? nothing
        : html`<section>
            <h3>Wants attention</h3>
            ${
              items.length === 0
                ? html`<p class="all-well">${codicon('pass')} ${allWell(data)}</p>`
                : html`<ul class="rows attention">
                    ${items.slice(0, 12).map((item) => attentionRow(item, actions))}
                  </ul>`
            }
          </section>`
    }
    ${isLocal ? html`${endpoints(data, actions)} ${latestEvents(data, actions)}` : nothing}
  `;
}

/** The way back from namespaces that were opened. */
function openedNamespaces({ opened, closeNamespace }: DetailActions): TemplateResult | typeof nothing {
  if (opened.length === 0) return nothing;
  return html`<section>
    <h3>Opened namespaces</h3>
    <ul class="rows">
      ${opened.map(
        (namespace) =>
          html`<li class="row" data-opened=${namespace}>
            <span class="row-name">${namespace}</span>
            <button class="link" aria-label=${`Close namespace ${namespace}`} @click=${() => closeNamespace(namespace)}>
              Close
            </button>
          </li>`,
      )}
    </ul>
  </section>`;
}

const allWell = (data: PanelData): string =>
  isMeasured(data)
    ? 'Nothing. Everything that has traffic is healthy.'
    : 'Nothing that the objects tell. How requests fare is not known.';

function latestEvents({ events }: PanelData, actions: DetailActions): TemplateResult {
  return html`<section>
    <h3>
      Latest events
      <button class="link" @click=${() => actions.act({ action: 'open-events' })}>All</button>
    </h3>
    ${
      events.length === 0
        ? html`<p class="quiet">None yet.</p>`
        : html`<ul class="rows events">
            ${events.slice(0, 8).map(
              (event) =>
                html`<li class="event is-${event.severity}" data-event-kind=${event.kind}>
                  <span class="quiet" title=${formatInstant(event.time)}>${formatClock(event.time, true)}</span>
                  <span>${event.message}</span>
                  ${event.source === undefined ? nothing : sourceLink(event.source, actions.act)}
                </li>`,
            )}
          </ul>`
    }
  </section>`;
}

function clusterTitle(data: PanelData): string {
  const shown = shownClusters(data).map(({ context }) => context);
  return shown.length === 0 ? data.of.contexts.join(', ') || 'Clusters' : shown.join(', ');
}

/** State of each context and where its numbers come from, with a way to what is missing. */
function clusterLines(data: PanelData, { act }: DetailActions): readonly TemplateResult[] {
  const shown = shownClusters(data);
  return shown.map((status) => {
    const name = shown.length > 1 ? [status.context] : [];
    // Who cannot be reached is not asked for metrics.
    const isUsable = status.phase === 'connected' || status.phase === 'degraded';
    const words = [...name, phaseText(status), ...(isUsable ? [telemetryLine(status)] : [])].join(' · ');
    const isMissing = status.telemetry.state === 'missing' || status.telemetry.state === 'failing';
    return html`<p class="quiet" data-telemetry=${status.telemetry.state} title=${status.telemetry.message ?? ''}>
      ${words}
      ${
        isMissing
          ? html`<button class="link" @click=${() => act({ action: 'open-metrics-settings' })}>Open settings</button>`
          : nothing
      }
      ${
        lacksRights(status)
          ? html`<button
              class="link"
              data-lacks-rights
              title=${status.message ?? ''}
              @click=${() => act({ action: 'show-clusters' })}
            >
              ${formatCount(status.forbidden.length, 'kind')} may not be read
            </button>`
          : nothing
      }
    </p>`;
  });
}

const phaseText = ({ phase }: ClusterStatus): string => (phase === 'degraded' ? 'connected, with gaps' : phase);

function phaseWords({ status, engine }: PanelData): string {
  if (engine.state !== 'running') return `engine ${engine.state}`;
  if (status === undefined) return 'local mesh';
  const config = status.config === undefined ? '' : ` · configuration ${formatClock(status.config.appliedAt, true)}`;
  return `local mesh · ${status.phase}${config}`;
}

function tile(name: string, value: string): TemplateResult {
  return html`<div class="tile">
    <dt class="quiet">${name}</dt>
    <dd>${value}</dd>
  </div>`;
}

function attentionRow(item: AttentionItem, { select, act }: DetailActions): TemplateResult {
  const { select: id, source } = item;
  const tone = item.severity === 'error' ? 'failing' : 'degraded';
  const body = html`<span class="is-${tone}">${codicon(item.severity)}</span>
    <span class="attention-text">
      <b>${item.title}</b><span class="quiet">${item.reason}</span>
      ${id !== undefined || source === undefined ? nothing : sourceLink(source, act)}
    </span>`;
  if (id !== undefined) {
    return html`<li>
      <button class="row row-button" data-attention=${item.key} @click=${() => select(id)}>${body}</button>
    </li>`;
  }
  return html`<li class="row" data-attention=${item.key}>${body}</li>`;
}

/** Where the mesh can be reached from outside. */
function endpoints({ status }: PanelData, { act }: DetailActions): TemplateResult | typeof nothing {
  const { registry, metrics, otlp, gateways } = status?.endpoints ?? { gateways: {} };
  const all: readonly (readonly [string, string | undefined])[] = [
    ...Object.entries(gateways).map(([name, url]) => [`Gateway ${name}`, url] as const),
    ['Registry', registry],
    ['Metrics', metrics],
    ['OTLP', otlp],
  ];
  const rows = all.flatMap(([name, url]) => (url === undefined ? [] : [[name, url] as const]));
  if (rows.length === 0) return nothing;
  return html`<section>
    <h3>Addresses</h3>
    <ul class="rows">
      ${rows.map(
        ([name, url]) =>
          html`<li class="row">
            <span class="row-name">${name}</span>
            <button class="link" title=${`Copy ${url}`} @click=${() => act({ action: 'copy', text: url })}>
              ${url.replace(/^https?:\/\//, '')} ${codicon('copy')}
            </button>
          </li>`,
      )}
    </ul>
  </section>`;
}
