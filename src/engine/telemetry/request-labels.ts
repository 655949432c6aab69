import type { RequestLabels, TcpDelta } from '../dataplane/report.ts';

/** Labels of Istio's TCP metrics: those of requests without the two that only HTTP has. */
export type TcpLabels = TcpDelta['labels'];

/** Labels of `istio_tcp_*`, in the order Istio writes them. */
export const tcpLabelNames = [
  'reporter',
  'source_workload',
  'source_canonical_service',
  'source_canonical_revision',
  'source_workload_namespace',
  'source_principal',
  'source_app',
  'source_version',
  'source_cluster',
  'destination_workload',
  'destination_workload_namespace',
  'destination_principal',
  'destination_app',
  'destination_version',
  'destination_service',
  'destination_canonical_service',
  'destination_canonical_revision',
  'destination_service_name',
  'destination_service_namespace',
  'destination_cluster',
  'request_protocol',
  'response_flags',
  'connection_security_policy',
] as const satisfies readonly (keyof TcpLabels)[];

/** Labels of `istio_requests_total` and its histograms. */
export const requestLabelNames = [
  ...tcpLabelNames,
  'response_code',
  'grpc_response_status',
] as const satisfies readonly (keyof RequestLabels)[];

/** One string for one label set. NUL separates: it occurs in no name, header or SPIFFE id. */
export function requestKey(labels: RequestLabels): string {
  let key = '';
  for (const name of requestLabelNames) key += `${labels[name]}\u0000`;
  return key;
}

export function tcpKey(labels: TcpLabels): string {
  let key = '';
  for (const name of tcpLabelNames) key += `${labels[name]}\u0000`;
  return key;
}

/** Where label sets beyond the cap are counted together. */
export const overflow = 'overflow';

/** The label set of the overflow series of a reporter. */
export function overflowLabels(labels: TcpLabels): RequestLabels {
  return {
    reporter: labels.reporter,
    source_workload: overflow,
    source_workload_namespace: overflow,
    source_principal: overflow,
    source_app: overflow,
    source_version: overflow,
    source_cluster: overflow,
    source_canonical_service: overflow,
    source_canonical_revision: overflow,
    destination_workload: overflow,
    destination_workload_namespace: overflow,
    destination_principal: overflow,
    destination_app: overflow,
    destination_version: overflow,
    destination_service: overflow,
    destination_service_name: overflow,
    destination_service_namespace: overflow,
    destination_cluster: overflow,
    destination_canonical_service: overflow,
    destination_canonical_revision: overflow,
    request_protocol: labels.request_protocol,
    response_code: overflow,
    grpc_response_status: overflow,
    response_flags: overflow,
    connection_security_policy: 'unknown',
  };
}
