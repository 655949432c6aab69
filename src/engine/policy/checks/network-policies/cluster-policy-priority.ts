import { groupBy } from '../../../../shared/group-by.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ClusterPolicyView } from '../../semantics/network-policy/cluster-policy.ts';
import { subjectsMeet } from '../../semantics/network-policy/cluster-policy.ts';
import type { Index, ObjectCheck } from '../check.ts';
import { clusterPolicyOf } from './network-policy-views.ts';

const kinds = [Kinds.clusterNetworkPolicy, Kinds.adminNetworkPolicy] as const;

const rankOf = ({ object, tier, priority }: ClusterPolicyView): string => `${object.kind} ${tier} ${String(priority)}`;

const byRank: Index<ReadonlyMap<string, readonly ClusterPolicyView[]>> = {
  inputs: kinds,
  relevant: ({ spec }) => spec,
  build: (objects) =>
    groupBy(
      kinds.flatMap((kind) => objects.ofKind(kind).map(clusterPolicyOf)),
      rankOf,
    ),
};

export const clusterPolicyPriority: ObjectCheck = {
  scope: 'object',
  code: 'MESH5008',
  rule: 'cluster-policy-priority',
  aliases: [],
  severity: 'warning',
  summary:
    'Two policies of the whole cluster have the same priority for the same pods; which goes first is not defined.',
  subject: kinds,
  inputs: [byRank],
  run(context) {
    const { subject } = context;
    const policy = clusterPolicyOf(subject);
    if (policy.priority === undefined) return;
    const rivals = (context.index(byRank).get(rankOf(policy)) ?? []).filter(
      (other) =>
        // Another version of the same object, in another file, is no rival.
        other.object.name !== subject.name &&
        subjectsMeet(policy.subject, other.subject) &&
        (['ingress', 'egress'] as const).some((way) => policy.rules[way].length > 0 && other.rules[way].length > 0),
    );
    if (rivals.length === 0) return;
    const names = rivals.slice(0, 5).map(({ object }) => `\`${object.name}\``);
    context.report(subject, ['spec', 'priority'], {
      message: `${names.join(', ')} has priority ${String(policy.priority)} too, for pods that this is for: which of them decides is not defined.`,
      part: 'value',
      related: rivals
        .slice(0, 5)
        .map(({ object }) => ({ message: `${object.kind} ${object.name}.`, object, path: ['spec', 'priority'] })),
    });
  },
};
