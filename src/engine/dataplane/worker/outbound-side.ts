import type { RequestHead } from '../http/message-head.ts';
import type { ServerConnection } from '../http/server-connection.ts';
import type { OutboundListener } from '../data-plane.ts';
import type { ForwardResult, Router } from '../../policy/semantics/routing/decide.ts';
import { passthroughRetry } from './application-upstream.ts';
import { takeSteeringHeaders } from './internal-headers.ts';
import { passthroughRefusals, type Passthrough } from './passthrough.ts';
import { peerHeader } from './peer-metadata.ts';
import type { Admission, ExchangeSide, ForwardPlan, ReplyPlan, RequestPlan } from './request-plan.ts';
import { unknownService, type ServiceLabels } from './request-series.ts';
import { requestTarget, splitAuthority, type RequestTarget } from './request-target.ts';
import type { Runtime } from './runtime.ts';
import type { TelemetryRecorder } from './telemetry-recorder.ts';
import type { UpstreamRuntime } from './upstream-runtime.ts';

/** What the outbound listeners of a proxy share; replaced as a whole when its config changes. */
export interface OutboundRoutes {
  readonly generation: number;
  readonly router: Router;
  readonly upstreams: ReadonlyMap<string, UpstreamRuntime>;
  readonly passthrough: Passthrough;
}

export interface OutboundContext {
  readonly runtime: Runtime;
  readonly recorder: TelemetryRecorder;
  readonly peerHeaderValue: string;
  /** Gateways face callers that the mesh does not know. */
  readonly isGateway: boolean;
  routes(): OutboundRoutes;
}

const passthroughService: ServiceLabels = { host: 'unknown', name: 'PassthroughCluster', namespace: 'unknown' };
const blackHoleService: ServiceLabels = { host: 'unknown', name: 'BlackHoleCluster', namespace: 'unknown' };

/** Requests that leave a workload, or enter the mesh at a gateway. */
export class OutboundSide implements ExchangeSide {
  readonly direction = 'outbound';
  readonly runtime: Runtime;
  readonly recorder: TelemetryRecorder;
  readonly peerHeaderValue: string;
  readonly #context: OutboundContext;
  readonly #listener: OutboundListener;
  /** Port of requests that name none. */
  readonly #defaultPort: number;

  constructor(context: OutboundContext, listener: OutboundListener, defaultPort = listener.routePort ?? 80) {
    this.#context = context;
    this.#listener = listener;
    this.#defaultPort = defaultPort;
    this.runtime = context.runtime;
    this.recorder = context.recorder;
    this.peerHeaderValue = context.peerHeaderValue;
  }

  upstream(id: string): UpstreamRuntime | undefined {
    return this.#context.routes().upstreams.get(id);
  }

  admit(head: RequestHead, connection: ServerConnection): Admission {
    const { headers } = head;
    headers.remove(peerHeader);
    const steering = takeSteeringHeaders(headers);
    if (this.#listener.type !== 'gateway') return steering === undefined ? {} : { overrides: steering };
    // Envoy's edge (`use_remote_address`): what a caller from outside claims about itself is not believed.
    headers.remove('x-forwarded-client-cert');
    const before = headers.get('x-forwarded-for');
    const address = connection.socket.remoteAddress ?? '';
    headers.set('x-forwarded-for', before === undefined ? address : `${before},${address}`);
    return {};
  }

  plan(head: RequestHead): RequestPlan | Promise<RequestPlan> {
    const routes = this.#context.routes();
    const target = requestTarget(head);
    if (target === undefined) {
      return refusal(routes, 400, `${head.method} ${head.target.slice(0, 100)} is not a request for this listener.`);
    }
    const gateway = this.#listener.type === 'gateway';
    const destination = splitAuthority(target.authority, this.#defaultPort);
    if (destination === undefined && !gateway) return refusal(routes, 400, 'The request names no host to go to.');
    const port = gateway ? this.#defaultPort : (destination?.port ?? this.#defaultPort);
    const result = routes.router.route(
      {
        port,
        method: head.method,
        authority: target.authority,
        path: target.path,
        scheme: 'http',
        headers: head.headers,
      },
      this.runtime.random,
    );
    switch (result.kind) {
      case 'forward':
        return forwardPlan(routes, result, target);
      case 'redirect':
      case 'direct':
        return {
          kind: 'reply',
          generation: routes.generation,
          service: unknownService,
          operation: result.virtualHost.name,
          rule: result.rule,
          status: result.status,
          ...(result.kind === 'redirect' ? { body: '', location: result.location } : { body: result.body }),
        };
      case 'not-found':
        return notFound(routes, result.virtualHost?.name ?? target.authority);
      case 'unknown-host':
        if (gateway) return notFound(routes, target.authority);
        if (!target.absolute && isCrossSite(head)) {
          return refusal(routes, 403, 'Web pages may not send requests to hosts that the mesh does not know.');
        }
        if (result.policy === 'refuse' || destination === undefined) {
          return { ...refusal(routes, 502, ''), service: blackHoleService };
        }
        return passThrough(routes, head, target, destination.host, destination.port);
    }
  }
}

/** A page whose name was rebound to this machine, or that calls the listener directly. */
function isCrossSite(head: RequestHead): boolean {
  const site = head.headers.get('sec-fetch-site');
  return head.headers.has('origin') || site === 'cross-site' || site === 'same-site';
}

function refusal(routes: OutboundRoutes, status: number, body: string): ReplyPlan {
  return { kind: 'reply', generation: routes.generation, service: unknownService, operation: 'unknown', status, body };
}

function notFound(routes: OutboundRoutes, operation: string): ReplyPlan {
  return { ...refusal(routes, 404, ''), operation, flag: 'NR' };
}

function forwardPlan(routes: OutboundRoutes, result: ForwardResult, target: RequestTarget): ForwardPlan {
  const { destination, forward, rule } = result;
  const upstream = routes.upstreams.get(destination.upstream);
  return {
    kind: 'forward',
    generation: routes.generation,
    service: { host: destination.host, name: destination.service, namespace: destination.namespace },
    operation: `${destination.host}:${destination.port}/*`,
    rule,
    destination,
    upstreamName: destination.upstream,
    path: result.path,
    authority: result.authority,
    timeoutMs: forward.timeoutMs,
    retry: forward.retry,
    mirrors: forward.mirrors,
    ...(upstream === undefined ? {} : { upstream }),
    ...(forward.rewrite !== undefined && result.path !== target.path ? { originalPath: target.path } : {}),
  };
}

async function passThrough(
  routes: OutboundRoutes,
  head: RequestHead,
  target: RequestTarget,
  host: string,
  port: number,
): Promise<RequestPlan> {
  const upstream = await routes.passthrough.upstream(host, port);
  if (typeof upstream === 'string')
    return { ...refusal(routes, 502, passthroughRefusals[upstream]), service: passthroughService };
  return {
    kind: 'forward',
    generation: routes.generation,
    service: passthroughService,
    operation: `${head.method} ${target.authority}`,
    upstream,
    upstreamName: 'PassthroughCluster',
    path: target.path,
    authority: target.authority,
    timeoutMs: 0,
    retry: passthroughRetry,
    mirrors: [],
  };
}
