import type { DevProxyParams, DevProxyService, DevProxyStatus } from '../../shared/dev-proxy.ts';
import { sentence } from '../../shared/sentence.ts';
import type { BoundListeners } from '../dataplane/data-plane.ts';
import { clusterEndpoints } from '../model/cluster-endpoints.ts';
import type { RunningPolicies } from '../policy/keeping/mesh-policies.ts';
import { rejectionMessage } from '../policy/keeping/rejection-event.ts';
import { prepareRouting } from '../policy/semantics/routing/prepare.ts';
import type { DevProxyCluster } from './dev-proxy-cluster.ts';
import type { Environment } from './proxy-environment.ts';
import { devProxyEnvironment, networkEgress } from './proxy-environment.ts';
import type { FoundService, ServiceAddress } from './service-names.ts';
import { serviceKey } from './service-names.ts';
import { standInProblems } from './stand-ins.ts';
import type { TunnelEndpoints } from './tunnel-endpoints.ts';

/** A service that shall have a port of its own: found, or why not. */
export interface WishedService {
  readonly text: string;
  readonly found: FoundService | string;
}

/** A running dev proxy, as its status is told from. */
export interface DevProxyView {
  readonly params: DevProxyParams;
  readonly namespaces: readonly string[];
  readonly cluster: DevProxyCluster;
  /** The engine's own. */
  readonly environment: Environment;
  readonly bound: BoundListeners['outbound'] | undefined;
  readonly wished: readonly WishedService[];
  readonly inUse: readonly ServiceAddress[];
  readonly endpoints: TunnelEndpoints;
  /** By service port, why its last tunnel failed. */
  readonly tunnelFailures: ReadonlyMap<string, string>;
  readonly running: RunningPolicies | undefined;
  /** Why it could not be brought up to date. */
  readonly failure: string | undefined;
}

/** Name of the listener that programs use as their HTTP proxy. */
export const proxyListener = 'proxy';
export const listenerName = (address: ServiceAddress): string => `service/${serviceKey(address)}`;
export const loopbackUrl = (port: number): string => `http://127.0.0.1:${port}`;

/** Each service once, however often it was wished for. */
export function wishedListeners(wished: readonly WishedService[]): readonly FoundService[] {
  const found = wished.flatMap((wish) => (typeof wish.found === 'string' ? [] : [wish.found]));
  return [...new Map(found.map((one) => [serviceKey(one.address), one])).values()];
}

function serviceMessage(view: DevProxyView, address: ServiceAddress): string | undefined {
  const { endpoints, tunnelFailures, inUse } = view;
  const key = serviceKey(address);
  const problem = endpoints.problemOf(address) ?? tunnelFailures.get(key);
  if (problem !== undefined) return problem;
  const isAsked = inUse.some((one) => serviceKey(one) === key);
  const { namespace, service, port } = address;
  return isAsked && endpoints.endpointsOf(namespace, service, port).length === 0
    ? `${address.host} has no ready pod.`
    : undefined;
}

function servicesOf(view: DevProxyView): readonly DevProxyService[] {
  const { cluster, bound } = view;
  const directory = clusterEndpoints(cluster.store.snapshot(), cluster.settings.clusterDomain);
  const wished = wishedListeners(view.wished).map(({ address }) => address);
  const known = new Set(wished.map(serviceKey));
  const addresses = [...wished, ...view.inUse.filter((one) => !known.has(serviceKey(one)))];
  const unknown = view.wished.flatMap(({ text, found }): readonly DevProxyService[] => {
    if (typeof found !== 'string') return [];
    const [host = text, port] = text.split(':');
    return [{ host, port: Number(port) || 0, endpoints: { ready: 0, total: 0 }, message: found }];
  });
  return [
    ...addresses.map((address): DevProxyService => {
      const all = directory.endpointsOf(address.namespace, address.service, address.port);
      const ready = all.filter(({ health }) => health === 'healthy').length;
      const listener = bound?.[listenerName(address)];
      const message = serviceMessage(view, address);
      return {
        host: address.host,
        port: address.port,
        endpoints: { ready, total: all.length },
        ...(listener === undefined ? {} : { listener: `127.0.0.1:${listener}` }),
        ...(message === undefined ? {} : { message }),
      };
    }),
    ...unknown,
  ];
}

const notEnforced =
  'Tunnels end in the pods, behind their sidecars: server-side policies (mutual TLS, authorization) are not enforced on this way.';

/** What goes wrong, and what is only to be known. */
function messagesOf(view: DevProxyView): { readonly troubles: readonly string[]; readonly notes: readonly string[] } {
  const { cluster, running, endpoints } = view;
  const { phase, message } = cluster.status;
  const isAway = phase !== 'connected' && phase !== 'degraded';
  const [rejection] = running?.rejections ?? [];
  const { problem } = networkEgress(view.environment, cluster.apiServer, '');
  return {
    troubles: [
      ...(view.failure === undefined ? [] : [view.failure]),
      ...(isAway ? [`The cluster ${cluster.context} is ${phase}: ${message ?? 'its last known state is used'}`] : []),
      ...(rejection ? [rejectionMessage(rejection)] : []),
      ...standInProblems(cluster.store.snapshot(), view.params.standIns ?? []),
      ...view.wished.flatMap(({ found }) => (typeof found === 'string' ? [found] : [])),
    ],
    notes: [
      ...(problem === undefined ? [] : [problem]),
      ...(view.inUse.some((address) => endpoints.isBehindSidecar(address)) ? [notEnforced] : []),
    ],
  };
}

/** Clients of TLS and gRPC ask HTTPS_PROXY, which is set only where the chosen namespaces have such services. */
function hasTunnelledServices({ running, cluster, namespaces }: DevProxyView): boolean {
  if (!running) return false;
  const { services } = prepareRouting(running.snapshot, cluster.settings);
  return services.some(
    ({ namespace, ports }) =>
      namespaces.includes(namespace) &&
      ports.some(({ protocol, name }) => protocol === 'tls' || name.toLowerCase().startsWith('grpc')),
  );
}

function environmentOf(view: DevProxyView, address: string): Readonly<Record<string, string>> {
  const { cluster, bound } = view;
  return devProxyEnvironment({
    address,
    apiServer: cluster.apiServer,
    clusterDomain: cluster.settings.clusterDomain,
    listeners: wishedListeners(view.wished).flatMap((wish) => {
      const port = bound?.[listenerName(wish.address)];
      return port === undefined ? [] : [{ address: wish.address, port }];
    }),
    tunnelled: hasTunnelledServices(view),
    present: view.environment,
  });
}

/** The state of the dev proxy as everybody outside sees it. */
export function devProxyStatus(phase: DevProxyStatus['phase'], view: DevProxyView): DevProxyStatus {
  const { troubles, notes } = messagesOf(view);
  const message = [...troubles, ...notes].map(sentence).join(' ');
  const port = view.bound?.[proxyListener];
  const address = port === undefined ? undefined : loopbackUrl(port);
  return {
    phase: phase === 'running' && troubles.length > 0 ? 'degraded' : phase,
    context: view.cluster.context,
    namespaces: view.namespaces,
    includeUnsaved: view.params.includeUnsaved ?? false,
    services: servicesOf(view),
    standIns: view.params.standIns ?? [],
    tunnels: view.endpoints.size,
    environment: address === undefined ? {} : environmentOf(view, address),
    ...(address === undefined ? {} : { address }),
    ...(message === '' ? {} : { message }),
  };
}
