import type { Labels, MeshObject } from '../../../model/mesh-object.ts';
import type { Index } from '../check.ts';
import { perObject } from '../per-object.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import { Kinds } from '../../../model/kinds.ts';
import { isProxyOnly } from '../../semantics/mesh-membership.ts';
import { readWorkload, workloadKinds } from '../../semantics/workloads.ts';

/** What is known of the proxies that serve Gateways. */
export interface GatewayProxies {
  /** A cluster tells every workload. */
  readonly areAllKnown: boolean;
  /** Files declare at least one proxy of a gateway. */
  readonly someKnown: boolean;
}

const viewOf = perObject(readWorkload);

/**
 * Labels and image of Istio's charts: the chart `gateway` labels its proxies `istio: <name>`, the injector takes the
 * template `gateway` by an annotation, and a proxy that stands alone has the image `auto` or that of the proxy.
 */
function isGatewayProxy({ labels, annotations, containers }: WorkloadView): boolean {
  return (
    annotations['inject.istio.io/templates'] === 'gateway' ||
    labels['istio.io/gateway-name'] !== undefined ||
    hasGatewayLabel(labels) ||
    containers.every(({ name, image }) => name === 'istio-proxy' && (image === 'auto' || image.includes('proxyv2')))
  );
}

function hasGatewayLabel(labels: Labels): boolean {
  return /gateway$/.test(labels['istio'] ?? '');
}

/** Whether a workload is a gateway, or nothing here rules it out. What only machines outside the cluster know may be any. */
export function mayBeGateway({ labels, annotations, containers }: WorkloadView): boolean {
  return (
    labels['istio'] !== undefined ||
    labels['istio.io/gateway-name'] !== undefined ||
    labels['gateway.networking.k8s.io/gateway-name'] !== undefined ||
    annotations['inject.istio.io/templates'] !== undefined ||
    containers.every(({ name, isInit }) => isInit || name === 'istio-proxy')
  );
}

/** A gateway for sure, and no waypoint. */
export function isSurelyGateway(workload: WorkloadView): boolean {
  const { labels, annotations } = workload;
  return (
    labels['gateway.istio.io/managed'] !== 'istio.io-mesh-controller' &&
    isProxyOnly(workload) &&
    (annotations['inject.istio.io/templates'] === 'gateway' || hasGatewayLabel(labels))
  );
}

function isProxyObject(object: MeshObject): boolean {
  const view = viewOf(object);
  return view !== undefined && view.containers.length > 0 && isGatewayProxy(view);
}

export const gatewayProxies: Index<GatewayProxies> = {
  inputs: workloadKinds,
  relevant: isProxyObject,
  build: (objects) => {
    const workloads = workloadKinds.flatMap((kind) => objects.ofKind(kind));
    return {
      areAllKnown: objects.isComplete(Kinds.pod),
      someKnown: workloads.some(isProxyObject),
    };
  },
};
