/** The services of a cluster, by the names a program on the laptop may use for them. */
import type { ResolvedMeshSettings } from '../../shared/mesh-settings.ts';
import { didYouMean, nearestNames } from '../../shared/nearest-names.ts';
import { Kinds } from '../model/kinds.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { serviceHost } from '../policy/semantics/hosts.ts';
import type { CompiledRoutes } from '../policy/semantics/routing/compiled.ts';
import { visibleServices, type ServiceModel, type ServicePort } from '../policy/semantics/services.ts';

/** One port of a service. */
export interface ServiceAddress {
  readonly namespace: string;
  readonly service: string;
  /** Fully qualified. */
  readonly host: string;
  readonly port: number;
}

export const serviceKey = ({ namespace, service, port }: Omit<ServiceAddress, 'host'>): string =>
  `${namespace}/${service}:${port}`;

/** The namespace in which a name without one is found: the first of those chosen that has a service so called. */
function searchedNamespace(
  snapshot: Pick<Snapshot, 'find'>,
  name: string,
  namespaces: readonly string[],
): string | undefined {
  return namespaces.find((namespace) => snapshot.find(Kinds.service, namespace, name) !== undefined);
}

function hostOf(
  text: string,
  snapshot: Pick<Snapshot, 'find'>,
  namespaces: readonly string[],
  settings: ResolvedMeshSettings,
): string {
  const host = text.toLowerCase().replace(/\.$/, '');
  const [name = '', namespace, svc, ...domain] = host.split('.');
  if (namespace === undefined) {
    return serviceHost(name, searchedNamespace(snapshot, name, namespaces) ?? namespaces[0] ?? 'default', settings);
  }
  const isShort = svc === undefined || (svc === 'svc' && domain.length === 0);
  return isShort && snapshot.find(Kinds.service, namespace, name) ? serviceHost(name, namespace, settings) : host;
}

export interface FoundService {
  readonly address: ServiceAddress;
  readonly port: ServicePort;
}

/**
 * The service a person means by `reviews:9080`, `reviews.bookinfo:9080` or a full name; the port may be left out where there
 * is only one. A text that names none gives a sentence.
 */
export function findService(
  text: string,
  services: readonly ServiceModel[],
  snapshot: Pick<Snapshot, 'find'>,
  namespaces: readonly string[],
  settings: ResolvedMeshSettings,
): FoundService | string {
  const match = /^([^:\s]+)(?::(\d{1,5}))?$/.exec(text.trim());
  if (!match) return `"${text}" names no service. Write it as reviews.bookinfo:9080.`;
  const host = hostOf(match[1] ?? '', snapshot, namespaces, settings);
  const visible = visibleServices(services, namespaces[0] ?? 'default');
  const service = visible.get(host);
  if (!service) {
    return `The cluster has no service ${host}.${didYouMean(nearestNames(host, visible.keys(), 1))}`;
  }
  const wanted = match[2] === undefined ? undefined : Number(match[2]);
  const port =
    wanted === undefined
      ? service.ports.length === 1
        ? service.ports[0]
        : undefined
      : service.ports.find(({ number }) => number === wanted);
  if (port) {
    return { port, address: { namespace: service.namespace, service: service.name, host, port: port.number } };
  }
  const ports = service.ports.map(({ number }) => number).join(', ');
  if (ports === '') return `${host} has no TCP port.`;
  return wanted === undefined
    ? `${host} has several ports: say which of ${ports}.`
    : `${host} has no port ${wanted}. It has ${ports}.`;
}

/**
 * Routes in which services of the chosen namespaces are also known by their bare names. A proxy knows those of its own
 * namespace only, which is the first; as in a resolver's search list, the first namespace that has the name gets it.
 */
export function withSearchedNames(
  routes: CompiledRoutes,
  snapshot: Pick<Snapshot, 'find'>,
  namespaces: readonly string[],
  settings: ResolvedMeshSettings,
): CompiledRoutes {
  if (namespaces.length < 2) return routes;
  const suffix = `.svc.${settings.clusterDomain}`.toLowerCase();
  const others = new Set(namespaces.slice(1));
  const bareName = (domains: readonly string[]): string | undefined => {
    for (const domain of domains) {
      if (domain.startsWith('*') || !domain.endsWith(suffix)) continue;
      const [name = '', namespace = '', ...rest] = domain.slice(0, -suffix.length).split('.');
      if (rest.length > 0 || !others.has(namespace)) continue;
      if (searchedNamespace(snapshot, name, namespaces) === namespace) return name;
    }
    return undefined;
  };
  return {
    ...routes,
    http: routes.http.map((table) => {
      const taken = new Set(table.virtualHosts.flatMap(({ domains }) => domains));
      return {
        ...table,
        virtualHosts: table.virtualHosts.map((host) => {
          const name = bareName(host.domains);
          return name === undefined || taken.has(name)
            ? host
            : { ...host, domains: [...host.domains, name, `${name}:${table.port}`] };
        }),
      };
    }),
    tcp: routes.tcp.map((route) => {
      const name = bareName(route.domains ?? [route.host]);
      const isTaken = routes.tcp.some(({ port, domains }) => port === route.port && domains?.includes(name ?? ''));
      return name === undefined || isTaken ? route : { ...route, domains: [...(route.domains ?? [route.host]), name] };
    }),
  };
}
