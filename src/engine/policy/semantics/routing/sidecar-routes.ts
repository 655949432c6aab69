/** Outbound routes of a sidecar: a table of virtual hosts for each HTTP port, and routes for TCP ports. */
import { bySpecificity, hostCovers, hostsOverlap, isWildcard, namesOfServiceHost } from '../hosts.ts';
import { refOf } from '../../../model/mesh-object.ts';
import { carriesHttp, type ServiceModel, type ServicePort } from '../services.ts';
import type { CompiledHttpRoutes, CompiledRule, CompiledTcpRoute, CompiledVirtualHost } from './compiled.ts';
import { meshGateway } from './gateway-name.ts';
import type { NamespaceView, PreparedRouting } from './prepare.ts';
import type { ProxyNode } from './proxy-node.ts';
import { compileRules, compileTcpRule, defaultDestination, defaultRule, type RuleContext } from './rules.ts';
import { importsService, importsVirtualService, type SidecarModel } from './sidecar-scope.ts';
import type { VirtualServiceModel } from './virtual-service.ts';

export interface SidecarRouteInput {
  readonly prepared: PreparedRouting;
  readonly view: NamespaceView;
  readonly node: ProxyNode;
  readonly sidecar: SidecarModel | undefined;
  readonly unknownHosts: 'passthrough' | 'refuse';
  readonly isHashed: RuleContext['isHashed'];
}

interface Scope extends SidecarRouteInput {
  readonly services: readonly ServiceModel[];
  readonly virtualServices: readonly VirtualServiceModel[];
  /** For services without a VirtualService of their exact name: the one whose wildcard is most specific. */
  readonly wildcardOwner: ReadonlyMap<string, VirtualServiceModel>;
}

const meshOnly: ReadonlySet<string> = new Set([meshGateway]);

function wildcardOwners(
  services: readonly ServiceModel[],
  virtualServices: readonly VirtualServiceModel[],
): ReadonlyMap<string, VirtualServiceModel> {
  const owners = new Map<string, VirtualServiceModel>();
  // The first VirtualService with a host is the one that counts for it.
  const wildcards = new Map<string, VirtualServiceModel>();
  const exact = new Set<string>();
  for (const model of virtualServices) {
    for (const host of model.hosts) {
      if (!isWildcard(host)) exact.add(host);
      else if (!wildcards.has(host)) wildcards.set(host, model);
    }
  }
  if (wildcards.size === 0) return owners;
  const sorted = [...wildcards].sort(([a], [b]) => bySpecificity(a, b));
  for (const { host } of services) {
    if (exact.has(host)) continue;
    const found = sorted.find(([pattern]) => hostCovers(pattern, host));
    if (found) owners.set(host, found[1]);
  }
  return owners;
}

function contextFor(scope: Scope, port: number): RuleContext {
  return {
    node: scope.node,
    gateways: meshOnly,
    port,
    settings: scope.prepared.settings,
    service: (host) => scope.view.services.get(host),
    defaultPort: () => port,
    isHashed: scope.isHashed,
    meshRetry: scope.prepared.defaults.retry,
  };
}

/** Collects virtual hosts; a name or domain that is taken is not given again. */
class VirtualHostList {
  readonly hosts: CompiledVirtualHost[] = [];
  readonly #port: number;
  readonly #domains = new Set<string>();
  readonly #fullNames: ReadonlySet<string>;

  /** @param fullNames full names of services, which no short name of another service may take. */
  constructor(port: number, fullNames: ReadonlySet<string>) {
    this.#port = port;
    this.#fullNames = fullNames;
  }

  add(names: readonly string[], rules: readonly CompiledRule[], model: VirtualServiceModel | undefined): void {
    const [first = ''] = names;
    const free = names.filter((name, index) => !this.#domains.has(name) && (index === 0 || !this.#fullNames.has(name)));
    if (free.length === 0 || free[0] !== first) return;
    for (const name of free) this.#domains.add(name);
    this.hosts.push({
      name: `${first}:${this.#port}`,
      domains: free.flatMap((name) => [name, `${name}:${this.#port}`]),
      rules,
      ...(model && { source: { resource: refOf(model.object), path: ['spec'] } }),
    });
  }
}

function domainsOf(service: ServiceModel, scope: Scope): readonly string[] {
  const { settings } = scope.prepared;
  const names: string[] = [];
  const aliases = scope.services.filter(({ aliasOf }) => aliasOf === service.host).map(({ host }) => host);
  for (const host of [service.host, ...aliases]) {
    names.push(...namesOfServiceHost(host, scope.node.namespace, settings));
  }
  // Pods of a headless service are called by name through the same routes.
  if (service.headless) names.push(...names.map((name) => `*.${name}`));
  return [...names, ...service.addresses.map((address) => (address.includes(':') ? `[${address}]` : address))];
}

/** Services of the table that a VirtualService routes, and its other hosts. */
function splitHosts(
  model: VirtualServiceModel,
  atPort: ReadonlyMap<string, ServiceModel>,
  scope: Scope,
): { readonly services: readonly ServiceModel[]; readonly others: readonly string[] } {
  const services: ServiceModel[] = [];
  const others: string[] = [];
  for (const host of model.hosts) {
    const exact = atPort.get(host);
    if (exact) services.push(exact);
    else if (!isWildcard(host)) others.push(host);
    else {
      const covered = [...atPort.values()].filter((service) => hostsOverlap(host, service.host));
      if (covered.length === 0) others.push(host);
      services.push(...covered.filter((service) => scope.wildcardOwner.get(service.host) === model));
    }
  }
  return { services, others };
}

function selects(model: VirtualServiceModel, atPort: ReadonlyMap<string, ServiceModel>): boolean {
  return model.hosts.some(
    (host) =>
      atPort.has(host) || (isWildcard(host) && [...atPort.keys()].some((service) => hostsOverlap(host, service))),
  );
}

function httpTable(port: number, scope: Scope): CompiledHttpRoutes {
  const isHere = (candidate: ServicePort): boolean => candidate.number === port && carriesHttp(candidate);
  const atPort = new Map(
    scope.services.filter(({ ports, aliasOf }) => aliasOf === undefined && ports.some(isHere)).map((s) => [s.host, s]),
  );
  const context = contextFor(scope, port);
  const list = new VirtualHostList(port, new Set(atPort.keys()));
  const routed = new Set<string>();
  for (const model of scope.virtualServices) {
    // Istio looks at VirtualServices without a service on port 80 only.
    if (port !== 80 && !selects(model, atPort)) continue;
    const rules = compileRules(model.http, context);
    // One whose rules are all for other callers leaves its hosts to the next, or to the default route.
    if (rules.length === 0) continue;
    const { services, others } = splitHosts(model, atPort, scope);
    if (services.length === 0 && port !== 80) continue;
    for (const host of others) list.add([host], rules, model);
    for (const service of services) {
      list.add(domainsOf(service, scope), rules, model);
      routed.add(service.host);
    }
  }
  for (const service of atPort.values()) {
    if (!routed.has(service.host))
      list.add(domainsOf(service, scope), [defaultRule(service, port, context)], undefined);
  }
  return { port, virtualHosts: list.hosts, unknownHosts: scope.unknownHosts };
}

function tcpRoute(service: ServiceModel, port: number, scope: Scope): CompiledTcpRoute {
  const context: RuleContext = {
    ...contextFor(scope, port),
    defaultPort: (target) => (target?.ports.length === 1 ? (target.ports[0]?.number ?? port) : port),
  };
  const base = { port, host: service.host, domains: domainsOf(service, scope) };
  for (const model of scope.virtualServices) {
    if (model.tcp.length === 0 || !model.hosts.some((host) => hostCovers(host, service.host))) continue;
    const found = compileTcpRule(model.tcp, context);
    if (found) return { ...base, ...found };
  }
  return { ...base, destinations: [defaultDestination(service, port, context)] };
}

/** Tables and routes of one sidecar. */
export function compileSidecarRoutes(input: SidecarRouteInput): {
  readonly http: readonly CompiledHttpRoutes[];
  readonly tcp: readonly CompiledTcpRoute[];
  /** Services the proxy sees, for its upstreams. */
  readonly services: readonly ServiceModel[];
} {
  const services = [...input.view.services.values()].filter((service) => importsService(input.sidecar, service));
  const virtualServices = input.view.virtualServices.filter(
    (model) => model.gateways.includes(meshGateway) && importsVirtualService(input.sidecar, model),
  );
  const scope: Scope = {
    ...input,
    services,
    virtualServices,
    wildcardOwner: wildcardOwners(services, virtualServices),
  };
  const httpPorts = new Set<number>();
  const tcp: CompiledTcpRoute[] = [];
  for (const service of services) {
    if (service.aliasOf !== undefined) continue;
    for (const port of service.ports) {
      if (carriesHttp(port)) httpPorts.add(port.number);
      if (port.protocol !== 'http') tcp.push(tcpRoute(service, port.number, scope));
    }
  }
  const ports = [...httpPorts].sort((a, b) => a - b);
  return { http: ports.map((port) => httpTable(port, scope)), tcp, services };
}
