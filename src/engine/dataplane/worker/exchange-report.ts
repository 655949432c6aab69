/** Turns a finished exchange into counters, a span and a line of the access log. */
import { endpointName } from '../endpoint-address.ts';
import type { RequestHead } from '../http/message-head.ts';
import type { ServerConnection } from '../http/server-connection.ts';
import { unknownPeer, type PeerLabels } from './peer-metadata.ts';
import type { RequestPlan, ExchangeSide } from './request-plan.ts';
import type { RequestTrace } from './request-trace.ts';
import { unknownService } from './request-series.ts';
import { formatFlags, type ResponseFlag } from './response-flags.ts';
import { epochTime } from './runtime.ts';
import type { UpstreamAttempt } from './upstream-attempt.ts';

/** A retry, as an event of the span. */
export interface RetryEvent {
  readonly time: number;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

export interface FinishedExchange {
  readonly side: ExchangeSide;
  readonly head: RequestHead;
  readonly connection: ServerConnection;
  readonly plan: RequestPlan | undefined;
  /** The last try. */
  readonly attempt: UpstreamAttempt | undefined;
  readonly source: PeerLabels | undefined;
  readonly flags: readonly ResponseFlag[];
  /** 0: the client got no answer. */
  readonly status: number;
  /** By the clock of the runtime. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly upstreamMs: number | undefined;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly trace: RequestTrace;
  readonly retries: readonly RetryEvent[];
}

export const isGrpc = (head: RequestHead): boolean =>
  head.headers.get('content-type')?.startsWith('application/grpc') === true;

export function reportExchange(exchange: FinishedExchange): void {
  const { side, plan, attempt, connection, head, trace } = exchange;
  const { recorder } = side;
  const { identity } = recorder;
  const inbound = side.direction === 'inbound';
  const flags = formatFlags(exchange.flags);
  const durationMs = exchange.endedAt - exchange.startedAt;
  const grpc = isGrpc(head);
  const endpoint = attempt?.pool.labels;
  recorder.request({
    reporter: inbound ? 'destination' : 'source',
    peer: (inbound ? exchange.source : endpoint) ?? unknownPeer,
    service: plan?.service ?? unknownService,
    secure: inbound ? connection.peer.secure : attempt?.connection?.secure === true,
    flags,
    generation: plan?.generation ?? 0,
    protocol: grpc ? 'grpc' : 'http',
    status: exchange.status,
    grpcStatus: grpc ? (attempt?.head?.headers.get('grpc-status') ?? '') : '',
    instance: inbound ? identity.instance : (endpoint?.instance ?? 'unknown'),
    durationMs,
    requestBytes: exchange.requestBytes,
    responseBytes: exchange.responseBytes,
  });
  if (!recorder.budget.keeps(trace.traceId)) return;

  const start = epochTime(exchange.startedAt);
  const upstreamName = plan?.kind === 'forward' ? plan.upstreamName : undefined;
  const authority = head.host ?? '';
  const peer = inbound ? exchange.source : endpoint;
  recorder.span({
    traceId: trace.traceId,
    spanId: trace.spanId,
    ...(trace.parentSpanId === undefined ? {} : { parentSpanId: trace.parentSpanId }),
    kind: inbound ? 'server' : 'client',
    name: plan?.operation ?? `${head.method} ${authority}`,
    start,
    duration: durationMs,
    service: identity.app,
    namespace: identity.namespace,
    workload: identity.workload,
    version: identity.version,
    instance: identity.instance,
    status: exchange.status === 0 || exchange.status >= 500 ? 'error' : 'ok',
    attributes: {
      'http.method': head.method,
      'http.url': head.target,
      'http.status_code': exchange.status,
      response_flags: flags,
      'guid:x-request-id': trace.requestId,
      'retry.attempts': exchange.retries.length,
      ...(upstreamName === undefined ? {} : { upstream_cluster: upstreamName }),
      ...(peer === undefined ? {} : { 'peer.instance': peer.instance, 'peer.workload': peer.workload }),
    },
    events: exchange.retries,
    origin: 'sidecar',
  });
  const forwardedFor = head.headers.get('x-forwarded-for');
  const userAgent = head.headers.get('user-agent');
  const upstream = attempt?.connection;
  const address = attempt?.pool.endpoint;
  recorder.access({
    time: start,
    instance: identity.instance,
    direction: side.direction,
    method: head.method,
    path: head.target,
    protocol: `HTTP/1.${head.minorVersion}`,
    status: exchange.status,
    flags,
    requestBytes: exchange.requestBytes,
    responseBytes: exchange.responseBytes,
    duration: durationMs,
    requestId: trace.requestId,
    authority,
    downstreamLocalAddress: connection.localAddress,
    downstreamRemoteAddress: connection.remoteAddress,
    traceId: trace.traceId,
    ...(exchange.upstreamMs === undefined ? {} : { upstreamServiceTime: exchange.upstreamMs }),
    ...(forwardedFor === undefined ? {} : { forwardedFor }),
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(address === undefined ? {} : { upstreamHost: endpointName(address) }),
    ...(upstreamName === undefined ? {} : { upstreamCluster: upstreamName }),
    ...(upstream === undefined ? {} : { upstreamLocalAddress: upstream.localAddress }),
    ...(plan?.rule === undefined ? {} : { routeName: plan.rule.name }),
  });
}
