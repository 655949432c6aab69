import type { TcpLabels } from '../telemetry/request-labels.ts';

/** One end of a call as metrics tell it; empty where nothing is known. */
export interface Peer {
  readonly cluster: string;
  readonly namespace: string;
  readonly workload: string;
  readonly app: string;
  readonly version: string;
  readonly principal: string;
}

/** The service a call was addressed to. */
export interface ServiceName {
  readonly host: string;
  readonly name: string;
  readonly namespace: string;
}

/** A record's two ends and the service between them. */
export interface Call {
  readonly source: Peer;
  readonly target: Peer;
  readonly service: ServiceName;
  readonly protocol: 'http' | 'grpc' | 'tcp';
}

/** Istio writes `unknown` where it knows nothing. */
function known(value: string): string {
  return value === 'unknown' ? '' : value;
}

/** `latest` is what Istio writes for workloads without a version label. */
function knownVersion(value: string): string {
  return value === 'latest' ? '' : known(value);
}

const addressWithPort = /^\d{1,3}(\.\d{1,3}){3}(:\d{1,5})?$/;

/**
 * Who called whom. Undefined for records that name no end one could draw: a source with a namespace but neither workload
 * nor app, and a target that is only an address (a pod that is gone).
 */
export function callOf(labels: TcpLabels, cluster: string): Call | undefined {
  const sourceCluster = known(labels.source_cluster) || known(labels.destination_cluster) || cluster;
  const source: Peer = {
    cluster: sourceCluster,
    namespace: known(labels.source_workload_namespace),
    workload: known(labels.source_workload),
    app: known(labels.source_canonical_service) || known(labels.source_app),
    version: knownVersion(labels.source_canonical_revision) || knownVersion(labels.source_version),
    principal: known(labels.source_principal),
  };
  const target: Peer = {
    // A source that does not know the other end's cluster reached it in its own.
    cluster: known(labels.destination_cluster) || sourceCluster,
    namespace: known(labels.destination_workload_namespace),
    workload: known(labels.destination_workload),
    app: known(labels.destination_canonical_service) || known(labels.destination_app),
    version: knownVersion(labels.destination_canonical_revision) || knownVersion(labels.destination_version),
    principal: known(labels.destination_principal),
  };
  const service: ServiceName = {
    host: known(labels.destination_service),
    name: known(labels.destination_service_name),
    namespace: known(labels.destination_service_namespace),
  };
  if (source.namespace !== '' && source.workload === '' && source.app === '') return undefined;
  if (target.workload === '' && service.host === service.name && addressWithPort.test(service.host)) return undefined;
  const protocol = labels.request_protocol;
  return { source, target, service, protocol: protocol === 'grpc' || protocol === 'tcp' ? protocol : 'http' };
}
