/**
 * The whole answer of `mesh/route`: where a described call goes and why. It asks the same router that the data plane uses,
 * but takes no chances: every destination is named with its share.
 */
import type { Call } from '../../../../shared/call.ts';
import { formatGoDuration } from '../../../../shared/go-duration.ts';
import type { ResolvedMeshSettings } from '../../../../shared/mesh-settings.ts';
import type { RouteDecision } from '../../../../shared/route-decision.ts';
import type { EndpointDirectory } from '../../../model/endpoints.ts';
import type { Snapshot } from '../../../model/snapshot.ts';
import { serverMtlsOf } from '../mutual-tls.ts';
import { callNode, type CallNode } from './call-node.ts';
import { compileRoutes } from './compile.ts';
import {
  noHeaderOperations,
  type CompiledDestination,
  type CompiledForward,
  type CompiledRoutes,
  type HeaderOperations,
  type Upstream,
} from './compiled.ts';
import { backendsOf, decidedRoute, faultOf, mirrorsOf, retriesOf, tlsModeOf, type Locate } from './decision-parts.ts';
import { createRouter, type FoundRule, type RoutedRequest, type Router } from './decide.ts';
import { explainSearch } from './explain.ts';
import { applyHeaderOperations } from './header-operations.ts';
import { prepareRouting, type PreparedRouting } from './prepare.ts';
import type { RequestView } from './prepared-rule.ts';
import { redirectLocation, rewrittenAuthority, rewrittenPath } from './route-actions.ts';
import { withoutPort } from './virtual-host-index.ts';

export interface RouteCallInput {
  readonly snapshot: Snapshot;
  readonly endpoints: EndpointDirectory;
  readonly settings: ResolvedMeshSettings;
  readonly call: Call;
  /** Fills in where in text a field stands. */
  readonly locate?: Locate;
}

interface Question {
  readonly call: Call;
  readonly caller: CallNode;
  readonly routes: CompiledRoutes;
  readonly router: Router;
  readonly prepared: PreparedRouting;
  readonly locate: Locate;
  readonly headers: ReadonlyMap<string, string>;
  readonly port: number;
  readonly authority: string;
  readonly explain: string[];
}

const percent = (share: number): string => `${Math.round(share * 10_000) / 100} %`;

function portOfAuthority(authority: string): number | undefined {
  const bare = withoutPort(authority);
  const port = bare === authority ? Number.NaN : Number(authority.slice(bare.length + 1));
  return Number.isInteger(port) ? port : undefined;
}

function scheme(call: Call): 'http' | 'https' {
  return call.protocol === 'https' || call.tls === 'simple' || call.tls === 'mtls' ? 'https' : 'http';
}

function portOf(call: Call): number {
  return call.gateway?.port ?? call.port ?? portOfAuthority(call.host ?? '') ?? (scheme(call) === 'https' ? 443 : 80);
}

/** Bytes a sidecar does not read: raw TCP, and TLS that the application itself speaks. At a gateway TLS may end. */
function isOpaque(call: Call): boolean {
  if (call.protocol === 'tcp' || call.protocol === 'tls') return true;
  return !call.gateway && scheme(call) === 'https';
}

function base(question: Question): Pick<RouteDecision, 'backends' | 'mirrors' | 'request' | 'response' | 'tls'> {
  const { call, authority, headers } = question;
  return {
    backends: [],
    mirrors: [],
    request: {
      method: call.method ?? 'GET',
      path: call.path ?? '/',
      host: authority,
      headers: Object.fromEntries(headers),
      removed: [],
    },
    response: { headers: {}, removed: [] },
    tls: { mode: 'none' },
  };
}

function upstreamOf(question: Question, destination: CompiledDestination): Upstream | undefined {
  return question.routes.upstreams.find(({ id }) => id === destination.upstream);
}

function responseOf(operations: HeaderOperations): RouteDecision['response'] {
  const headers = applyHeaderOperations(new Map(), operations);
  return { headers: Object.fromEntries(headers), removed: operations.remove };
}

/** Mode of TLS towards a destination none of whose endpoints is known, from the policy of its workloads. */
function policyTakesMutual({ prepared }: Question, destination: CompiledDestination): boolean {
  const service = prepared.services.find(({ host }) => host === destination.host);
  const labels = service?.selector ?? {};
  const port = service?.ports.find(({ number }) => number === destination.port);
  const { mode } = serverMtlsOf(
    prepared.peerAuthentications,
    prepared.settings,
    destination.namespace,
    labels,
    port?.targetPort ?? destination.port,
  );
  return mode !== 'DISABLE';
}

function tlsTo(question: Question, destination: CompiledDestination | undefined): RouteDecision['tls'] {
  if (!destination || !question.caller.meshed) return { mode: 'none' };
  return { mode: tlsModeOf(upstreamOf(question, destination), () => policyTakesMutual(question, destination)) };
}

function explainBackends(question: Question, destinations: readonly CompiledDestination[]): void {
  for (const [index, backend] of backendsOf(destinations).entries()) {
    const destination = destinations[index];
    const upstream = destination && upstreamOf(question, destination);
    const subset = backend.subset === undefined ? '' : `, subset ${backend.subset}`;
    const missing = upstream ? '' : ', which does not exist: 503';
    const empty = upstream?.endpoints.length === 0 ? ', for which no endpoint is known' : '';
    const line = `${percent(backend.share)} of such calls go to ${backend.host}, port ${backend.port}${subset}`;
    question.explain.push(`${line}${missing}${empty}.`);
  }
}

/** Destination whose header operations the answer shows: the one most calls go to. */
function mainDestination(destinations: readonly CompiledDestination[]): CompiledDestination | undefined {
  return destinations.reduce<CompiledDestination | undefined>(
    (best, candidate) => (best && best.weight >= candidate.weight ? best : candidate),
    undefined,
  );
}

function explainSettings({ explain }: Question, action: CompiledForward, decision: RouteDecision): void {
  if (decision.fault?.delay)
    explain.push(`${decision.fault.delay.percent} % of them are delayed by ${decision.fault.delay.duration}.`);
  if (decision.fault?.abort)
    explain.push(`${decision.fault.abort.percent} % of them are answered with ${decision.fault.abort.status}.`);
  for (const mirror of decision.mirrors) explain.push(`${percent(mirror.share)} of them are copied to ${mirror.host}.`);
  if (action.rewrite) explain.push(`The request is rewritten to ${decision.request.host}${decision.request.path}.`);
  if (decision.timeout !== undefined) explain.push(`They end with 504 after ${decision.timeout}, retries included.`);
  if (decision.retries)
    explain.push(`They are tried up to ${decision.retries.attempts} times more, on ${decision.retries.retryOn}.`);
}

function forwardDecision(
  question: Question,
  found: Extract<FoundRule, { kind: 'rule' }>,
  action: CompiledForward,
  request: RequestView,
): RouteDecision {
  const { destinations } = action;
  const { rule } = found.rule;
  const main = mainDestination(destinations);
  const operations = main?.request ?? noHeaderOperations;
  const route = decidedRoute(rule, found.match, question.locate);
  const retries = retriesOf(action.retry);
  const isAborted = rule.fault?.abort !== undefined && rule.fault.abort.percent >= 100;
  const isDead = destinations.every((destination) => upstreamOf(question, destination) === undefined);
  const outcome = isAborted ? 'fault' : isDead ? 'no-backend' : 'forward';
  const status = isAborted ? rule.fault?.abort?.status : isDead ? 503 : undefined;
  const decision: RouteDecision = {
    ...base(question),
    outcome,
    ...(status !== undefined && { status }),
    ...(route && { route }),
    backends: isAborted ? [] : backendsOf(destinations),
    mirrors: isAborted ? [] : mirrorsOf(action.mirrors),
    request: {
      method: request.method,
      path: rewrittenPath(action, found.match, request),
      host: main ? rewrittenAuthority(action, main, request) : request.authority,
      headers: Object.fromEntries(applyHeaderOperations(question.headers, operations)),
      removed: operations.remove,
    },
    response: responseOf(main?.response ?? noHeaderOperations),
    ...(action.timeoutMs > 0 && { timeout: formatGoDuration(action.timeoutMs) }),
    ...(retries && { retries }),
    ...(rule.fault && { fault: faultOf(rule.fault) }),
    tls: tlsTo(question, main),
    explain: question.explain,
  };
  if (!isAborted) explainBackends(question, destinations);
  explainSettings(question, action, decision);
  const differ = new Set(
    destinations.map((destination) => JSON.stringify([destination.request, destination.response])),
  );
  if (differ.size > 1 && main) {
    question.explain.push(
      `Header operations differ between destinations; shown are those for ${main.subset ?? main.host}.`,
    );
  }
  return decision;
}

function ruleDecision(
  question: Question,
  found: Extract<FoundRule, { kind: 'rule' }>,
  request: RequestView,
): RouteDecision {
  const { rule } = found.rule;
  const { action } = rule;
  if (action.type === 'forward') return forwardDecision(question, found, action, request);
  const route = decidedRoute(rule, found.match, question.locate);
  const common = { ...base(question), ...(route && { route }), response: responseOf(rule.response) };
  if (action.type === 'direct') {
    question.explain.push(`The proxy itself answers with ${action.status}.`);
    return { ...common, outcome: 'direct', status: action.status, explain: question.explain };
  }
  const location = redirectLocation(action, found.match, request, question.port);
  question.explain.push(`The proxy redirects to ${location} with ${action.status}.`);
  const redirect = { status: action.status, location };
  return { ...common, outcome: 'redirect', status: action.status, redirect, explain: question.explain };
}

function unknownHost(question: Question, policy: 'passthrough' | 'refuse'): RouteDecision {
  const { authority, port, explain, caller } = question;
  if (caller.node.kind === 'gateway') {
    explain.push(`No server of a Gateway listens on port ${port}.`);
    return { ...base(question), outcome: 'no-listener', explain };
  }
  explain.push(`No service that the caller sees has the host ${authority} on port ${port}.`);
  if (policy === 'passthrough') {
    explain.push('The mesh lets calls to unknown hosts through (outboundTrafficPolicy ALLOW_ANY).');
    return { ...base(question), outcome: 'passthrough', explain };
  }
  explain.push('The mesh refuses calls to unknown hosts (outboundTrafficPolicy REGISTRY_ONLY).');
  return { ...base(question), outcome: 'blackhole', status: 502, explain };
}

function tcpDecision(question: Question): RouteDecision {
  const { router, routes, port, authority, explain, locate } = question;
  const found = router.tcp(port, authority, () => 0);
  if (!found) return unknownHost(question, routes.unknownHosts ?? 'passthrough');
  const { destinations, source } = found.route;
  explain.push('The bytes are not read as HTTP, so only rules for TCP count.');
  explainBackends(question, destinations);
  const isDead = destinations.every((destination) => upstreamOf(question, destination) === undefined);
  const place = source && locate(source);
  return {
    ...base(question),
    outcome: isDead ? 'no-backend' : 'forward',
    ...(place && { route: { ...place, rule: place.path.slice(1).join('.') } }),
    backends: backendsOf(destinations),
    tls: tlsTo(question, mainDestination(destinations)),
    explain,
  };
}

/** A caller without sidecar reaches the service as the network does, whatever the routes say. */
function unmeshedDecision(question: Question, found: FoundRule): RouteDecision {
  const { explain, prepared, routes, port } = question;
  explain.push('The caller has no sidecar, so no route of the mesh applies to it.');
  const host = found.kind === 'unknown-host' ? undefined : found.virtualHost?.domains[0];
  const service = prepared.services.find((candidate) => candidate.host === host);
  if (!service) return { ...base(question), outcome: 'passthrough', explain };
  const backends = [
    { host: service.host, namespace: service.namespace, service: service.name, port, weight: 1, share: 1 },
  ];
  const upstream = routes.upstreams.find((candidate) => candidate.host === service.host && candidate.port === port);
  const isStrict = (upstream?.endpoints ?? []).some(({ inboundTls }) => inboundTls === 'strict');
  if (isStrict) explain.push('The server takes mutual TLS only (PeerAuthentication STRICT) and resets the connection.');
  return { ...base(question), outcome: isStrict ? 'reset' : 'forward', backends, explain };
}

/** Decides a described call. Never throws for what the call or the objects contain. */
export function routeCall(input: RouteCallInput): RouteDecision {
  const { snapshot, endpoints, settings, call } = input;
  const caller = callNode(call, snapshot, settings);
  const { routes } = compileRoutes({ snapshot, endpoints, settings, node: caller.node });
  const router = createRouter(routes);
  const port = portOf(call);
  const authority = call.host ?? call.address ?? '';
  const headers = new Map(Object.entries(call.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  headers.delete('host');
  const question: Question = {
    call,
    caller,
    routes,
    router,
    prepared: prepareRouting(snapshot, settings),
    locate: input.locate ?? ((ref) => ref),
    headers,
    port,
    authority,
    explain: [`The call comes from ${caller.description} and is for ${authority || 'no host'} on port ${port}.`],
  };
  if (call.protocol === 'udp' || call.protocol === 'sctp') {
    question.explain.push(`The mesh does not touch ${call.protocol.toUpperCase()}.`);
    return { ...base(question), outcome: 'passthrough', explain: question.explain };
  }
  const routed: RoutedRequest = {
    port,
    method: call.method ?? 'GET',
    authority,
    path: call.path ?? '/',
    scheme: scheme(call),
    headers,
  };
  const request = router.view(routed);
  if (caller.meshed && isOpaque(call)) return tcpDecision(question);
  const found = router.find(port, request);
  if (!caller.meshed) return unmeshedDecision(question, found);
  if (found.kind === 'unknown-host') {
    // A port that carries something else than HTTP is routed by address alone.
    return router.tcp(port, authority, () => 0) ? tcpDecision(question) : unknownHost(question, found.policy);
  }
  const rules = found.virtualHost ? router.rulesOf(found.virtualHost) : [];
  question.explain.push(...explainSearch(found, rules, request, question.prepared));
  if (found.kind === 'not-found')
    return { ...base(question), outcome: 'not-found', status: 404, explain: question.explain };
  return ruleDecision(question, found, request);
}
