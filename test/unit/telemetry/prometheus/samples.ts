import type { InstantSample } from '../../../../src/engine/telemetry/prometheus/prometheus-api.ts';

/** Labels of a request from productpage to reviews v1, as the destination's sidecar reports it. */
export const requestLabels: Readonly<Record<string, string>> = {
  reporter: 'destination',
  source_cluster: 'Kubernetes',
  source_workload_namespace: 'bookinfo',
  source_workload: 'productpage-v1',
  source_canonical_service: 'productpage',
  source_canonical_revision: 'v1',
  source_principal: 'spiffe://cluster.local/ns/bookinfo/sa/bookinfo-productpage',
  destination_cluster: 'Kubernetes',
  destination_service_namespace: 'bookinfo',
  destination_service: 'reviews.bookinfo.svc.cluster.local',
  destination_service_name: 'reviews',
  destination_workload_namespace: 'bookinfo',
  destination_workload: 'reviews-v1',
  destination_canonical_service: 'reviews',
  destination_canonical_revision: 'v1',
  destination_principal: 'spiffe://cluster.local/ns/bookinfo/sa/bookinfo-reviews',
  request_protocol: 'http',
  response_code: '200',
  grpc_response_status: '',
  response_flags: '-',
  connection_security_policy: 'mutual_tls',
};

/** A label that is `undefined` is left away. */
export function sample(value: number, changes: Readonly<Record<string, string | undefined>> = {}): InstantSample {
  const entries = Object.entries({ ...requestLabels, ...changes }).flatMap(([name, text]) =>
    text === undefined ? [] : [[name, text] as const],
  );
  return { labels: Object.fromEntries(entries), value };
}

/** What the source's sidecar reports of the same. */
export const fromSource = { reporter: 'source', connection_security_policy: 'unknown' } as const;

export const tcp = { request_protocol: 'tcp', response_code: undefined, grpc_response_status: undefined } as const;
