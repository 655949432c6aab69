/**
 * The router: decides one request by compiled routes, without IO. Everything is prepared at construction; a request costs
 * one domain lookup and the rules up to the first that fits.
 */
import type {
  CompiledDestination,
  CompiledDirectResponse,
  CompiledForward,
  CompiledHttpRoutes,
  CompiledMatch,
  CompiledRedirect,
  CompiledRoutes,
  CompiledRule,
  CompiledTcpRoute,
  CompiledVirtualHost,
} from './compiled.ts';
import { createEvenSequence, pickByWeight, type NumberSequence } from './even-sequence.ts';
import { fittingMatch, prepareRule, type HeaderLookup, type PreparedRule, type RequestView } from './prepared-rule.ts';
import { normalizePath, splitPath } from './request-path.ts';
import { redirectLocation, rewrittenAuthority, rewrittenPath } from './route-actions.ts';
import { createVirtualHostIndex, type VirtualHostIndex } from './virtual-host-index.ts';

export interface RoutedRequest {
  /** Port of the service that is called; of a gateway: the port of its server. */
  readonly port: number;
  readonly method: string;
  /** The Host header or `:authority`. */
  readonly authority: string;
  /** With query, as received. */
  readonly path: string;
  readonly scheme: 'http' | 'https';
  readonly headers: HeaderLookup;
}

export interface ForwardResult {
  readonly kind: 'forward';
  readonly rule: CompiledRule;
  readonly match?: CompiledMatch;
  readonly virtualHost: CompiledVirtualHost;
  readonly destination: CompiledDestination;
  readonly forward: CompiledForward;
  /** Rewritten, with query. */
  readonly path: string;
  /** Rewritten. */
  readonly authority: string;
}

/** `not-found` is a 404 with flag NR; `unknown-host` is a host no virtual host knows. */
export type RoutingResult =
  | ForwardResult
  | {
      readonly kind: 'redirect';
      readonly rule: CompiledRule;
      readonly match?: CompiledMatch;
      readonly virtualHost: CompiledVirtualHost;
      readonly status: number;
      readonly location: string;
    }
  | {
      readonly kind: 'direct';
      readonly rule: CompiledRule;
      readonly match?: CompiledMatch;
      readonly virtualHost: CompiledVirtualHost;
      readonly status: number;
      readonly body: string;
    }
  | { readonly kind: 'not-found'; readonly virtualHost?: CompiledVirtualHost }
  | { readonly kind: 'unknown-host'; readonly policy: 'passthrough' | 'refuse' };

interface TcpRoutingResult {
  readonly destination: CompiledDestination;
  readonly route: CompiledTcpRoute;
}

/** What fits a request, before a destination is chosen. The explanation of a decision starts from the same. */
export type FoundRule =
  | {
      readonly kind: 'rule';
      readonly virtualHost: CompiledVirtualHost;
      readonly rule: PreparedRule;
      readonly match?: CompiledMatch;
      /** Rules looked at before, in order. */
      readonly position: number;
    }
  | { readonly kind: 'not-found'; readonly virtualHost?: CompiledVirtualHost; readonly rules: readonly PreparedRule[] }
  | { readonly kind: 'unknown-host'; readonly policy: 'passthrough' | 'refuse' };

export interface Router {
  /** Decides one request. `random` yields numbers in [0, 1); splits are picked evenly, see `even-sequence.ts`. */
  route(request: RoutedRequest, random: () => number): RoutingResult;
  /** Decides one TCP connection to a host and port; undefined where no service has that port. */
  tcp(port: number, host: string, random: () => number): TcpRoutingResult | undefined;
  /** What matchers see of a request: path normalised and split from the query. */
  view(request: RoutedRequest): RequestView;
  /** The rule that decides, without choosing a destination. */
  find(port: number, view: RequestView): FoundRule;
  /** Ports on which a host is known, sorted. */
  portsOf(authority: string): readonly number[];
  /** Prepared rules of a virtual host, in order. */
  rulesOf(virtualHost: CompiledVirtualHost): readonly PreparedRule[];
}

interface PreparedVirtualHost {
  readonly virtualHost: CompiledVirtualHost;
  readonly rules: readonly PreparedRule[];
}

interface PreparedTable {
  readonly index: VirtualHostIndex<PreparedVirtualHost>;
  readonly unknownHosts: 'passthrough' | 'refuse';
}

function chooser(
  destinations: readonly CompiledDestination[],
): (random: () => number) => CompiledDestination | undefined {
  const only = destinations[0];
  // A single destination gets everything, whatever its weight.
  if (destinations.length <= 1) return () => only;
  const weights = destinations.map((destination) => destination.weight);
  const sequence: NumberSequence = createEvenSequence();
  return (random) => {
    const index = pickByWeight(weights, sequence(random));
    return index === undefined ? undefined : destinations[index];
  };
}

/** Prepares compiled routes. The router keeps one even sequence per split; it belongs to one thread. */
export function createRouter(routes: CompiledRoutes): Router {
  const choosers = new Map<unknown, (random: () => number) => CompiledDestination | undefined>();
  const prepared = new Map<CompiledVirtualHost, PreparedVirtualHost>();

  const prepareVirtualHost = (virtualHost: CompiledVirtualHost): PreparedVirtualHost => {
    const present = prepared.get(virtualHost);
    if (present) return present;
    const result = { virtualHost, rules: virtualHost.rules.map(prepareRule) };
    for (const { action } of virtualHost.rules) {
      if (action.type === 'forward') choosers.set(action, chooser(action.destinations));
    }
    prepared.set(virtualHost, result);
    return result;
  };

  const prepareTable = (table: CompiledHttpRoutes): PreparedTable => ({
    index: createVirtualHostIndex(
      table.virtualHosts.map((host) => ({ domains: host.domains, value: prepareVirtualHost(host) })),
    ),
    unknownHosts: table.unknownHosts,
  });

  const tables = new Map(routes.http.map((table) => [table.port, prepareTable(table)]));
  const elsewhere = routes.unknownHosts ?? routes.http[0]?.unknownHosts ?? 'passthrough';

  const tcpByPort = new Map<number, VirtualHostIndex<CompiledTcpRoute>>();
  for (const port of new Set(routes.tcp.map((route) => route.port))) {
    const ofPort = routes.tcp.filter((route) => route.port === port);
    tcpByPort.set(port, createVirtualHostIndex(ofPort.map((route) => ({ domains: tcpDomains(route), value: route }))));
  }
  for (const route of routes.tcp) choosers.set(route, chooser(route.destinations));

  const view = (request: RoutedRequest): RequestView => {
    const { path, query } = splitPath(request.path);
    return {
      method: request.method,
      authority: request.authority,
      scheme: request.scheme,
      path: normalizePath(path, routes.pathNormalization),
      query,
      headers: request.headers,
    };
  };

  const find = (port: number, request: RequestView): FoundRule => {
    const table = tables.get(port);
    if (!table) return { kind: 'unknown-host', policy: elsewhere };
    const host = table.index.find(request.authority);
    if (!host) return { kind: 'unknown-host', policy: table.unknownHosts };
    let position = 0;
    for (const rule of host.rules) {
      const fit = fittingMatch(rule, request);
      if (fit) return { ...fit, kind: 'rule', virtualHost: host.virtualHost, rule, position };
      position++;
    }
    return { kind: 'not-found', virtualHost: host.virtualHost, rules: host.rules };
  };

  const act = (
    found: Extract<FoundRule, { kind: 'rule' }>,
    request: RequestView,
    port: number,
    random: () => number,
  ): RoutingResult => {
    const { virtualHost, match } = found;
    const rule = found.rule.rule;
    // Spread first wherever it is: V8 copies a whole object much faster than into one.
    const base = match === undefined ? { rule, virtualHost } : { rule, virtualHost, match };
    const action: CompiledForward | CompiledRedirect | CompiledDirectResponse = rule.action;
    switch (action.type) {
      case 'redirect':
        return {
          kind: 'redirect',
          ...base,
          status: action.status,
          location: redirectLocation(action, match, request, port),
        };
      case 'direct':
        return { kind: 'direct', ...base, status: action.status, body: action.body };
      case 'forward': {
        const destination = choosers.get(action)?.(random);
        if (!destination) return { kind: 'not-found', virtualHost };
        return {
          ...base,
          kind: 'forward',
          destination,
          forward: action,
          path: rewrittenPath(action, match, request),
          authority: rewrittenAuthority(action, destination, request),
        };
      }
    }
  };

  return {
    view,
    find,
    portsOf: (authority) => {
      const known = [...tables].filter(([, { index }]) => index.find(authority) !== undefined).map(([port]) => port);
      const tcp = [...tcpByPort].filter(([, index]) => index.find(authority) !== undefined).map(([port]) => port);
      return [...new Set([...known, ...tcp])].sort((a, b) => a - b);
    },
    rulesOf: (virtualHost) => prepareVirtualHost(virtualHost).rules,
    route: (request, random) => {
      const seen = view(request);
      const found = find(request.port, seen);
      if (found.kind === 'rule') return act(found, seen, request.port, random);
      if (found.kind === 'unknown-host') return found;
      return found.virtualHost ? { kind: 'not-found', virtualHost: found.virtualHost } : { kind: 'not-found' };
    },
    tcp: (port, host, random) => {
      const route = tcpByPort.get(port)?.find(host);
      if (!route) return undefined;
      const destination = choosers.get(route)?.(random);
      return destination && { destination, route };
    },
  };
}

function tcpDomains(route: CompiledTcpRoute): readonly string[] {
  return route.domains ?? [route.host];
}
