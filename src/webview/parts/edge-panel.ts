import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { TopologyEdge, TrafficRates } from '../../shared/topology.ts';
import { lockOf } from '../view-model/chip.ts';
import { shareWords } from '../view-model/share-words.ts';
import { edgeName } from '../view-model/element-names.ts';
import {
  formatByteRate,
  formatDuration,
  formatNumber,
  formatPercent,
  formatRate,
} from '../view-model/number-format.ts';
import type { VisibleGraph } from '../view-model/visible-graph.ts';
import { codicon, healthBox } from './health-words.ts';
import { shapedBy } from './links.ts';
import type { DetailActions, ElementHistory } from './node-panel.ts';
import { recentTraces } from './trace-links.ts';
import { trafficCharts } from './traffic-charts.ts';

const protocolWords: Record<TopologyEdge['protocol'], string> = { http: 'HTTP', grpc: 'gRPC', tcp: 'TCP' };

/** The side panel of one edge: the calls from one card to another. */
export function edgePanel(
  edge: TopologyEdge,
  graph: VisibleGraph,
  history: ElementHistory,
  actions: DetailActions,
): TemplateResult {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const source = nodes.get(edge.source);
  const host = edge.host;
  const isDeclared = edge.layer === 'declared';
  return html`
    <header class="side-header">
      <h2>${edgeName(edge, nodes)}</h2>
      <p class="quiet">${[protocolWords[edge.protocol], host].filter((part) => part !== '').join(' · ')}</p>
    </header>
    ${healthBox(edge.health)} ${isDeclared ? nothing : trafficCharts(edge.traffic, history.series)}
    ${
      host === '' || !actions.local
        ? nothing
        : html`<div class="actions">
            <vscode-button @click=${() => actions.act({ action: 'send-request', host })}>Send request</vscode-button>
            <vscode-button
              secondary
              @click=${() =>
                actions.act({
                  action: 'show-route',
                  host,
                  ...(source?.workload === undefined ? {} : { from: source.workload }),
                })}
              >Show route</vscode-button
            >
          </div>`
    }
    ${isDeclared ? nothing : numbers(edge)} ${responses(edge.traffic)} ${isDeclared ? nothing : security(edge)}
    ${shapedBy(edge.shapedBy, actions.act, actions.local ? undefined : (source?.cluster ?? ''))}
    <section>
      <h3>Ends</h3>
      <ul class="rows">
        ${[edge.source, edge.target].map(
          (id) =>
            html`<li>
              <button class="row row-button" @click=${() => actions.select(id)}>
                ${codicon(id === edge.source ? 'arrow-small-left' : 'arrow-small-right')}
                <span class="row-name">${edgeName({ ...edge, source: id, target: id }, nodes).split(' → ')[0]}</span>
              </button>
            </li>`,
        )}
      </ul>
    </section>
    ${
      actions.local
        ? recentTraces(history.traces, actions.openTrace, () => actions.openTraces(nodes.get(edge.target)?.service))
        : nothing
    }
  `;
}

function numbers(edge: TopologyEdge): TemplateResult {
  return html`<section>
    <h3>Numbers</h3>
    <dl class="facts">
      ${edge.share === undefined ? nothing : fact('Share of this service', shareWords(edge.share, edge.shareRequests))}
      ${fact('Requests', formatRate(edge.traffic.requests))}
      ${edge.traffic.bytes === undefined ? nothing : fact('Bytes', formatByteRate(edge.traffic.bytes))}
      ${fact('Errors', `${formatPercent(edge.traffic.errorShare)} · ${formatRate(edge.traffic.errors)}`)}
      ${edge.traffic.p50 === undefined ? nothing : fact('p50 · p95 · p99', latencies(edge.traffic))}
    </dl>
  </section>`;
}

function fact(name: string, value: string): TemplateResult {
  return html`<div>
    <dt class="quiet">${name}</dt>
    <dd>${value}</dd>
  </div>`;
}

function latencies({ p50, p95, p99 }: TrafficRates): string {
  return [p50, p95, p99].map((value) => (value === undefined ? '–' : formatDuration(value))).join(' · ');
}

const flagWords: Readonly<Record<string, string>> = {
  UH: 'no healthy instance',
  UF: 'connection to the instance failed',
  UC: 'the instance closed the connection',
  UO: 'overflow: circuit breaker open',
  NR: 'no route',
  URX: 'retries used up',
  UT: 'timed out',
  DC: 'the caller went away',
  LR: 'reset by the sidecar',
  UR: 'reset by the instance',
  FI: 'injected fault',
  DI: 'injected delay',
  RL: 'rate limited',
  UAEX: 'denied by external authorization',
};

/** The answers of the window by code, with words for Envoy's response flags. */
function responses({ responses: counts }: TrafficRates): TemplateResult | typeof nothing {
  const rows = Object.entries(counts).sort((a, b) => b[1] - a[1]);
  if (rows.length === 0) return nothing;
  const total = rows.reduce((sum, [, count]) => sum + count, 0);
  return html`<section>
    <h3>Answers</h3>
    <ul class="rows">
      ${rows.slice(0, 8).map(([key, count]) => {
        const flags = key.split(' ').slice(1).join(' ');
        const words = flagWords[flags];
        return html`<li class="row" data-response=${key}>
          <span class="row-name"
            >${key}${words === undefined ? nothing : html` <span class="quiet">${words}</span>`}</span
          >
          <span class="row-number">${formatNumber(count)} · ${formatPercent(count / total)}</span>
        </li>`;
      })}
    </ul>
  </section>`;
}

function security(edge: TopologyEdge): TemplateResult {
  const lock = lockOf(edge);
  const text =
    lock === 'full'
      ? 'Every request mutually authenticated'
      : lock === 'partial'
        ? `${formatPercent(edge.mutualTls)} of requests mutually authenticated`
        : 'Plain text: not authenticated';
  return html`<section>
    <h3>Security</h3>
    <p>${codicon(lock === 'none' ? 'unlock' : 'lock')} ${text}</p>
    ${edge.sourcePrincipal === undefined ? nothing : html`<p class="mono">${edge.sourcePrincipal}</p>`}
    ${edge.destinationPrincipal === undefined ? nothing : html`<p class="mono">→ ${edge.destinationPrincipal}</p>`}
  </section>`;
}
