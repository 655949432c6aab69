/** Labels of one sample as our own records have them, by the rules of Istio's metrics that every reader must know. */
import type { RequestLabels } from '../../dataplane/report.ts';
import type { InstantSample } from './prometheus-api.ts';

type Labels = InstantSample['labels'];

/** Who reported: the proxy of the caller, of the called, a waypoint between them, or the node's ztunnel. */
type Reporter = 'source' | 'destination' | 'waypoint';

export interface ReadSample {
  readonly labels: RequestLabels;
  readonly reporter: Reporter;
  readonly isZtunnel: boolean;
  readonly value: number;
}

/** Without these nobody can tell who called whom. */
const identifying = [
  'source_workload_namespace',
  'source_workload',
  'destination_workload_namespace',
  'destination_workload',
  'destination_service_namespace',
  'destination_service',
  'destination_service_name',
] as const;

export type SampleProblem = 'labels-missing' | 'not-drawable';

const unknown = 'unknown';
const isKnown = (value: string | undefined): boolean => value !== undefined && value !== '' && value !== unknown;

/** Host under which Istio reports calls to its egress gateway, instead of the gateway's workload. */
const egressGateway = /^istio-egressgateway\.([^.]+)\.svc\./;

/** `clusterOf`: the name this product has for a cluster that Istio names; of `unknown` that of the cluster itself. */
export function readSample(
  { labels, value }: InstantSample,
  clusterOf: (id: string) => string,
): ReadSample | SampleProblem {
  const reporter = labels['reporter'];
  if (reporter !== 'source' && reporter !== 'destination' && reporter !== 'waypoint') return 'labels-missing';
  if (identifying.some((name) => labels[name] === undefined)) return 'labels-missing';
  const text = (name: string, fallback = unknown): string => labels[name] ?? fallback;

  // A source with a place but no name, or of a cluster that is known not to be known, leads nowhere.
  if (isKnown(labels['source_workload_namespace'])) {
    if (!isKnown(labels['source_workload']) && !isKnown(labels['source_canonical_service'])) return 'not-drawable';
    if (labels['source_cluster'] === unknown) return 'not-drawable';
  }
  const sourceCluster = isKnown(labels['source_cluster']) ? clusterOf(text('source_cluster')) : unknown;
  const destination = destinationOf(labels, clusterOf, sourceCluster);
  if (destination === undefined) return 'not-drawable';
  const policy = labels['connection_security_policy'];
  return {
    reporter,
    isZtunnel: labels['app'] === 'ztunnel',
    value,
    labels: {
      reporter: reporter === 'source' ? 'source' : 'destination',
      source_workload: text('source_workload'),
      source_workload_namespace: text('source_workload_namespace'),
      source_principal: text('source_principal'),
      source_app: unknown,
      source_version: unknown,
      source_cluster: sourceCluster,
      source_canonical_service: text('source_canonical_service'),
      source_canonical_revision: text('source_canonical_revision', 'latest'),
      ...destination,
      destination_principal: text('destination_principal'),
      destination_app: unknown,
      destination_version: unknown,
      destination_service: text('destination_service'),
      destination_service_name: text('destination_service_name'),
      destination_service_namespace: text('destination_service_namespace'),
      request_protocol: text('request_protocol', 'tcp'),
      response_code: text('response_code'),
      grpc_response_status: text('grpc_response_status', ''),
      response_flags: text('response_flags', '-'),
      connection_security_policy: policy === 'mutual_tls' || policy === 'none' ? policy : unknown,
    },
  };
}

type DestinationLabels = Pick<
  RequestLabels,
  | 'destination_workload'
  | 'destination_workload_namespace'
  | 'destination_cluster'
  | 'destination_canonical_service'
  | 'destination_canonical_revision'
>;

function destinationOf(
  labels: Labels,
  clusterOf: (id: string) => string,
  sourceCluster: string,
): DestinationLabels | undefined {
  const host = labels['destination_service'] ?? '';
  const egress = host === labels['destination_service_name'] ? egressGateway.exec(host) : null;
  if (egress) {
    return {
      destination_workload: 'istio-egressgateway',
      destination_workload_namespace: egress[1] ?? unknown,
      destination_cluster: sourceCluster,
      destination_canonical_service: 'istio-egressgateway',
      destination_canonical_revision: 'latest',
    };
  }
  let cluster = isKnown(labels['destination_cluster']) ? clusterOf(labels['destination_cluster'] ?? '') : unknown;
  if (cluster === unknown && isKnown(labels['destination_service_namespace'])) {
    // A source that does not know the other end's cluster reached it in its own: https://github.com/istio/istio/issues/29373.
    if (sourceCluster !== unknown) cluster = sourceCluster;
    else if (labels['destination_cluster'] === unknown) return undefined;
  }
  if (cluster === unknown && sourceCluster === unknown) cluster = clusterOf(unknown);
  return {
    destination_workload: labels['destination_workload'] ?? unknown,
    destination_workload_namespace: labels['destination_workload_namespace'] ?? unknown,
    destination_cluster: cluster,
    destination_canonical_service: labels['destination_canonical_service'] ?? unknown,
    destination_canonical_revision: labels['destination_canonical_revision'] ?? 'latest',
  };
}
