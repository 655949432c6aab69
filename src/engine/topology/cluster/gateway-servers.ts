/** Which workloads serve the Gateways of Istio, and what stands for those that none serves. */
import type { HealthState } from '../../../shared/health.ts';
import { fieldOf, textsOf } from '../../../shared/untrusted.ts';
import { Kinds } from '../../model/kinds.ts';
import type { Labels, MeshObject } from '../../model/mesh-object.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { ClusterNaming, LabelledWorkload } from './declare-workloads.ts';
import { selects } from './gateway-roles.ts';
import { podlessGateway } from './podless-gateway.ts';

export interface ServedGateway {
  readonly gateway: MeshObject;
  readonly selector: Labels;
  readonly servers: readonly LabelledWorkload[];
}

/** Gateways of Istio select pods of every namespace; many of them have one selector. One without a selector is left out. */
export function servedGateways(snapshot: Snapshot, workloads: readonly LabelledWorkload[]): readonly ServedGateway[] {
  const bySelector = new Map<string, readonly LabelledWorkload[]>();
  return snapshot.ofKind(Kinds.gateway).flatMap((gateway): ServedGateway[] => {
    const selector = textsOf(fieldOf(gateway.spec, 'selector'));
    if (Object.keys(selector).length === 0) return [];
    const key = JSON.stringify(selector);
    const servers = bySelector.get(key) ?? workloads.filter(({ labels }) => selects(selector, labels));
    bySelector.set(key, servers);
    return [{ gateway, selector, servers }];
  });
}

/** "istio=ingressgateway, app=front" */
export const labelWords = (labels: Labels): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');

/** Health of a Gateway that no known pod serves. Only who knows all pods can say that none does. */
export function unservedHealth(selector: Labels, knowsAllPods: boolean): HealthState {
  const words = labelWords(selector);
  return knowsAllPods
    ? { health: 'failing', reason: `No pod has the labels ${words}` }
    : { health: 'unknown', reason: `No pod that is read here has the labels ${words}; other namespaces may have one` };
}

/** A Gateway that no known workload serves, as itself: its routes lead somewhere all the same. */
export const unservedGateway = (
  { gateway, selector }: ServedGateway,
  naming: ClusterNaming,
  knowsAllPods: boolean,
): LabelledWorkload => podlessGateway(gateway, gateway.name, naming, unservedHealth(selector, knowsAllPods));
