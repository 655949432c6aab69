/** What a data plane tells the engine: counters as differences, spans, access log lines, events. Structured-cloneable. */
import type { Span } from '../../shared/traces.ts';

/** Labels of Istio's standard metrics, with Istio's names and its `unknown` where nothing is known. */
export interface RequestLabels {
  readonly reporter: 'source' | 'destination';
  readonly source_workload: string;
  readonly source_workload_namespace: string;
  readonly source_principal: string;
  readonly source_app: string;
  readonly source_version: string;
  readonly source_cluster: string;
  readonly source_canonical_service: string;
  readonly source_canonical_revision: string;
  readonly destination_workload: string;
  readonly destination_workload_namespace: string;
  readonly destination_principal: string;
  readonly destination_app: string;
  readonly destination_version: string;
  readonly destination_service: string;
  readonly destination_service_name: string;
  readonly destination_service_namespace: string;
  readonly destination_cluster: string;
  readonly destination_canonical_service: string;
  readonly destination_canonical_revision: string;
  readonly request_protocol: string;
  readonly response_code: string;
  readonly grpc_response_status: string;
  readonly response_flags: string;
  readonly connection_security_policy: 'mutual_tls' | 'none' | 'unknown';
}

/** Upper bounds of `istio_request_duration_milliseconds`, as Istio's Envoys export them. The last bucket is +Inf. */
export const durationBuckets = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 600000, 1800000, 3600000,
] as const;
/** Upper bounds of `istio_request_bytes` and `istio_response_bytes`. */
export const byteBuckets = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 600000, 1800000, 3600000,
] as const;

export interface HistogramDelta {
  /** One more than bounds; counts of this period only, not cumulative over bounds. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** Requests of one label set since the last report. */
export interface RequestDelta {
  readonly labels: RequestLabels;
  readonly count: number;
  readonly duration: HistogramDelta;
  readonly requestBytes: HistogramDelta;
  readonly responseBytes: HistogramDelta;
  /** Instance that served (source reporter) or is reported for (destination reporter), with its count. */
  readonly instances: Readonly<Record<string, number>>;
  /** Generation of the config these requests were routed by; requests of two generations come as two deltas. */
  readonly generation: number;
}

/** Requests on their way to one target: how many there are as the report is made, not a difference. */
export interface WaitingRequests {
  readonly labels: TcpDelta['labels'];
  readonly count: number;
  /** Generation of the config that routed them. */
  readonly generation: number;
}

/** TCP connections of one label set since the last report. Bytes are named from the server's side, as Istio does. */
export interface TcpDelta {
  readonly labels: Omit<RequestLabels, 'response_code' | 'grpc_response_status'>;
  readonly opened: number;
  readonly closed: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

/** One line of the access log, Envoy's default fields; formatted by the telemetry room. */
export interface AccessLogEntry {
  readonly time: number;
  readonly instance: string;
  readonly direction: 'inbound' | 'outbound';
  readonly method: string;
  readonly path: string;
  readonly protocol: string;
  readonly status: number;
  readonly flags: string;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly duration: number;
  readonly upstreamServiceTime?: number;
  readonly forwardedFor?: string;
  readonly userAgent?: string;
  readonly requestId: string;
  readonly authority: string;
  readonly upstreamHost?: string;
  readonly upstreamCluster?: string;
  readonly upstreamLocalAddress?: string;
  readonly downstreamLocalAddress: string;
  readonly downstreamRemoteAddress: string;
  readonly requestedServerName?: string;
  readonly routeName?: string;
  readonly traceId?: string;
}

/** How one proxy sees one endpoint. Sent at once. */
export interface EndpointEvent {
  readonly time: number;
  /** The proxy that saw it. */
  readonly observer: string;
  readonly upstream: string;
  readonly endpoint: string;
  readonly type: 'connect-failed' | 'ejected' | 'returned' | 'check-failed' | 'check-passed' | 'connected';
  readonly detail: string;
}

export interface UpstreamDemand {
  /** The proxy that asks. */
  readonly instance: string;
  /** Id of the upstream. */
  readonly upstream: string;
}

/** Why a report comes before its second is over. */
export type EarlyReport = 'asked' | 'routes-changed';

export interface DataPlaneReport {
  readonly time: number;
  /** Absent in the regular report of each second. An early one takes away from what the next regular one counts. */
  readonly early?: EarlyReport;
  /** Proxy it is about; a report holds deltas of all proxies of one worker. */
  readonly requests: readonly RequestDelta[];
  readonly tcp: readonly TcpDelta[];
  /** What the sources wait for; absent where the report does not tell. */
  readonly waiting?: readonly WaitingRequests[];
  readonly spans: readonly Span[];
  readonly access: readonly AccessLogEntry[];
  readonly endpoints: readonly EndpointEvent[];
  /** Upstreams on demand (`Upstream.onDemand`) that requests wait for. Sent at once. */
  readonly demands?: readonly UpstreamDemand[];
  /** Hops whose span and access log line were left out, because there were more than can be told. Counters have them. */
  readonly dropped?: number;
  /** What went wrong in the data plane itself: a worker that crashed and was restarted. Sentences for the log. */
  readonly problems?: readonly string[];
}
