/** Routes of a gateway proxy: one table for each port of its servers. */
import type { SourceRef } from '../../../../shared/resource.ts';
import { refOf } from '../../../model/mesh-object.ts';
import {
  noHeaderOperations,
  type CompiledHttpRoutes,
  type CompiledRule,
  type CompiledTcpRoute,
  type CompiledVirtualHost,
} from './compiled.ts';
import { gatewaysOf, hostsForNamespace, intersectHosts, type GatewayModel, type GatewayServer } from './gateways.ts';
import { isCatchAll } from './http-match.ts';
import type { NamespaceView, PreparedRouting } from './prepare.ts';
import type { ProxyNode } from './proxy-node.ts';
import { compileRules, compileTcpRule, type RuleContext } from './rules.ts';
import type { VirtualServiceModel } from './virtual-service.ts';

export interface GatewayRouteInput {
  readonly prepared: PreparedRouting;
  readonly view: NamespaceView;
  readonly node: ProxyNode;
  readonly isHashed: RuleContext['isHashed'];
}

interface BoundServer {
  readonly gateway: GatewayModel;
  readonly server: GatewayServer;
}

interface HostRoutes {
  readonly rules: CompiledRule[];
  redirect: boolean;
  source?: SourceRef;
}

function contextFor(input: GatewayRouteInput, gateway: string, port: number): RuleContext {
  return {
    node: input.node,
    gateways: new Set([gateway]),
    port,
    settings: input.prepared.settings,
    service: (host) => input.view.services.get(host),
    defaultPort: (service) => (service?.ports.length === 1 ? (service.ports[0]?.number ?? port) : port),
    isHashed: input.isHashed,
    meshRetry: input.prepared.defaults.retry,
  };
}

/** Rules after one that takes everything are cut off, as in istiod, before those of several objects are put together. */
function upToCatchAll(rules: readonly CompiledRule[]): readonly CompiledRule[] {
  const end = rules.findIndex(({ matches }) => matches.length === 0 || matches.some(isCatchAll));
  return end < 0 ? rules : rules.slice(0, end + 1);
}

/** Moves what takes everything to the end, so that the rules of one object do not hide those of another. */
function catchAllLast(rules: readonly CompiledRule[]): readonly CompiledRule[] {
  const first: CompiledRule[] = [];
  const last: CompiledRule[] = [];
  for (const rule of rules) {
    if (rule.matches.length === 0) {
      last.push(rule);
      continue;
    }
    const specific = rule.matches.filter((match) => !isCatchAll(match));
    const general = rule.matches.filter(isCatchAll);
    if (specific.length > 0) first.push({ ...rule, matches: specific });
    if (general.length > 0) last.push({ ...rule, matches: general });
  }
  return [...first, ...last];
}

const httpsRedirect: CompiledRule = {
  name: 'https-redirect',
  matches: [
    {
      name: 'https-redirect',
      scheme: { type: 'exact', value: 'http' },
      headers: {},
      withoutHeaders: {},
      queryParams: {},
    },
  ],
  action: { type: 'redirect', status: 301, scheme: 'https' },
  request: noHeaderOperations,
  response: noHeaderOperations,
};

function boundTo(model: VirtualServiceModel, gateway: GatewayModel): boolean {
  return model.gateways.includes(gateway.name);
}

function httpTable(port: number, servers: readonly BoundServer[], input: GatewayRouteInput): CompiledHttpRoutes {
  const byHost = new Map<string, HostRoutes>();
  const hostRoutes = (host: string): HostRoutes => {
    let routes = byHost.get(host);
    if (!routes) byHost.set(host, (routes = { rules: [], redirect: false }));
    return routes;
  };
  for (const { gateway, server } of servers) {
    const context = contextFor(input, gateway.name, port);
    for (const model of input.view.virtualServices) {
      if (!boundTo(model, gateway)) continue;
      const hosts = intersectHosts(hostsForNamespace(server, model.object.namespace), model.writtenHosts);
      const rules = hosts.length === 0 ? [] : upToCatchAll(compileRules(model.http, context));
      if (rules.length === 0) continue;
      for (const host of hosts) {
        const routes = hostRoutes(host);
        routes.rules.push(...rules);
        routes.source ??= { resource: refOf(model.object), path: ['spec'] };
        if (server.httpsRedirect) routes.redirect = true;
      }
    }
    if (server.httpsRedirect) for (const { host } of server.hosts) hostRoutes(host.toLowerCase()).redirect = true;
  }
  const virtualHosts = [...byHost].map(([host, { rules, redirect, source }]): CompiledVirtualHost => ({
    name: `${host}:${port}`,
    domains: host === '*' ? ['*'] : [host, `${host}:${port}`],
    rules: [...(redirect ? [httpsRedirect] : []), ...catchAllLast(rules)],
    ...(source && { source }),
  }));
  // A host that nobody bound is not found; a gateway passes nothing through.
  if (!byHost.has('*')) virtualHosts.push({ name: `blackhole:${port}`, domains: ['*'], rules: [] });
  return { port, virtualHosts, unknownHosts: 'refuse' };
}

function tcpRoute(
  port: number,
  servers: readonly BoundServer[],
  input: GatewayRouteInput,
): CompiledTcpRoute | undefined {
  for (const { gateway, server } of servers) {
    const context = contextFor(input, gateway.name, port);
    for (const model of input.view.virtualServices) {
      if (!boundTo(model, gateway) || model.tcp.length === 0) continue;
      const hosts = intersectHosts(hostsForNamespace(server, model.object.namespace), model.writtenHosts);
      const found = hosts.length === 0 ? undefined : compileTcpRule(model.tcp, context);
      if (found) return { port, host: '*', ...found };
    }
  }
  return undefined;
}

function byPort(servers: readonly BoundServer[]): ReadonlyMap<number, readonly BoundServer[]> {
  const result = new Map<number, BoundServer[]>();
  for (const bound of servers) {
    const list = result.get(bound.server.port);
    if (list) list.push(bound);
    else result.set(bound.server.port, [bound]);
  }
  return result;
}

/** Tables and routes of one gateway proxy. Where TLS passes through by SNI, nothing is routed. */
export function compileGatewayRoutes(input: GatewayRouteInput): {
  readonly http: readonly CompiledHttpRoutes[];
  readonly tcp: readonly CompiledTcpRoute[];
} {
  const bound = gatewaysOf(input.prepared.gateways, input.node.labels).flatMap((gateway) =>
    gateway.servers.map((server) => ({ gateway, server })),
  );
  const http = byPort(bound.filter(({ server }) => server.protocol === 'http' || server.protocol === 'https'));
  const tcp = byPort(bound.filter(({ server }) => server.protocol === 'tcp'));
  return {
    http: [...http].sort(([a], [b]) => a - b).map(([port, servers]) => httpTable(port, servers, input)),
    tcp: [...tcp].flatMap(([port, servers]) => tcpRoute(port, servers, input) ?? []),
  };
}
