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

  merge(other: Histogram): void {
    other.counts.forEach((count, bucket) => (this.counts[bucket] = (this.counts[bucket] ?? 0) + count));
    this.sum += other.sum;
  }
}

/** Requests with the same labels, as far as one peer object goes. */
class Series {
  readonly first: FinishedRequest;
  count = 0;
  readonly duration = new Histogram(durationBuckets);
  readonly requestBytes = new Histogram(byteBuckets);
  readonly responseBytes = new Histogram(byteBuckets);
  readonly instances = new Map<string, number>();

  constructor(first: FinishedRequest) {
    this.first = first;
  }

  /** Compares what differs most often first. The peer is the same object. */
  takes(request: FinishedRequest): boolean {
    const { first } = this;
    return (
      first.status === request.status &&
      first.service.host === request.service.host &&
      first.flags === request.flags &&
      first.generation === request.generation &&
      first.secure === request.secure &&
      first.protocol === request.protocol &&
      first.grpcStatus === request.grpcStatus &&
      first.reporter === request.reporter
    );
  }

  add(request: FinishedRequest): void {
    this.count++;
    this.duration.add(request.durationMs);
    this.requestBytes.add(request.requestBytes);
    this.responseBytes.add(request.responseBytes);
    this.instances.set(request.instance, (this.instances.get(request.instance) ?? 0) + 1);
  }

  merge(other: Series): void {
    this.count += other.count;
    this.duration.merge(other.duration);
    this.requestBytes.merge(other.requestBytes);
    this.responseBytes.merge(other.responseBytes);
    for (const [instance, count] of other.instances) {
      this.instances.set(instance, (this.instances.get(instance) ?? 0) + count);
    }
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
  // By the object that describes the peer, which lives as long as its endpoint: no key has to be made for a request.
  readonly #series = new Map<PeerLabels, Series[]>();

  constructor(self: ProxyIdentity) {
    this.#self = self;
  }

  add(request: FinishedRequest): void {
    let ofPeer = this.#series.get(request.peer);
    if (ofPeer === undefined) {
      ofPeer = [];
      this.#series.set(request.peer, ofPeer);
    }
    let series = ofPeer.find((one) => one.takes(request));
    if (series === undefined) {
      series = new Series(request);
      ofPeer.push(series);
    }
    series.add(request);
  }

  /** Takes what was counted and starts again at zero. */
  take(): RequestDelta[] {
    const merged = new Map<string, { readonly labels: RequestLabels; readonly series: Series }>();
    for (const series of [...this.#series.values()].flat()) {
      const { first } = series;
      const labels = {
        ...hopLabels(this.#self, first),
        request_protocol: first.protocol,
        response_code: String(first.status),
        grpc_response_status: first.grpcStatus,
      };
      const key = `${first.generation} ${JSON.stringify(labels)}`;
      const same = merged.get(key);
      if (same) same.series.merge(series);
      else merged.set(key, { labels, series });
    }
    this.#series.clear();
    return [...merged.values()].map(({ labels, series }) => ({
      labels,
      count: series.count,
      duration: { counts: series.duration.counts, sum: series.duration.sum },
      requestBytes: { counts: series.requestBytes.counts, sum: series.requestBytes.sum },
      responseBytes: { counts: series.responseBytes.counts, sum: series.responseBytes.sum },
      instances: Object.fromEntries(series.instances),
      generation: series.first.generation,
    }));
  }
}
