import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetricsStore } from '../../../src/engine/telemetry/metrics-store.ts';
import { exposition, formatFor } from '../../../src/engine/telemetry/prometheus-text.ts';
import { report, requestDelta, tcpDelta } from './sample-reports.ts';

function store(): MetricsStore {
  return new MetricsStore({ now: () => 1_000_000 });
}

/** Lines about one metric, labels cut out where they are not looked at. */
function linesOf(text: string, prefix: string): string[] {
  return text.split('\n').filter((line) => line.startsWith(prefix));
}

test('istio_requests_total: name, type, labels and value as Istio has them', () => {
  const metrics = store();
  metrics.ingest(report(1000, [requestDelta({}, [3, 7, 30])]));
  const text = exposition(metrics);
  assert.deepEqual(linesOf(text, '# TYPE istio_requests_total'), ['# TYPE istio_requests_total counter']);
  assert.deepEqual(linesOf(text, 'istio_requests_total{'), [
    'istio_requests_total{reporter="source",source_workload="productpage-v1",source_canonical_service="productpage",' +
      'source_canonical_revision="v1",source_workload_namespace="bookinfo",' +
      'source_principal="spiffe://cluster.local/ns/bookinfo/sa/bookinfo-productpage",source_app="productpage",' +
      'source_version="v1",source_cluster="local",destination_workload="reviews-v1",' +
      'destination_workload_namespace="bookinfo",' +
      'destination_principal="spiffe://cluster.local/ns/bookinfo/sa/bookinfo-reviews",destination_app="reviews",' +
      'destination_version="v1",destination_service="reviews.bookinfo.svc.cluster.local",' +
      'destination_canonical_service="reviews",destination_canonical_revision="v1",destination_service_name="reviews",' +
      'destination_service_namespace="bookinfo",destination_cluster="local",request_protocol="http",response_flags="-",' +
      'connection_security_policy="unknown",response_code="200",grpc_response_status=""} 3',
  ]);
});

test('histograms are cumulative over their bounds and end with +Inf, sum and count', () => {
  const metrics = store();
  metrics.ingest(report(1000, [requestDelta({}, [3, 7, 30, 9_000_000])]));
  const lines = linesOf(exposition(metrics), 'istio_request_duration_milliseconds_').map((line) =>
    line.replace(/\{.*?(le="[^"]*")?\}/, (_all, le?: string) => `{${le ?? ''}}`),
  );
  assert.deepEqual(lines, [
    'istio_request_duration_milliseconds_bucket{le="0.5"} 0',
    'istio_request_duration_milliseconds_bucket{le="1"} 0',
    'istio_request_duration_milliseconds_bucket{le="5"} 1',
    'istio_request_duration_milliseconds_bucket{le="10"} 2',
    'istio_request_duration_milliseconds_bucket{le="25"} 2',
    'istio_request_duration_milliseconds_bucket{le="50"} 3',
    'istio_request_duration_milliseconds_bucket{le="100"} 3',
    'istio_request_duration_milliseconds_bucket{le="250"} 3',
    'istio_request_duration_milliseconds_bucket{le="500"} 3',
    'istio_request_duration_milliseconds_bucket{le="1000"} 3',
    'istio_request_duration_milliseconds_bucket{le="2500"} 3',
    'istio_request_duration_milliseconds_bucket{le="5000"} 3',
    'istio_request_duration_milliseconds_bucket{le="10000"} 3',
    'istio_request_duration_milliseconds_bucket{le="30000"} 3',
    'istio_request_duration_milliseconds_bucket{le="60000"} 3',
    'istio_request_duration_milliseconds_bucket{le="300000"} 3',
    'istio_request_duration_milliseconds_bucket{le="600000"} 3',
    'istio_request_duration_milliseconds_bucket{le="1800000"} 3',
    'istio_request_duration_milliseconds_bucket{le="3600000"} 3',
    'istio_request_duration_milliseconds_bucket{le="+Inf"} 4',
    'istio_request_duration_milliseconds_sum{} 9000040',
    'istio_request_duration_milliseconds_count{} 4',
  ]);
});

test('backslashes, quotes and line feeds in label values are escaped', () => {
  const metrics = store();
  metrics.ingest(report(1000, [requestDelta({ destination_service: 'a\\b"c\nd' }, [1])]));
  assert.match(exposition(metrics), /destination_service="a\\\\b\\"c\\nd"/);
});

test('TCP counters are named from the side of the server', () => {
  const metrics = store();
  metrics.ingest(report(1000, [], [tcpDelta({}, { opened: 2, closed: 1, sentBytes: 300, receivedBytes: 40 })]));
  const values = linesOf(exposition(metrics), 'istio_tcp_').map((line) => line.replace(/\{.*\}/, ''));
  assert.deepEqual(values, [
    'istio_tcp_sent_bytes_total 300',
    'istio_tcp_received_bytes_total 40',
    'istio_tcp_connections_opened_total 2',
    'istio_tcp_connections_closed_total 1',
  ]);
});

test('counters go on over reports', () => {
  const metrics = store();
  metrics.ingest(report(999, [requestDelta({}, [1, 2])]));
  metrics.ingest(report(1000, [requestDelta({}, [3])]));
  assert.match(exposition(metrics), /^istio_requests_total\{.*\} 3$/m);
});

test('OpenMetrics names counter families without _total and ends with # EOF', () => {
  const metrics = store();
  metrics.ingest(report(1000, [requestDelta({}, [1])]));
  const text = exposition(metrics, { format: 'openmetrics', version: '1.2.3' });
  assert.match(text, /^# TYPE istio_requests counter$/m);
  assert.match(text, /^istio_requests_total\{/m);
  assert.match(text, /^istio_build\{component="proxy",tag="1\.2\.3"\} 1$/m);
  assert.ok(text.endsWith('\n# EOF\n'));
});

const accepts: [accept: string | undefined, format: string][] = [
  [undefined, 'text'],
  ['*/*', 'text'],
  ['text/plain;version=0.0.4;q=0.3,*/*;q=0.2', 'text'],
  // What Prometheus 2.50 sends.
  ['application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4', 'openmetrics'],
  ['application/openmetrics-text;q=0', 'text'],
];
for (const [accept, format] of accepts) {
  test(`Accept: ${accept ?? '(none)'} gets ${format}`, () => {
    assert.equal(formatFor(accept), format);
  });
}
