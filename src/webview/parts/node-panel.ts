import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { LocalMeshStatus } from '../../shared/local-mesh.ts';
import type { TrafficSeries } from '../../shared/topology.ts';
import type { TraceSummary } from '../../shared/traces.ts';
import { formatClock, formatInstant } from '../view-model/clock-format.ts';
import type { Connection } from '../view-model/connections.ts';
import { connectionsOf } from '../view-model/connections.ts';
import { nodeName } from '../view-model/element-names.ts';
import { membershipText } from '../view-model/membership-text.ts';
import {
  formatByteRate,
  formatCount,
  formatPercent,
  formatRate,
  formatRoundDuration,
} from '../view-model/number-format.ts';
import { hostOf, localWorkload } from '../view-model/route-host.ts';
import type { VisibleGraph, VisibleNode } from '../view-model/visible-graph.ts';
import { codicon, healthBox, instanceIcon } from './health-words.ts';
import type { Act } from './links.ts';
import { objectLink, shapedBy, sourceLink } from './links.ts';
import { recentTraces } from './trace-links.ts';
import { trafficCharts } from './traffic-charts.ts';

/** What the side panel of a node or an edge may do beside showing. */
export interface DetailActions {
  readonly act: Act;
  /** What is shown is the local mesh: requests can be sent, processes stopped, traces read. */
  readonly local: boolean;
  /** Somebody measures what flows: without that, no number is 0. */
  readonly measured: boolean;
  readonly select: (id: string) => void;
  readonly openTrace: (traceId: string) => void;
  readonly openTraces: (service: string | undefined) => void;
  readonly openNamespace: (namespace: string) => void;
  /** Namespaces that were opened, where others are closed. */
  readonly opened: readonly string[];
  readonly closeNamespace: (namespace: string) => void;
}

export interface ElementHistory {
  readonly series: TrafficSeries | undefined;
  readonly traces: readonly TraceSummary[] | undefined;
}

const kindWords: Record<VisibleNode['kind'], string> = {
  workload: 'workload',
  service: 'service',
  gateway: 'gateway',
  'traffic-source': 'traffic source',
  external: 'outside the mesh',
  unknown: 'unknown',
  namespace: 'namespace',
};

/** The side panel of one node: state with its reason first, then numbers, neighbours, causes, traces, instances. */
export function nodePanel(
  node: VisibleNode,
  graph: VisibleGraph,
  status: LocalMeshStatus | undefined,
  history: ElementHistory,
  actions: DetailActions,
): TemplateResult {
  const { inbound, outbound } = connectionsOf(node.id, graph);
  const ready = node.instances.filter((instance) => instance.state === 'ready').length;
  const total = node.instances.length;
  const isLocal = actions.local;
  const isMutual = inbound.some(({ edge }) => edge.mutualTls >= 0.9995);
  const byProxy = node.meshed ? 'in the mesh' : 'no sidecar';
  // A service is a name: what stands behind it takes part in a mesh.
  const ofCluster =
    node.membership === undefined ? (node.kind === 'service' ? '' : byProxy) : membershipText(node.membership);
  const membership = isLocal ? byProxy : ofCluster;
  const about = [
    kindWords[node.kind],
    total > 0 ? `${String(ready)} of ${formatCount(total, 'instance')}` : '',
    isMutual && isLocal ? '' : membership,
    isMutual ? 'mutual TLS' : '',
  ];
  const rates = node.kind === 'traffic-source' ? node.outbound : node.inbound;
  return html`
    <header class="side-header">
      <h2>${nodeName(node)}</h2>
      ${declaredLink(node, actions)}
      <p class="quiet">${about.filter((part) => part !== '').join(' · ')}</p>
    </header>
    ${healthBox(node.health)}
    ${actions.measured || rates.requests > 0 || (rates.bytes ?? 0) > 0 ? trafficCharts(rates, history.series) : unmeasured()}
    ${nodeActions(node, graph, status, actions)} ${connectionList('Inbound', inbound, actions)}
    ${connectionList('Outbound', outbound, actions)}
    ${shapedBy(node.shapedBy, actions.act, isLocal ? undefined : node.cluster)}
    ${total === 0 ? nothing : instanceList(node)}
    ${
      node.kind === 'namespace' || !isLocal
        ? nothing
        : recentTraces(history.traces, actions.openTrace, () => actions.openTraces(node.service ?? node.app))
    }
    ${
      node.principal === undefined
        ? nothing
        : html`<section>
            <h3>Identity</h3>
            <p class="mono">${node.principal}</p>
          </section>`
    }
  `;
}

/** In place of charts that would say 0 where nobody has looked. */
const unmeasured = (): TemplateResult =>
  html`<p class="quiet" data-unmeasured>Requests, errors and latency are not measured: there are no metrics.</p>`;

/** The file that declares it, or else the object in its cluster. */
function declaredLink(
  { declaredAt, cluster }: VisibleNode,
  { act, local }: DetailActions,
): TemplateResult | typeof nothing {
  if (declaredAt === undefined) return nothing;
  return local ? sourceLink(declaredAt, act, 'Open YAML') : objectLink(declaredAt, act, cluster, 'Open YAML');
}

function nodeActions(
  node: VisibleNode,
  graph: VisibleGraph,
  status: LocalMeshStatus | undefined,
  { act, local, openNamespace, opened, closeNamespace }: DetailActions,
): TemplateResult {
  if (node.kind === 'namespace') {
    return html`<div class="actions">
      <vscode-button @click=${() => openNamespace(node.namespace)}>Open namespace</vscode-button>
    </div>`;
  }
  const host = local ? hostOf(node, graph, status) : undefined;
  const workload = localWorkload(node, status);
  const canRun = workload?.kind === 'process';
  const isStopped = workload?.instances.every((instance) => instance.state === 'stopped') === true;
  const run = (action: 'start-service' | 'stop-service' | 'restart-service'): void => {
    if (workload !== undefined) act({ action, namespace: workload.namespace, name: workload.name });
  };
  return html`<div class="actions">
    ${
      opened.includes(node.namespace)
        ? html`<vscode-button secondary @click=${() => closeNamespace(node.namespace)}>Close namespace</vscode-button>`
        : nothing
    }
    ${
      host === undefined
        ? nothing
        : html`<vscode-button icon="play" @click=${() => act({ action: 'send-request', host })}
              >Send request</vscode-button
            >
            <vscode-button secondary @click=${() => act({ action: 'show-route', host })}>Show route</vscode-button>`
    }
    ${
      !canRun
        ? nothing
        : isStopped
          ? html`<vscode-button secondary @click=${() => run('start-service')}>Start</vscode-button>`
          : html`<vscode-button secondary @click=${() => run('restart-service')}>Restart</vscode-button>
              <vscode-button secondary @click=${() => run('stop-service')}>Stop</vscode-button>`
    }
  </div>`;
}

function connectionList(
  title: string,
  connections: readonly Connection[],
  { select, measured }: DetailActions,
): TemplateResult | typeof nothing {
  if (connections.length === 0) return nothing;
  return html`<section>
    <h3>${title}</h3>
    <ul class="rows">
      ${connections.slice(0, 12).map(({ edge, name, part }) => {
        const { requests, bytes = 0, p50, errorShare } = edge.traffic;
        const numbers = [
          ...(edge.share === undefined ? [] : [formatPercent(edge.share)]),
          requests > 0 ? formatRate(requests) : bytes > 0 ? formatByteRate(bytes) : measured ? 'idle' : 'declared',
          ...(edge.share === undefined && p50 !== undefined ? [formatRoundDuration(p50)] : []),
        ];
        const errors = `${formatPercent(errorShare)} errors`;
        return html`<li>
          <button class="row row-button" title="Show this call" @click=${() => select(edge.id)}>
            <span class="row-name">${name}</span>
            ${
              errorShare > 0
                ? html`<span class="is-${edge.health.health}" role="img" aria-label=${errors} title=${errors}
                    >${codicon('warning')}</span
                  >`
                : nothing
            }
            <svg class="meter" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
              <rect class="meter-track" width="100" height="6" rx="3"></rect>
              <rect
                class="meter-fill is-${edge.health.health}"
                width=${Math.round(part * 100)}
                height="6"
                rx="3"
              ></rect>
            </svg>
            <span class="row-number">${numbers.join(' · ')}</span>
          </button>
        </li>`;
      })}
    </ul>
    ${connections.length > 12 ? html`<p class="quiet">and ${connections.length - 12} more, see the list</p>` : nothing}
  </section>`;
}

function instanceList(node: VisibleNode): TemplateResult {
  return html`<section>
    <h3>Instances</h3>
    <ul class="rows">
      ${node.instances.map(
        (instance) =>
          html`<li class="row" data-instance=${instance.name} data-state=${instance.state}>
              ${instanceIcon(instance.state)}
              <span class="row-name" title=${instance.address}>${instance.name}</span>
              <span class="quiet" title=${formatInstant(instance.since)}
                >${instance.state === 'ready' ? instance.address : `${instance.state} since ${formatClock(instance.since, true)}`}</span
              >
            </li>
            ${
              instance.reason === undefined || instance.reason === ''
                ? nothing
                : html`<li class="row-note quiet">${codicon('indent')} ${instance.reason}</li>`
            }`,
      )}
    </ul>
  </section>`;
}
