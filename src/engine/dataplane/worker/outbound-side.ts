import type { RequestHead } from '../http/message-head.ts';
import type { ServerConnection } from '../http/server-connection.ts';
import type { OutboundListener } from '../data-plane.ts';
import type { CompiledDestination } from '../../policy/semantics/routing/compiled.ts';
import type { ForwardResult, Router } from '../../policy/semantics/routing/decide.ts';
import { passthroughRetry } from './application-upstream.ts';
import { takeSteeringHeaders } from './internal-headers.ts';
import { asLine } from './local-replies.ts';
import { passthroughRefusals, type Passthrough } from './passthrough.ts';
import { peerHeader } from './peer-metadata.ts';
import {
  nothingLearnt,
  type Admission,
  type ExchangeSide,
  type ForwardPlan,
  type ReplyPlan,
  type RequestPlan,
} from './request-plan.ts';
import { unknownService, type ServiceLabels } from './request-series.ts';
import { requestTarget, splitAuthority, type HostPort, type RequestTarget } from './request-target.ts';
import type { Runtime } from './runtime.ts';
import type { TelemetryRecorder } from './telemetry-recorder.ts';
import { unknownHostRefusal } from './unknown-host.ts';
import type { UpstreamRuntime } from './upstream-runtime.ts';
import { foreignPageRefusal, isForeignPage, isLocalName } from './web-page-guard.ts';

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
  /** Resolves when an upstream on demand has its endpoints, or will not get them in time. */
  demand(upstream: string): Promise<void>;
}

const passthroughService: ServiceLabels = { host: 'unknown', name: 'PassthroughCluster', namespace: 'unknown' };
const blackHoleService: ServiceLabels = { host: 'unknown', name: 'BlackHoleCluster', namespace: 'unknown' };

/** Requests that leave a workload, or enter the mesh at a gateway. */
export class OutboundSide implements ExchangeSide {
  readonly direction = 'outbound';
  readonly runtime: Runtime;
  readonly recorder: TelemetryRecorder;
  readonly peerHeaderValue: string;
  readonly endsLines: boolean;
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
    this.endsLines = listener.guarded === true;
  }

  upstream(id: string): UpstreamRuntime | undefined {
    return this.#context.routes().upstreams.get(id);
  }

  admit(head: RequestHead, connection: ServerConnection): Admission {
    const { headers } = head;
    headers.remove(peerHeader);
    const steering = takeSteeringHeaders(headers);
    if (this.#listener.type !== 'gateway') return steering === undefined ? nothingLearnt : { overrides: steering };
    // Envoy's edge (`use_remote_address`): what a caller from outside claims about itself is not believed.
    headers.remove('x-forwarded-client-cert');
    const before = headers.get('x-forwarded-for');
    const { remoteHost } = connection;
    headers.set('x-forwarded-for', before === undefined ? remoteHost : `${before},${remoteHost}`);
    return nothingLearnt;
  }

  plan(head: RequestHead): RequestPlan | Promise<RequestPlan> {
    const routes = this.#context.routes();
    const target = requestTarget(head);
    if (target === undefined) {
      return refusal(routes, 400, `${head.method} ${head.target.slice(0, 100)} is not a request for this listener.`);
    }
    const { type, host: serviceHost, guarded = false } = this.#listener;
    const gateway = type === 'gateway';
    // A gateway answers to any name on its port.
    const called = gateway && !guarded ? undefined : splitAuthority(target.authority, this.#defaultPort);
    if (called === undefined && !gateway) return refusal(routes, 400, 'The request names no host to go to.');
    const isService = type === 'service' && serviceHost !== undefined;
    const authority = isService ? authorityOf(serviceHost, this.#defaultPort) : target.authority;
    const port = gateway || isService ? this.#defaultPort : (called?.port ?? this.#defaultPort);
    if (guarded && isService && called !== undefined && !isLocalName(called.host) && !knows(routes, called.host))
      return refusal(routes, 421, `This port belongs to ${serviceHost} and answers to no other name.`);
    const result = routes.router.route(
      { port, method: head.method, authority, path: target.path, scheme: 'http', headers: head.headers },
      this.runtime.random,
    );
    const isKnown = result.kind !== 'unknown-host';
    if (guarded && isKnown && isForeignPage(head, called?.host ?? '', (host) => knows(routes, host)))
      return refusal(routes, 403, foreignPageRefusal);
    switch (result.kind) {
      case 'forward':
        return this.#forward(routes, result, target);
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
        if (gateway || called === undefined) return notFound(routes, target.authority);
        return this.#unknownHost(routes, result.policy, head, target, called);
    }
  }

  #forward(routes: OutboundRoutes, result: ForwardResult, target: RequestTarget): RequestPlan | Promise<RequestPlan> {
    for (const { destination } of result.forward.mirrors)
      if (isOnDemand(routes, destination.upstream)) void this.#context.demand(destination.upstream);
    const { upstream } = result.destination;
    if (!isOnDemand(routes, upstream)) return forwardPlan(routes, result, target);
    return this.#context.demand(upstream).then(() => forwardPlan(this.#context.routes(), result, target));
  }

  #unknownHost(
    routes: OutboundRoutes,
    policy: 'passthrough' | 'refuse',
    head: RequestHead,
    target: RequestTarget,
    called: HostPort,
  ): RequestPlan | Promise<RequestPlan> {
    const { guarded = false } = this.#listener;
    // A name that was made to point here comes in origin form; whoever uses the listener as his proxy sends absolute form.
    if (guarded && !target.absolute) return refusal(routes, 421, notItselfRefusal);
    if (!target.absolute && isCrossSite(head))
      return refusal(routes, 403, 'Web pages may not send requests to hosts that the mesh does not know.');
    const words = unknownHostRefusal(routes.router, policy, called, guarded);
    if (words !== undefined) return { ...refusal(routes, 502, words), service: blackHoleService };
    return passThrough(routes, head, target, called.host, called.port);
  }
}

const notItselfRefusal =
  'This is the dev proxy of Meshlens, and the mesh has no host of that name. Use it as an HTTP proxy, as "curl --proxy" does.';

const knows = (routes: OutboundRoutes, host: string): boolean => routes.router.portsOf(host).length > 0;

const isOnDemand = (routes: OutboundRoutes, upstream: string): boolean =>
  routes.upstreams.get(upstream)?.upstream.onDemand === true;

const authorityOf = (host: string, port: number): string => (port === 80 ? host : `${host}:${port}`);

/** A page whose name was rebound to this machine, or that calls the listener directly. */
function isCrossSite(head: RequestHead): boolean {
  const site = head.headers.get('sec-fetch-site');
  return head.headers.has('origin') || site === 'cross-site' || site === 'same-site';
}

/** In words of our own, where there are any. */
function refusal(routes: OutboundRoutes, status: number, words: string): ReplyPlan {
  const body = asLine(words);
  return { kind: 'reply', generation: routes.generation, service: unknownService, operation: 'unknown', status, body };
}

function notFound(routes: OutboundRoutes, operation: string): ReplyPlan {
  return { ...refusal(routes, 404, ''), operation, flag: 'NR' };
}

function forwardPlan(routes: OutboundRoutes, result: ForwardResult, target: RequestTarget): ForwardPlan {
  const { destination, forward, rule } = result;
  const { service, operation } = namesOf(destination);
  return {
    kind: 'forward',
    generation: routes.generation,
    service,
    operation,
    rule,
    destination,
    upstreamName: destination.upstream,
    path: result.path,
    authority: result.authority,
    timeoutMs: forward.timeoutMs,
    retry: forward.retry,
    mirrors: forward.mirrors,
    upstream: routes.upstreams.get(destination.upstream),
    originalPath: forward.rewrite !== undefined && result.path !== target.path ? target.path : undefined,
  };
}

const names = new WeakMap<CompiledDestination, Pick<ForwardPlan, 'service' | 'operation'>>();

/** What telemetry calls requests to a destination; the same for all of them. */
function namesOf(destination: CompiledDestination): Pick<ForwardPlan, 'service' | 'operation'> {
  let result = names.get(destination);
  if (result === undefined) {
    const { host, port, service, namespace } = destination;
    result = { service: { host, name: service, namespace }, operation: `${host}:${port}/*` };
    names.set(destination, result);
  }
  return result;
}

async function passThrough(
  routes: OutboundRoutes,
  head: RequestHead,
  target: RequestTarget,
  host: string,
  port: number,
): Promise<RequestPlan> {
  const found = await routes.passthrough.target(host, port, 'request');
  if (typeof found === 'string')
    return { ...refusal(routes, 502, passthroughRefusals[found]), service: passthroughService };
  const { upstream, proxy } = found;
  if (proxy?.authorization !== undefined) head.headers.set('proxy-authorization', proxy.authorization);
  return {
    kind: 'forward',
    generation: routes.generation,
    service: passthroughService,
    operation: `${head.method} ${target.authority}`,
    upstream,
    upstreamName: 'PassthroughCluster',
    // A proxy on the way needs the absolute form (RFC 9112, 3.2.2).
    path: proxy === undefined ? target.path : `http://${target.authority}${target.path}`,
    authority: target.authority,
    timeoutMs: 0,
    retry: passthroughRetry,
    mirrors: [],
  };
}
