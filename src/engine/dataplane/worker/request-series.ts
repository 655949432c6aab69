/** Counts requests and connections per label set between two reports. */
import type { ProxyIdentity } from '../data-plane.ts';
import { byteBuckets, durationBuckets, type RequestDelta, type RequestLabels, type TcpDelta } from '../report.ts';
import type { PeerLabels } from './peer-metadata.ts';

/** The service a request was for; `unknown` where no route knows it. */
export interface ServiceLabels {
  readonly host: string;
  readonly name: string;
  readonly namespace: string;
}

export const unknownService: ServiceLabels = { host: 'unknown', name: 'unknown', namespace: 'unknown' };

/** What all labels of one hop, HTTP or TCP, are made of. */
export interface HopLabels {
  readonly reporter: 'source' | 'destination';
  readonly peer: PeerLabels;
  readonly service: ServiceLabels;
  /** The hop was mutually authenticated. */
  readonly secure: boolean;
  readonly flags: string;
}

export interface FinishedRequest extends HopLabels {
  readonly generation: number;
  readonly protocol: 'http' | 'grpc';
  readonly status: number;
  readonly grpcStatus: string;
  /** The instance that served, or that reports as server. */
  readonly instance: string;
  readonly durationMs: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
}

class Histogram {
  readonly counts: number[];
  sum = 0;
  readonly #bounds: readonly number[];

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  add(value: number): void {
    const bounds = this.#bounds;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] ?? 0)) bucket++;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += value;
  }
}

class Series {
  readonly labels: RequestLabels;
  readonly generation: number;
  count = 0;
  readonly duration = new Histogram(durationBuckets);
  readonly requestBytes = new Histogram(byteBuckets);
  readonly responseBytes = new Histogram(byteBuckets);
  readonly instances = new Map<string, number>();

  constructor(labels: RequestLabels, generation: number) {
    this.labels = labels;
    this.generation = generation;
  }
}

/** Labels of a hop, by Istio's rules; `self` is the reporting proxy. */
export function hopLabels(self: ProxyIdentity, hop: HopLabels): TcpDelta['labels'] {
  const own: PeerLabels = {
    instance: self.instance,
    workload: self.workload,
    namespace: self.namespace,
    app: self.app,
    version: self.version,
    cluster: self.cluster,
    principal: hop.secure ? self.principal : 'unknown',
  };
  const peer = hop.secure || hop.peer.principal === 'unknown' ? hop.peer : { ...hop.peer, principal: 'unknown' };
  const [source, destination] = hop.reporter === 'source' ? [own, peer] : [peer, own];
  return {
    reporter: hop.reporter,
    source_workload: source.workload,
    source_workload_namespace: source.namespace,
    source_principal: source.principal,
    source_app: source.app,
    source_version: source.version,
    source_cluster: source.cluster,
    source_canonical_service: source.app,
    source_canonical_revision: revision(source.version),
    destination_workload: destination.workload,
    destination_workload_namespace: destination.namespace,
    destination_principal: destination.principal,
    destination_app: destination.app,
    destination_version: destination.version,
    destination_service: hop.service.host,
    destination_service_name: hop.service.name,
    destination_service_namespace: hop.service.namespace,
    destination_cluster: destination.cluster,
    destination_canonical_service: destination.app,
    destination_canonical_revision: revision(destination.version),
    request_protocol: 'tcp',
    response_flags: hop.flags,
    // Istio knows the policy where the connection ends, and says `unknown` where it starts.
    connection_security_policy: hop.reporter === 'source' ? 'unknown' : hop.secure ? 'mutual_tls' : 'none',
  };
}

function revision(version: string): string {
  return version === '' || version === 'unknown' ? 'latest' : version;
}

/** Requests of one proxy since the last report. */
export class RequestCounters {
  readonly #self: ProxyIdentity;
  readonly #series = new Map<string, Series>();

  constructor(self: ProxyIdentity) {
    this.#self = self;
  }

  add(request: FinishedRequest): void {
    const { peer, service } = request;
    const key =
      `${request.generation} ${request.reporter} ${request.status} ${request.flags} ${request.protocol} ` +
      `${request.grpcStatus} ${request.secure} ${service.host} ${peer.workload} ${peer.namespace} ${peer.app} ` +
      `${peer.version} ${peer.principal} ${peer.cluster}`;
    let series = this.#series.get(key);
    if (series === undefined) {
      series = new Series(
        {
          ...hopLabels(this.#self, request),
          request_protocol: request.protocol,
          response_code: String(request.status),
          grpc_response_status: request.grpcStatus,
        },
        request.generation,
      );
      this.#series.set(key, series);
    }
    series.count++;
    series.duration.add(request.durationMs);
    series.requestBytes.add(request.requestBytes);
    series.responseBytes.add(request.responseBytes);
    series.instances.set(request.instance, (series.instances.get(request.instance) ?? 0) + 1);
  }

  /** Takes what was counted and starts again at zero. */
  take(): RequestDelta[] {
    const deltas = [...this.#series.values()].map((series) => ({
      labels: series.labels,
      count: series.count,
      duration: { counts: series.duration.counts, sum: series.duration.sum },
      requestBytes: { counts: series.requestBytes.counts, sum: series.requestBytes.sum },
      responseBytes: { counts: series.responseBytes.counts, sum: series.responseBytes.sum },
      instances: Object.fromEntries(series.instances),
      generation: series.generation,
    }));
    this.#series.clear();
    return deltas;
  }
}
