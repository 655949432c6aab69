import assert from 'node:assert/strict';
import type {
  DataPlaneReport,
  HistogramDelta,
  RequestDelta,
  RequestLabels,
  TcpDelta,
} from '../../../src/engine/dataplane/report.ts';
import { byteBuckets, durationBuckets } from '../../../src/engine/dataplane/report.ts';

/** Labels of productpage calling reviews v1, as its own proxy reports them. */
export const productpageToReviews: RequestLabels = {
  reporter: 'source',
  source_workload: 'productpage-v1',
  source_workload_namespace: 'bookinfo',
  source_principal: 'spiffe://cluster.local/ns/bookinfo/sa/bookinfo-productpage',
  source_app: 'productpage',
  source_version: 'v1',
  source_cluster: 'local',
  source_canonical_service: 'productpage',
  source_canonical_revision: 'v1',
  destination_workload: 'reviews-v1',
  destination_workload_namespace: 'bookinfo',
  destination_principal: 'spiffe://cluster.local/ns/bookinfo/sa/bookinfo-reviews',
  destination_app: 'reviews',
  destination_version: 'v1',
  destination_service: 'reviews.bookinfo.svc.cluster.local',
  destination_service_name: 'reviews',
  destination_service_namespace: 'bookinfo',
  destination_cluster: 'local',
  destination_canonical_service: 'reviews',
  destination_canonical_revision: 'v1',
  request_protocol: 'http',
  response_code: '200',
  grpc_response_status: '',
  response_flags: '-',
  connection_security_policy: 'unknown',
};

export function labels(changes: Partial<RequestLabels> = {}): RequestLabels {
  return { ...productpageToReviews, ...changes };
}

/** A histogram delta from values, sorted into buckets here. */
export function histogramOf(values: readonly number[], bounds: readonly number[] = durationBuckets): HistogramDelta {
  const counts = new Array<number>(bounds.length + 1).fill(0);
  for (const value of values) {
    const index = bounds.findIndex((bound) => value <= bound);
    const bucket = index < 0 ? bounds.length : index;
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return { counts, sum: values.reduce((sum, value) => sum + value, 0) };
}

export function requestDelta(
  changes: Partial<RequestLabels>,
  durations: readonly number[],
  generation = 1,
): RequestDelta {
  const bytes = histogramOf(
    durations.map(() => 100),
    byteBuckets,
  );
  return {
    labels: labels(changes),
    count: durations.length,
    duration: histogramOf(durations),
    requestBytes: bytes,
    responseBytes: bytes,
    instances: { 'bookinfo/reviews-v1-0': durations.length },
    generation,
  };
}

export function tcpDelta(changes: Partial<TcpDelta['labels']>, amounts: Omit<TcpDelta, 'labels'>): TcpDelta {
  const { response_code, grpc_response_status, ...rest } = labels({ request_protocol: 'tcp' });
  assert.ok(response_code !== undefined && grpc_response_status !== undefined);
  return { labels: { ...rest, ...changes }, ...amounts };
}

export function report(
  seconds: number,
  requests: readonly RequestDelta[],
  tcp: readonly TcpDelta[] = [],
): DataPlaneReport {
  return { time: seconds * 1000, requests, tcp, spans: [], access: [], endpoints: [] };
}
