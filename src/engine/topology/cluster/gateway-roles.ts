import { fieldOf, stringOf, textsOf } from '../../../shared/untrusted.ts';
import { Kinds } from '../../model/kinds.ts';
import type { Labels } from '../../model/mesh-object.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { DeclaredWorkload } from '../declarations.ts';

/** Label of what a controller of the Gateway API deploys: the name of its Gateway. */
export const gatewayNameLabel = 'gateway.networking.k8s.io/gateway-name';
export const waypointClass = 'istio-waypoint';

/** Selectors of Istio's Gateways; they select pods of every namespace. */
export function gatewaySelectors(snapshot: Snapshot): readonly Labels[] {
  return snapshot
    .ofKind(Kinds.gateway)
    .map(({ spec }) => textsOf(fieldOf(spec, 'selector')))
    .filter((selector) => Object.keys(selector).length > 0);
}

/** What a workload with these labels is for. */
export function roleOf(labels: Labels, selectors: readonly Labels[]): DeclaredWorkload['kind'] {
  const managed = labels['gateway.istio.io/managed'];
  const gatewayClass = labels['gateway.networking.k8s.io/gateway-class-name'];
  if (gatewayClass === waypointClass || managed === 'istio.io-mesh-controller') return 'waypoint';
  if (labels[gatewayNameLabel] !== undefined) return 'gateway';
  return selectors.some((selector) => selects(selector, labels)) ? 'gateway' : 'workload';
}

export function selects(selector: Labels, labels: Labels): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

/** Waypoints as `namespace/name`, as metrics call their workloads. */
export function waypointNames(workloads: readonly DeclaredWorkload[]): ReadonlySet<string> {
  return new Set(
    workloads.filter(({ kind }) => kind === 'waypoint').map(({ namespace, name }) => `${namespace}/${name}`),
  );
}

/** The ids by which Istio's control planes call this cluster, as far as their Deployments tell. */
export function istioClusterIds(snapshot: Snapshot): readonly string[] {
  const ids = new Set<string>();
  for (const deployment of snapshot.ofKind(Kinds.deployment)) {
    if (deployment.labels['app'] !== 'istiod') continue;
    for (const container of containersOf(deployment.spec)) {
      for (const variable of listOfFields(container, 'env')) {
        if (fieldOf(variable, 'name') !== 'CLUSTER_ID') continue;
        const id = stringOf(fieldOf(variable, 'value'));
        if (id !== undefined && id !== '') ids.add(id);
      }
    }
  }
  return [...ids].sort();
}

function containersOf(spec: unknown): readonly unknown[] {
  return listOfFields(fieldOf(fieldOf(spec, 'template'), 'spec'), 'containers');
}

function listOfFields(value: unknown, key: string): readonly unknown[] {
  const list = fieldOf(value, key);
  return Array.isArray(list) ? list : [];
}
