/** PromQL for Istio's standard metrics: https://istio.io/latest/docs/reference/config/metrics/. */
import type { SliceEnd, SliceScope } from '../traffic.ts';

/** Who called whom through which service: the labels by which Kiali groups too. */
export const hopLabels = [
  'source_cluster',
  'source_workload_namespace',
  'source_workload',
  'source_canonical_service',
  'source_canonical_revision',
  'destination_cluster',
  'destination_service_namespace',
  'destination_service',
  'destination_service_name',
  'destination_workload_namespace',
  'destination_workload',
  'destination_canonical_service',
  'destination_canonical_revision',
] as const;

const security = ['connection_security_policy', 'source_principal', 'destination_principal'] as const;
const requestLabels = [
  'reporter',
  ...hopLabels,
  'request_protocol',
  'response_code',
  'grpc_response_status',
  'response_flags',
  ...security,
] as const;
/** `app` tells ztunnel's reports from those of other proxies. */
const tcpLabels = ['reporter', 'app', ...hopLabels, 'response_flags', ...security] as const;
const durationLabels = ['le', ...hopLabels, 'request_protocol'] as const;

/** The most queries one refresh asks, whatever the number of namespaces. */
const trafficMetrics = {
  requests: 'istio_requests_total',
  durations: 'istio_request_duration_milliseconds_bucket',
  // Named from the server's side: https://github.com/istio/istio/issues/32399.
  sent: 'istio_tcp_sent_bytes_total',
  received: 'istio_tcp_received_bytes_total',
  opened: 'istio_tcp_connections_opened_total',
  closed: 'istio_tcp_connections_closed_total',
} as const;

export type TrafficQueryName = keyof typeof trafficMetrics;

/** Matchers of which one must hold, each the inside of braces; one empty matcher: everything. */
export type Selection = readonly string[];

/** Everything that leaves or reaches these namespaces; none: all. */
export function namespaceSelection(namespaces: readonly string[]): Selection {
  if (namespaces.length === 0) return [''];
  const names = [...new Set(namespaces)].sort().map(escapeRegex).join('|');
  return [
    `source_workload_namespace=~${quoted(names)}`,
    // Requests that reached no workload have the namespace of the service only.
    `destination_workload_namespace=~${quoted(names)}`,
    `destination_service_namespace=~${quoted(names)}`,
  ];
}

/** What one node or edge of the graph is about. */
export function scopeSelection({ source, target }: SliceScope): Selection {
  const from = source ? endMatchers('source', source) : [];
  const to = target ? endMatchers('destination', target) : [];
  if (from.length === 0) return to.length === 0 ? [''] : to;
  if (to.length === 0) return from;
  return from.flatMap((left) => to.map((right) => `${left},${right}`));
}

function endMatchers(side: 'source' | 'destination', end: SliceEnd): string[] {
  // Hosts outside the mesh have no namespace, callers without a proxy have nothing at all.
  if (end.namespace === '' && end.workload === undefined) {
    return [
      end.service === undefined ? `${side}_workload="unknown"` : `destination_service_name=${quoted(end.service)}`,
    ];
  }
  const namespace = `${side}_workload_namespace=${quoted(end.namespace)}`;
  if (end.workload !== undefined) {
    const workload = `${namespace},${side}_workload=${quoted(end.workload)}`;
    if (side === 'source' || end.service === undefined) return [workload];
    // Requests that reached no workload are drawn to the service's only one.
    return [workload, unreached(end.namespace, end.service)];
  }
  if (end.app !== undefined) return [`${namespace},${side}_canonical_service=${quoted(end.app)}`];
  if (end.service !== undefined) {
    return side === 'destination'
      ? [`destination_service_namespace=${quoted(end.namespace)},destination_service_name=${quoted(end.service)}`]
      : [`${namespace},source_canonical_service=${quoted(end.service)}`];
  }
  return [namespace];
}

function unreached(namespace: string, service: string): string {
  return [
    'destination_workload="unknown"',
    `destination_service_namespace=${quoted(namespace)}`,
    `destination_service_name=${quoted(service)}`,
  ].join(',');
}

/**
 * The rates of one metric over `range` seconds, by the labels a hop is made of. Zeroes are left out unless they are asked
 * for: in a chart a zero is "nothing flowed" and nothing is "not measured".
 */
export function rateQuery(name: TrafficQueryName, selection: Selection, range: number, zeroes = false): string {
  const limit = zeroes ? '' : ' > 0';
  const metric = trafficMetrics[name];
  const seconds = `[${Math.max(1, Math.round(range))}s]`;
  const sums = (labels: readonly string[], more = ''): string =>
    selection
      .map((matcher) => {
        const inside = [matcher, more].filter((part) => part !== '').join(',');
        return `sum by (${labels.join(',')}) (rate(${metric}{${inside}}${seconds}))`;
      })
      // Both sides group by the labels they select by: what both hold is the same, and is there once.
      .join(' or ');
  if (name === 'durations') {
    // The destination's histogram counts where there is one; both would double the answer for nothing.
    return `(${sums(durationLabels, 'reporter!="source"')} or ${sums(durationLabels, 'reporter="source"')})${limit}`;
  }
  return `(${sums(name === 'requests' ? requestLabels : tcpLabels)})${limit}`;
}

/**
 * Asked instead of the durations where no request was found: how many samples the busiest series has in the window, and in
 * the last hour. Tells "no such metric" from "scraped too rarely for this window" from "nothing flowed".
 */
export function sampleCountQuery(range: number): string {
  const count = (seconds: number, of: string): string =>
    `label_replace(max(count_over_time(${trafficMetrics.requests}[${Math.round(seconds)}s])), "of", "${of}", "", "")`;
  return `${count(range, 'window')} or ${count(3600, 'hour')}`;
}

/** A label's value within double quotes of PromQL, whose escapes are those of Go. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

/** RE2 as Prometheus takes it; matchers are anchored at both ends. */
function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
