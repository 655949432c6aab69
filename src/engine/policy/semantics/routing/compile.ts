/** Compiles the routes of one proxy from a snapshot: what istiod would give its Envoy. */
import type { ResolvedMeshSettings } from '../../../../shared/mesh-settings.ts';
import type { EndpointDirectory } from '../../../model/endpoints.ts';
import type { Snapshot } from '../../../model/snapshot.ts';
import type { ServiceModel } from '../services.ts';
import type { CompiledRoutes, CompileProblem, Upstream } from './compiled.ts';
import type { ConsolidatedRule } from './destination-rules.ts';
import { compileGatewayRoutes } from './gateway-routes.ts';
import { prepareRouting, type PreparedRouting } from './prepare.ts';
import type { ProxyNode } from './proxy-node.ts';
import { compileSidecarRoutes } from './sidecar-routes.ts';
import { sidecarFor, unknownHostsOf } from './sidecar-scope.ts';
import { effectivePolicy } from './traffic-policy.ts';
import { buildUpstream, endpointsOf, type UpstreamContext } from './upstreams.ts';

export interface CompileInput {
  readonly snapshot: Snapshot;
  readonly endpoints: EndpointDirectory;
  readonly node: ProxyNode;
  readonly settings: ResolvedMeshSettings;
}

export interface CompileResult {
  readonly routes: CompiledRoutes;
  /** Of all objects of the snapshot, whether this proxy uses them or not. */
  readonly problems: readonly CompileProblem[];
}

type RuleLookup = (service: ServiceModel) => ConsolidatedRule | undefined;

function ruleLookup(prepared: PreparedRouting, node: ProxyNode): RuleLookup {
  const found = new Map<ServiceModel, ConsolidatedRule | undefined>();
  return (service) => {
    if (!found.has(service)) found.set(service, prepared.destinationRules.find(node, service));
    return found.get(service);
  };
}

function compileUpstreams(
  services: readonly ServiceModel[],
  ruleOf: RuleLookup,
  context: UpstreamContext,
): readonly Upstream[] {
  return services.flatMap((service) => {
    if (service.aliasOf !== undefined) return [];
    const rule = ruleOf(service);
    return service.ports.flatMap((port) => {
      const endpoints = endpointsOf(service, port, context);
      return [undefined, ...(rule?.subsets ?? [])].map((subset) =>
        buildUpstream(service, port, rule, subset, endpoints, context),
      );
    });
  });
}

/** Upstreams that routes can send to: what a gateway keeps of all services it could reach. */
function reachable(upstreams: readonly Upstream[], routes: Pick<CompiledRoutes, 'http' | 'tcp'>): readonly Upstream[] {
  const used = new Set<string>();
  for (const { virtualHosts } of routes.http) {
    for (const { rules } of virtualHosts) {
      for (const { action } of rules) {
        if (action.type !== 'forward') continue;
        for (const { upstream } of action.destinations) used.add(upstream);
        for (const { destination } of action.mirrors) used.add(destination.upstream);
      }
    }
  }
  for (const { destinations } of routes.tcp) for (const { upstream } of destinations) used.add(upstream);
  return upstreams.filter(({ id }) => used.has(id));
}

/**
 * Routes of one proxy. Problems of severity `error` are objects that Istio would refuse or routes that cannot work; what is
 * sound of a broken object still works in the result. Objects are read once per snapshot and settings, see `prepareRouting`.
 */
export function compileRoutes(input: CompileInput): CompileResult {
  const { snapshot, endpoints, node, settings } = input;
  const prepared = prepareRouting(snapshot, settings);
  const { defaults, peerAuthentications, problems } = prepared;
  const view = prepared.view(node.namespace);
  const ruleOf = ruleLookup(prepared, node);
  const context: UpstreamContext = {
    snapshot,
    settings,
    endpoints,
    peerAuthentications,
    defaultPool: defaults.pool,
    autoMtls: defaults.autoMtls,
    ...(defaults.outlier && { defaultOutlier: defaults.outlier }),
  };
  const isHashed = (host: string, port: number, subset: string | undefined): boolean => {
    const service = view.services.get(host);
    const rule = service && ruleOf(service);
    const ofSubset = rule?.subsets.find(({ name }) => name === subset);
    const balancer = effectivePolicy(rule?.policy, ofSubset?.policy, port).loadBalancer?.type;
    return balancer === 'ring-hash' || balancer === 'maglev';
  };
  const { pathNormalization } = defaults;
  if (node.kind === 'gateway') {
    const routes = compileGatewayRoutes({ prepared, view, node, isHashed });
    const upstreams = compileUpstreams([...view.services.values()], ruleOf, context);
    return {
      routes: { ...routes, upstreams: reachable(upstreams, routes), unknownHosts: 'refuse', pathNormalization },
      problems,
    };
  }
  const sidecar = sidecarFor(prepared.sidecars, node, settings);
  const unknownHosts = unknownHostsOf(sidecar, settings);
  const { http, tcp, services } = compileSidecarRoutes({ prepared, view, node, sidecar, unknownHosts, isHashed });
  const upstreams = compileUpstreams(services, ruleOf, context);
  return { routes: { http, tcp, upstreams, unknownHosts, pathNormalization }, problems };
}
