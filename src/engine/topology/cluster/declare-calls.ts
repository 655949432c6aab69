/** Who would send to whom, from routes alone: what can be said of a cluster that tells no metrics. */
import { fieldOf, listOf, numberOf, stringOf } from '../../../shared/untrusted.ts';
import { fullHost } from '../../model/indexes/hosts.ts';
import { Kinds } from '../../model/kinds.ts';
import type { MeshObject } from '../../model/mesh-object.ts';
import { refOf } from '../../model/mesh-object.ts';
import type { DeclaredCall, DeclaredEnd } from '../declarations.ts';
import { workloadEnd, type Destination, type Route, type Rule } from './declared-route.ts';
import type { ClusterNaming } from './declare-workloads.ts';
import { externalNameRoutes } from './external-names.ts';
import { gatewayNameLabel } from './gateway-roles.ts';
import { servedGateways } from './gateway-servers.ts';
import { ingressRoutes } from './ingress-routes.ts';
import { TargetFinder, type CallContext } from './target-finder.ts';

/**
 * Calls from gateways and Ingresses to what their routes name, from services whose routes divide to the workloads they reach,
 * and from services that are a name for another host to that.
 */
export function declareCalls(context: CallContext): readonly DeclaredCall[] {
  const targets = new TargetFinder(context);
  const calls = new Map<string, DeclaredCall>();
  const routes = [
    ...virtualServiceRoutes(context, targets),
    ...gatewayApiRoutes(context, targets),
    ...ingressRoutes(context),
    ...externalNameRoutes(context, targets),
  ];
  for (const route of routes) {
    // Several rules divide calls by what they match, and nobody knows how many match.
    const [only] = route.rules;
    const isWeighted = route.rules.length === 1 && only !== undefined;
    for (const rule of route.rules) {
      const total = rule.reduce((sum, { weight }) => sum + weight, 0);
      for (const destination of rule) {
        if (destination.weight === 0 && total > 0) continue;
        const part = total === 0 ? 1 / rule.length : destination.weight / total;
        for (const { end, part: ofTarget } of targets.of(destination)) {
          for (const source of route.sources) {
            if (sameEnd(source, end)) continue;
            const key = JSON.stringify([source, end, route.protocol]);
            const share = isWeighted ? round((calls.get(key)?.share ?? 0) + part * ofTarget) : undefined;
            calls.set(key, {
              source,
              target: end,
              host: destination.host,
              protocol: route.protocol,
              declaredBy: calls.get(key)?.declaredBy ?? route.declaredBy,
              ...(share === undefined || share >= 1 ? {} : { share }),
            });
          }
        }
      }
    }
  }
  return [...calls.values()];
}

function sameEnd(a: DeclaredEnd, b: DeclaredEnd): boolean {
  return a.kind === b.kind && a.namespace === b.namespace && a.name === b.name;
}

function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

function virtualServiceRoutes({ snapshot, naming, workloads }: CallContext, targets: TargetFinder): readonly Route[] {
  const { clusterDomain } = naming;
  const gatewayEnds = new Map(
    servedGateways(snapshot, workloads).map(({ gateway: { namespace, name }, servers }) => {
      const itself = workloads.filter(
        (workload) => workload.kind === 'gateway' && workload.namespace === namespace && workload.name === name,
      );
      const ends: readonly DeclaredEnd[] = (servers.length > 0 ? servers : itself).map(workloadEnd);
      return [`${namespace}/${name}`, ends];
    }),
  );
  return snapshot.ofKind(Kinds.virtualService).flatMap((route): Route[] => {
    const { spec, namespace } = route;
    const named = listOf(fieldOf(spec, 'gateways')).flatMap((name) => (typeof name === 'string' ? [name] : []));
    const gateways = named.length === 0 ? ['mesh'] : named;
    const hosts = listOf(fieldOf(spec, 'hosts')).flatMap((host) =>
      typeof host === 'string' ? [fullHost(host, namespace, clusterDomain)] : [],
    );
    const sources: DeclaredEnd[] = gateways.flatMap((name) =>
      name === 'mesh'
        ? hosts.flatMap((host) => {
            const service = targets.service(host);
            return service ? [targets.serviceEnd(service)] : [];
          })
        : (gatewayEnds.get(gatewayKey(name, namespace)) ?? []),
    );
    if (sources.length === 0) return [];
    const destinationsOf = (rule: unknown): Rule =>
      weighted(
        listOf(fieldOf(rule, 'route')).flatMap((entry) => {
          const destination = fieldOf(entry, 'destination');
          const host = stringOf(fieldOf(destination, 'host')) ?? '';
          if (host === '') return [];
          const subset = stringOf(fieldOf(destination, 'subset')) ?? '';
          return [
            { host: fullHost(host, namespace, clusterDomain), subset, weight: numberOf(fieldOf(entry, 'weight')) },
          ];
        }),
      );
    const declaredBy = naming.locate(refOf(route));
    return (['http', 'tls', 'tcp'] as const).flatMap((section): Route[] => {
      const rules = listOf(fieldOf(spec, section))
        .map(destinationsOf)
        .filter((rule) => rule.length > 0);
      const protocol = section === 'http' ? 'http' : 'tcp';
      return rules.length === 0 ? [] : [{ declaredBy, protocol, sources, rules }];
    });
  });
}

/** Istio: a single destination needs no weight; beside others none means 0. */
function weighted(
  destinations: readonly { readonly host: string; readonly subset: string; readonly weight: number | undefined }[],
): Rule {
  const isOnly = destinations.length === 1;
  return destinations.map(({ host, subset, weight }) => ({ host, subset, weight: isOnly ? 1 : (weight ?? 0) }));
}

function gatewayKey(name: string, namespace: string): string {
  const slash = name.indexOf('/');
  if (slash < 0) return `${namespace}/${name}`;
  return name.slice(0, slash) === '.' ? `${namespace}${name.slice(slash)}` : name;
}

const routeKinds = [
  [Kinds.httpRoute, 'http'],
  [Kinds.grpcRoute, 'grpc'],
  [Kinds.tlsRoute, 'tcp'],
  [Kinds.tcpRoute, 'tcp'],
] as const;

function gatewayApiRoutes(context: CallContext, targets: TargetFinder): readonly Route[] {
  const { snapshot, naming } = context;
  return routeKinds.flatMap(([kind, protocol]) =>
    snapshot.ofKind(kind).flatMap((route): Route[] => {
      const sources = listOf(fieldOf(route.spec, 'parentRefs')).flatMap((parent) =>
        parentEnds(parent, route, context, targets),
      );
      const rules = listOf(fieldOf(route.spec, 'rules'))
        .map((rule) => listOf(fieldOf(rule, 'backendRefs')).flatMap((ref) => backendOf(ref, route, naming)))
        .filter((rule) => rule.length > 0);
      if (sources.length === 0 || rules.length === 0) return [];
      return [{ declaredBy: naming.locate(refOf(route)), protocol, sources, rules }];
    }),
  );
}

/** A Gateway is drawn as what its controller deployed for it, and where that is elsewhere, as itself. */
function parentEnds(
  parent: unknown,
  route: MeshObject,
  { naming, workloads }: CallContext,
  targets: TargetFinder,
): readonly DeclaredEnd[] {
  const name = stringOf(fieldOf(parent, 'name')) ?? '';
  const namespace = stringOf(fieldOf(parent, 'namespace')) ?? route.namespace;
  const kind = stringOf(fieldOf(parent, 'kind')) ?? 'Gateway';
  if (kind === 'Service') {
    const service = targets.service(
      fullHost(`${name}.${namespace}.svc.${naming.clusterDomain}`, namespace, naming.clusterDomain),
    );
    return service ? [targets.serviceEnd(service)] : [];
  }
  if (kind !== 'Gateway') return [];
  return workloads
    .filter(
      (workload) =>
        workload.namespace === namespace &&
        workload.kind === 'gateway' &&
        (workload.labels[gatewayNameLabel] ?? workload.name) === name,
    )
    .map(workloadEnd);
}

function backendOf(ref: unknown, route: MeshObject, { clusterDomain }: ClusterNaming): Destination[] {
  const name = stringOf(fieldOf(ref, 'name')) ?? '';
  const kind = stringOf(fieldOf(ref, 'kind')) ?? 'Service';
  const namespace = stringOf(fieldOf(ref, 'namespace')) ?? route.namespace;
  if (name === '' || (kind !== 'Service' && kind !== 'Hostname')) return [];
  const host = kind === 'Hostname' ? name : `${name}.${namespace}.svc.${clusterDomain}`;
  // In the Gateway API a reference without a weight has 1.
  return [{ host: host.toLowerCase(), subset: '', weight: numberOf(fieldOf(ref, 'weight')) ?? 1 }];
}
