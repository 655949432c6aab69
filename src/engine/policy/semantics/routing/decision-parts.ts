/** Parts of a RouteDecision: what was compiled, in the words of the contract. */
import { formatGoDuration } from '../../../../shared/go-duration.ts';
import type { SourceRef } from '../../../../shared/resource.ts';
import type {
  DecidedRoute,
  RouteBackend,
  RouteDecision,
  RouteFault,
  RouteMirror,
  RouteRetries,
} from '../../../../shared/route-decision.ts';
import type {
  CompiledDestination,
  CompiledFault,
  CompiledMatch,
  CompiledMirror,
  CompiledRetry,
  CompiledRule,
  Upstream,
} from './compiled.ts';

export type Locate = (ref: SourceRef) => SourceRef;

/** Every destination with its fraction of the calls. The only one gets all. */
export function backendsOf(destinations: readonly CompiledDestination[]): readonly RouteBackend[] {
  const total = destinations.reduce((sum, { weight }) => sum + weight, 0);
  return destinations.map(({ host, namespace, service, subset, port, weight }) => ({
    host,
    namespace,
    service,
    ...(subset !== undefined && { subset }),
    port,
    weight,
    share: destinations.length === 1 ? 1 : total > 0 ? weight / total : 0,
  }));
}

export function mirrorsOf(mirrors: readonly CompiledMirror[]): readonly RouteMirror[] {
  return mirrors.map(({ destination: { host, namespace, service, subset, port }, percent }) => ({
    host,
    namespace,
    service,
    ...(subset !== undefined && { subset }),
    port,
    share: percent / 100,
  }));
}

export function retriesOf(retry: CompiledRetry): RouteRetries | undefined {
  if (retry.attempts === 0) return undefined;
  return {
    attempts: retry.attempts,
    retryOn: [...retry.retryOn, ...retry.retriableStatusCodes].join(','),
    ...(retry.perTryTimeoutMs !== undefined && { perTryTimeout: formatGoDuration(retry.perTryTimeoutMs) }),
  };
}

export function faultOf(fault: CompiledFault): RouteFault {
  return {
    ...(fault.delay && { delay: { duration: formatGoDuration(fault.delay.ms), percent: fault.delay.percent } }),
    ...(fault.abort && { abort: { status: fault.abort.status, percent: fault.abort.percent } }),
  };
}

export function decidedRoute(
  rule: CompiledRule,
  match: CompiledMatch | undefined,
  locate: Locate,
): DecidedRoute | undefined {
  if (!rule.source) return undefined;
  const { resource, path, uri, range } = locate(rule.source);
  return {
    resource,
    rule: rule.name,
    ...(match && { match: match.name }),
    path,
    ...(uri !== undefined && { uri }),
    ...(range && { range }),
  };
}

/** TLS between the proxies. `auto` is mutual where an endpoint takes it; where none is known, as its policy would have it. */
export function tlsModeOf(
  upstream: Upstream | undefined,
  policyTakesMutual: () => boolean,
): RouteDecision['tls']['mode'] {
  if (!upstream) return 'none';
  switch (upstream.tls.mode) {
    case 'none':
      return 'none';
    case 'istio-mutual':
      return 'istio-mutual';
    case 'simple':
      return upstream.tls.clientCertificate ? 'mutual' : 'simple';
    case 'auto': {
      const takesMutual = ({ inboundTls }: Upstream['endpoints'][number]): boolean =>
        inboundTls === 'permissive' || inboundTls === 'strict';
      const { endpoints } = upstream;
      return (endpoints.length === 0 ? policyTakesMutual() : endpoints.some(takesMutual)) ? 'istio-mutual' : 'none';
    }
  }
}
