import type { TcpLabels } from '../telemetry/request-labels.ts';

/** One end of a call as metrics tell it; empty where nothing is known. */
export interface Peer {
  /** One string for one workload; principals do not tell workloads apart, as only one end may know them. */
  readonly key: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly workload: string;
  readonly app: string;
  readonly version: string;
  readonly principal: string;
}

/** A peer with its key. */
export function createPeer(names: Omit<Peer, 'key'>): Peer {
  const { cluster, namespace, workload, app, version } = names;
  return { ...names, key: `${cluster}\u0000${namespace}\u0000${workload}\u0000${app}\u0000${version}` };
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
function knownName(value: string): string {
  return value === 'unknown' ? '' : value;
}

/** `latest` is what Istio writes for workloads without a version label. */
function knownVersion(value: string): string {
  return value === 'latest' ? '' : knownName(value);
}

const addressWithPort = /^\d{1,3}(\.\d{1,3}){3}(:\d{1,5})?$/;

/** A call with a key that is the same for all records of one hop. */
export interface ParsedCall {
  readonly call: Call;
  readonly key: string;
}

/** Sources give the same label objects again each second: what they say is read once. */
const parsedLabels = new WeakMap<TcpLabels, { readonly cluster: string; readonly parsed: ParsedCall | undefined }>();

/** `callOf`, remembered by the label object. */
export function parseCall(labels: TcpLabels, cluster: string): ParsedCall | undefined {
  const known = parsedLabels.get(labels);
  if (known?.cluster === cluster) return known.parsed;
  const call = callOf(labels, cluster);
  const parsed = call && { call, key: callKey(call) };
  parsedLabels.set(labels, { cluster, parsed });
  return parsed;
}

/** One string for one hop. */
export function callKey({ source, target, service, protocol }: Call): string {
  return `${source.key}\u0000${target.key}\u0000${service.host}\u0000${service.name}\u0000${protocol}`;
}

/**
 * Who called whom. Undefined for records that name no end one could draw: a source with a namespace but neither workload
 * nor app, and a target that is only an address (a pod that is gone).
 */
function callOf(labels: TcpLabels, cluster: string): Call | undefined {
  const sourceCluster = knownName(labels.source_cluster) || knownName(labels.destination_cluster) || cluster;
  const source = createPeer({
    cluster: sourceCluster,
    namespace: knownName(labels.source_workload_namespace),
    workload: knownName(labels.source_workload),
    app: knownName(labels.source_canonical_service) || knownName(labels.source_app),
    version: knownVersion(labels.source_canonical_revision) || knownVersion(labels.source_version),
    principal: knownName(labels.source_principal),
  });
  const target = createPeer({
    // A source that does not know the other end's cluster reached it in its own.
    cluster: knownName(labels.destination_cluster) || sourceCluster,
    namespace: knownName(labels.destination_workload_namespace),
    workload: knownName(labels.destination_workload),
    app: knownName(labels.destination_canonical_service) || knownName(labels.destination_app),
    version: knownVersion(labels.destination_canonical_revision) || knownVersion(labels.destination_version),
    principal: knownName(labels.destination_principal),
  });
  const service: ServiceName = {
    host: knownName(labels.destination_service),
    name: knownName(labels.destination_service_name),
    namespace: knownName(labels.destination_service_namespace),
  };
  if (source.namespace !== '' && source.workload === '' && source.app === '') return undefined;
  if (target.workload === '' && service.host === service.name && addressWithPort.test(service.host)) return undefined;
  const protocol = labels.request_protocol;
  return { source, target, service, protocol: protocol === 'grpc' || protocol === 'tcp' ? protocol : 'http' };
}
