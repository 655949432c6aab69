import { groupBy } from '../../../../shared/group-by.ts';
import { Kinds } from '../../../model/kinds.ts';
import { readClusterPolicy } from '../../semantics/network-policy/cluster-policy.ts';
import type { NetworkPolicyView } from '../../semantics/network-policy/network-policy.ts';
import { readNetworkPolicy } from '../../semantics/network-policy/network-policy.ts';
import type { Index } from '../check.ts';
import { perObject } from '../per-object.ts';

export const networkPolicyOf = perObject(readNetworkPolicy);
export const clusterPolicyOf = perObject(readClusterPolicy);

/** Policies by namespace: those of one namespace allow together. */
export const networkPolicies: Index<ReadonlyMap<string, readonly NetworkPolicyView[]>> = {
  inputs: [Kinds.networkPolicy],
  relevant: ({ spec }) => spec,
  build: (objects) =>
    groupBy(objects.ofKind(Kinds.networkPolicy).map(networkPolicyOf), ({ object }) => object.namespace),
};
