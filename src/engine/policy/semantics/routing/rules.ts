/** Rules of a VirtualService narrowed to one proxy and one port. */
import type { ResolvedMeshSettings } from '../../../../shared/mesh-settings.ts';
import { selectorMatches } from '../hosts.ts';
import type { ServiceModel } from '../services.ts';
import {
  noHeaderOperations,
  type CompiledDestination,
  type CompiledForward,
  type CompiledMirror,
  type CompiledRetry,
  type CompiledRule,
} from './compiled.ts';
import { combineHeaderOperations, noHeaderRules } from './header-operations.ts';
import type { MatchScope } from './http-match.ts';
import type { ProxyNode } from './proxy-node.ts';
import { defaultRetry, type RetrySettings } from './route-settings.ts';
import { upstreamId } from './upstreams.ts';
import type { HttpRule, RouteTarget, TcpRule, WeightedTarget } from './virtual-service.ts';

export interface RuleContext {
  readonly node: ProxyNode;
  /** Gateways the proxy stands for: `mesh`, or `namespace/name`. */
  readonly gateways: ReadonlySet<string>;
  readonly port: number;
  readonly settings: ResolvedMeshSettings;
  /** A service the proxy sees. */
  service(host: string): ServiceModel | undefined;
  /**
   * Port of a destination that names none. Sidecars send to the port of the call, also where the service has another only
   * one; gateways take the only port of the service.
   */
  defaultPort(service: ServiceModel | undefined): number;
  /** The upstream balances by hash, so that a retry must not avoid the host it hashes to. */
  isHashed(host: string, port: number, subset: string | undefined): boolean;
  readonly meshRetry: RetrySettings | undefined;
}

/** The entry is meant for this proxy and port. Gateways, where given, decide alone. */
function scopeApplies(scope: MatchScope, context: Pick<RuleContext, 'node' | 'gateways' | 'port'>): boolean {
  if (scope.port !== undefined && scope.port !== context.port) return false;
  if (scope.gateways.length > 0) return scope.gateways.some((gateway) => context.gateways.has(gateway));
  if (!selectorMatches(scope.sourceLabels, context.node.labels)) return false;
  return scope.sourceNamespace === undefined || scope.sourceNamespace === context.node.namespace;
}

/** Namespace and name in `name.namespace.svc.domain`, for hosts nobody declared. */
function nameOfHost(host: string, settings: ResolvedMeshSettings): { namespace: string; service: string } {
  const suffix = `.svc.${settings.clusterDomain}`;
  const [name, namespace, more] = host.endsWith(suffix) ? host.slice(0, -suffix.length).split('.') : [];
  if (name && namespace && more === undefined) return { namespace, service: name };
  return { namespace: '', service: host };
}

interface ResolvedTarget {
  readonly upstream: string;
  readonly host: string;
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
  readonly subset?: string;
}

function resolveTarget(target: RouteTarget, context: RuleContext): ResolvedTarget {
  const named = context.service(target.host);
  const port = target.port ?? context.defaultPort(named);
  const host = named?.aliasOf ?? target.host;
  const service = named?.aliasOf === undefined ? named : context.service(named.aliasOf);
  const names = service ? { namespace: service.namespace, service: service.name } : nameOfHost(host, context.settings);
  return {
    upstream: upstreamId(host, port, target.subset),
    host,
    ...names,
    port,
    ...(target.subset !== undefined && { subset: target.subset }),
  };
}

function compileDestination(
  target: WeightedTarget,
  rule: HttpRule,
  isOnly: boolean,
  context: RuleContext,
): CompiledDestination {
  const own = target.headers ?? noHeaderRules;
  const shared = rule.headers ?? noHeaderRules;
  return {
    ...resolveTarget(target, context),
    // The only destination gets everything, whatever its weight.
    weight: isOnly ? Math.max(1, target.weight) : target.weight,
    ...(own.authority !== undefined && { authority: own.authority }),
    request: combineHeaderOperations(shared.request, own.request, isOnly),
    response: combineHeaderOperations(shared.response, own.response, isOnly),
  };
}

function compileRetry(
  rule: HttpRule,
  destinations: readonly CompiledDestination[],
  context: RuleContext,
): CompiledRetry {
  const settings = rule.retries ?? context.meshRetry;
  const [only] = destinations;
  // istiod looks at the hash where the rule lists one destination, weights of 0 included.
  const isHashed =
    rule.targets.length === 1 && only !== undefined && context.isHashed(only.host, only.port, only.subset);
  const avoidPreviousHosts = settings?.avoidPreviousHosts ?? !isHashed;
  return { ...(settings?.retry ?? defaultRetry), avoidPreviousHosts };
}

function compileForward(rule: HttpRule, context: RuleContext): CompiledForward {
  const isOnly = rule.targets.length === 1;
  const destinations = rule.targets
    // Several destinations: those with weight 0 get nothing.
    .filter((target) => isOnly || target.weight > 0)
    .map((target) => compileDestination(target, rule, isOnly, context));
  const mirrors = (rule.mirrors ?? []).map((mirror): CompiledMirror => ({
    destination: {
      ...resolveTarget(mirror, context),
      weight: 1,
      request: noHeaderOperations,
      response: noHeaderOperations,
    },
    percent: mirror.percent,
  }));
  const authority = rule.rewrite?.authority ?? rule.headers?.authority;
  const rewrite = { ...rule.rewrite, ...(authority !== undefined && { authority }) };
  return {
    type: 'forward',
    destinations,
    mirrors,
    timeoutMs: rule.timeoutMs ?? 0,
    retry: compileRetry(rule, destinations, context),
    ...(Object.keys(rewrite).length > 0 && { rewrite }),
  };
}

/** Rules that can apply to this proxy and port, in order. A rule none of whose matches is meant for it is left out. */
export function compileRules(rules: readonly HttpRule[], context: RuleContext): readonly CompiledRule[] {
  return rules.flatMap((rule): CompiledRule[] => {
    const matches = rule.matches.filter(({ scope }) => scopeApplies(scope, context)).map(({ compiled }) => compiled);
    if (rule.matches.length > 0 && matches.length === 0) return [];
    const action = rule.redirect ?? rule.direct ?? compileForward(rule, context);
    const headers = action.type === 'forward' ? undefined : rule.headers;
    return [
      {
        name: rule.name ?? rule.position,
        source: rule.source,
        matches,
        action,
        request: headers?.request ?? noHeaderOperations,
        response: headers?.response ?? noHeaderOperations,
        ...(rule.fault && { fault: rule.fault }),
      },
    ];
  });
}

/** Destinations of the first TCP rule that applies; undefined where none does. */
export function compileTcpRule(
  rules: readonly TcpRule[],
  context: RuleContext,
): { readonly destinations: readonly CompiledDestination[]; readonly source: TcpRule['source'] } | undefined {
  const rule = rules.find(
    ({ matches, targets }) =>
      targets.length > 0 && (matches.length === 0 || matches.some((scope) => scopeApplies(scope, context))),
  );
  if (!rule) return undefined;
  const isOnly = rule.targets.length === 1;
  const destinations = rule.targets
    .filter((target) => isOnly || target.weight > 0)
    .map((target) => ({
      ...resolveTarget(target, context),
      weight: isOnly ? Math.max(1, target.weight) : target.weight,
      request: noHeaderOperations,
      response: noHeaderOperations,
    }));
  return { destinations, source: rule.source };
}

/** What a service port does where no VirtualService says otherwise. */
export function defaultDestination(service: ServiceModel, port: number, context: RuleContext): CompiledDestination {
  const target = resolveTarget({ host: service.host, port, source: { resource: emptyRef, path: [] } }, context);
  return { ...target, weight: 1, request: noHeaderOperations, response: noHeaderOperations };
}

const emptyRef = { apiVersion: '', kind: '', namespace: '', name: '' };

/** The default rule of a service port. */
export function defaultRule(service: ServiceModel, port: number, context: RuleContext): CompiledRule {
  const action: CompiledForward = {
    type: 'forward',
    destinations: [defaultDestination(service, port, context)],
    mirrors: [],
    timeoutMs: 0,
    // Istio's default routes avoid hosts already tried even where the upstream balances by hash.
    retry: { ...(context.meshRetry?.retry ?? defaultRetry), avoidPreviousHosts: true },
  };
  return { name: 'default', matches: [], action, request: noHeaderOperations, response: noHeaderOperations };
}
