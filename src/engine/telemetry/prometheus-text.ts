import { byteBuckets, durationBuckets } from '../dataplane/report.ts';
import type { MetricsStore } from './metrics-store.ts';
import type { CumulativeHistogram, RequestSeries, TcpSeries } from './metric-series.ts';
import { requestLabelNames, tcpLabelNames } from './request-labels.ts';

export type ExpositionFormat = 'text' | 'openmetrics';

export const contentTypes: Readonly<Record<ExpositionFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

export interface ExpositionOptions {
  /** Default `text`, Prometheus' text format 0.0.4. */
  readonly format?: ExpositionFormat;
  /** Becomes the tag of `istio_build`. */
  readonly version?: string;
}

/** OpenMetrics only where the scraper asks for it by name and not with `q=0`, as older ones ask for the text format. */
export function formatFor(accept: string | undefined): ExpositionFormat {
  for (const range of (accept ?? '').toLowerCase().split(',').slice(0, 50)) {
    const [type, ...parameters] = range.split(';').map((part) => part.trim());
    if (type === 'application/openmetrics-text' && !parameters.some((part) => /^q=0(\.0*)?$/.test(part))) {
      return 'openmetrics';
    }
  }
  return 'text';
}

/** Everything the store counted since it began, with the names, types and labels of Istio's standard metrics. */
export function exposition(store: MetricsStore, options: ExpositionOptions = {}): string {
  const openMetrics = options.format === 'openmetrics';
  const lines: string[] = [];
  /** OpenMetrics names the family of a counter without `_total`. */
  const family = (name: string, type: 'counter' | 'gauge' | 'histogram', help: string): void => {
    const shown = openMetrics && type === 'counter' ? name.replace(/_total$/, '') : name;
    lines.push(`# HELP ${shown} ${help}`, `# TYPE ${shown} ${type}`);
  };

  const requests = [...store.requestSeries()].map((series) => ({
    series,
    labels: labelText(requestLabelNames, series.labels),
  }));
  const counter = (name: string, help: string, read: (series: RequestSeries) => number): void => {
    family(name, 'counter', help);
    for (const { series, labels } of requests) lines.push(`${name}{${labels}} ${number(read(series))}`);
  };
  const histogram = (
    name: string,
    help: string,
    bounds: readonly number[],
    read: (series: RequestSeries) => CumulativeHistogram,
  ): void => {
    family(name, 'histogram', help);
    for (const { series, labels } of requests) {
      const { counts, sum } = read(series);
      let below = 0;
      bounds.forEach((bound, index) => {
        below += counts[index] ?? 0;
        lines.push(`${name}_bucket{${labels},le="${bound}"} ${number(below)}`);
      });
      below += counts[bounds.length] ?? 0;
      lines.push(`${name}_bucket{${labels},le="+Inf"} ${number(below)}`);
      lines.push(`${name}_sum{${labels}} ${number(sum)}`, `${name}_count{${labels}} ${number(below)}`);
    }
  };
  counter('istio_requests_total', 'Requests handled by a proxy.', (series) => series.count);
  histogram(
    'istio_request_duration_milliseconds',
    'Duration of requests in milliseconds.',
    durationBuckets,
    (series) => series.duration,
  );
  histogram('istio_request_bytes', 'Size of request bodies.', byteBuckets, (series) => series.requestBytes);
  histogram('istio_response_bytes', 'Size of response bodies.', byteBuckets, (series) => series.responseBytes);

  const connections = [...store.tcpSeries()].map((series) => ({
    series,
    labels: labelText(tcpLabelNames, series.labels),
  }));
  const tcpCounter = (name: string, help: string, read: (series: TcpSeries) => number): void => {
    family(name, 'counter', help);
    for (const { series, labels } of connections) lines.push(`${name}{${labels}} ${number(read(series))}`);
  };
  tcpCounter('istio_tcp_sent_bytes_total', 'Bytes sent in responses over TCP.', (series) => series.sentBytes);
  tcpCounter(
    'istio_tcp_received_bytes_total',
    'Bytes received in requests over TCP.',
    (series) => series.receivedBytes,
  );
  tcpCounter('istio_tcp_connections_opened_total', 'TCP connections opened.', (series) => series.opened);
  tcpCounter('istio_tcp_connections_closed_total', 'TCP connections closed.', (series) => series.closed);

  family('istio_build', 'gauge', 'Build of the component that exports these metrics.');
  lines.push(`istio_build{component="proxy",tag="${escapeLabel(options.version ?? 'unknown')}"} 1`);
  if (openMetrics) lines.push('# EOF');
  return `${lines.join('\n')}\n`;
}

function labelText<N extends string>(names: readonly N[], labels: Readonly<Record<N, string>>): string {
  return names.map((name) => `${name}="${escapeLabel(labels[name])}"`).join(',');
}

/** Backslash, quote and line feed are all that the format escapes. */
function escapeLabel(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}

/** Integers in full, as the text format has no need of exponents for them. */
function number(value: number): string {
  return Number.isSafeInteger(value) ? value.toFixed(0) : String(value);
}
