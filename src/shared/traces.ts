/** One span of a trace. Times are milliseconds since the epoch, with fractions. */
export interface Span {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: 'client' | 'server' | 'internal' | 'producer' | 'consumer';
  /** What was done: `reviews.bookinfo.svc.cluster.local:9080/*` or `GET /reviews/{id}`. */
  readonly name: string;
  readonly start: number;
  readonly duration: number;
  /** Who recorded it. */
  readonly service: string;
  readonly namespace: string;
  readonly workload: string;
  readonly version: string;
  readonly instance: string;
  readonly status: 'ok' | 'error' | 'unset';
  /** `http.status_code`, `response_flags`, `peer.instance`, `retry.attempt`, `upstream.cluster` … */
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** Retries, ejections and the like, in order. */
  readonly events: readonly {
    readonly time: number;
    readonly name: string;
    readonly attributes: Readonly<Record<string, string | number | boolean>>;
  }[];
  /** `sidecar` spans are ours; `application` spans came in over OTLP. */
  readonly origin: 'sidecar' | 'application';
}

/** A line of the list of traces. */
export interface TraceSummary {
  readonly traceId: string;
  /** What was asked of the root, `GET /productpage`; where that is not known, the name of its span. */
  readonly name: string;
  readonly rootService: string;
  readonly start: number;
  /** From the earliest start to the latest end, milliseconds. */
  readonly duration: number;
  readonly spans: number;
  readonly services: readonly string[];
  readonly errors: number;
  readonly retries: number;
  readonly status: 'ok' | 'error';
  readonly httpStatus?: number;
}

export interface Trace extends TraceSummary {
  /** By start, parents before children. */
  readonly allSpans: readonly Span[];
  /** Mesh events (instance down, ejected …) that concern instances on this trace while it ran. */
  readonly meshEvents: readonly { readonly time: number; readonly message: string; readonly instance?: string }[];
}

export interface TraceQuery {
  readonly node?: string;
  readonly edge?: string;
  readonly service?: string;
  readonly workload?: string;
  readonly onlyErrors?: boolean;
  /** Default 50, at most 1000. */
  readonly limit?: number;
}
