import { fieldOf, isRecord, listOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { LabelSelector } from '../../semantics/label-selector.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { networkPolicies, networkPolicyOf } from './network-policy-views.ts';

export const closedIngress: ObjectCheck = {
  scope: 'object',
  code: 'MESH5010',
  rule: 'closed-ingress',
  aliases: [],
  severity: 'warning',
  summary:
    'A NetworkPolicy that speaks of calls from its pods only closes them to all calls, as it has no `policyTypes`.',
  needsValidText: true,
  subject: Kinds.networkPolicy,
  inputs: [networkPolicies],
  run(context) {
    const { subject } = context;
    const { spec } = subject;
    const { hasTypes } = networkPolicyOf(subject);
    const egress = fieldOf(spec, 'egress');
    // Ingress that is written, if only as an empty list, is meant.
    if (!isRecord(spec) || hasTypes || !Array.isArray(egress) || Array.isArray(spec.ingress)) return;
    const hasRules = listOf(egress).length > 0;
    if (hasRules && isClosedAnyway(context)) return;
    context.report(subject, ['spec', 'egress'], {
      message: hasRules
        ? 'Without `policyTypes` a policy is for ingress too, and here nothing is let in: the pods get no calls.'
        : 'Without `policyTypes` an empty `egress` does not count, and the policy is for ingress: the pods get no calls, and may call everybody.',
      part: 'key',
      fixes: [['Egress'], ['Ingress', 'Egress']].map((types, index) => ({
        title: `Say \`policyTypes: [${types.join(', ')}]\``,
        isPreferred: index === 0,
        changes: [{ type: 'insert-field', object: subject, path: ['spec'], key: 'policyTypes', value: types }],
      })),
    });
  },
};

/** Another policy closes the same pods, so that this one changes nothing for their ingress. */
function isClosedAnyway(context: CheckContext): boolean {
  const { subject } = context;
  const { selector } = networkPolicyOf(subject);
  return (context.index(networkPolicies).get(subject.namespace) ?? []).some(
    (other) => other.object.name !== subject.name && other.isolates.has('ingress') && covers(other.selector, selector),
  );
}

/** Every pod that `narrow` selects is one that `wide` selects; false where that cannot be told. */
function covers(wide: LabelSelector | undefined, narrow: LabelSelector | undefined): boolean {
  const written = (narrow?.requirements ?? []).map((requirement) => JSON.stringify(requirement));
  return wide?.requirements.every((requirement) => written.includes(JSON.stringify(requirement))) ?? false;
}
