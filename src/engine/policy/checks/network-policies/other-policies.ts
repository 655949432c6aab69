/** Policies that let through what no NetworkPolicy does: those of Cilium allow beside them, those of the cluster before. */
import { Kinds } from '../../../model/kinds.ts';
import type { KindKey } from '../../../model/mesh-object.ts';
import type { CheckContext } from '../check.ts';

export const otherPolicyKinds: readonly KindKey[] = [
  Kinds.ciliumNetworkPolicy,
  Kinds.ciliumClusterwideNetworkPolicy,
  Kinds.adminNetworkPolicy,
  Kinds.clusterNetworkPolicy,
];

/** Whether others than NetworkPolicies may decide about the namespace of the subject. Reads `otherPolicyKinds`. */
export function hasOtherPolicies(context: CheckContext): boolean {
  const { namespace } = context.subject;
  return otherPolicyKinds.some((kind) =>
    context.ofKind(kind).some((policy) => policy.namespace === '' || policy.namespace === namespace),
  );
}
