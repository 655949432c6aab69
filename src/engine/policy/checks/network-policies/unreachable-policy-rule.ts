import { clusterPolicyKinds, ruleCovers } from '../../semantics/network-policy/cluster-policy.ts';
import type { ObjectCheck } from '../check.ts';
import { clusterPolicyOf } from './network-policy-views.ts';

export const unreachablePolicyRule: ObjectCheck = {
  scope: 'object',
  code: 'MESH5009',
  rule: 'unreachable-policy-rule',
  aliases: [],
  severity: 'warning',
  summary: 'An earlier rule of a policy for the whole cluster decides all that a rule is for.',
  subject: clusterPolicyKinds,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const rules of Object.values(clusterPolicyOf(subject).rules)) {
      for (const [index, rule] of rules.entries()) {
        const first = rules.slice(0, index).find((earlier) => ruleCovers(earlier, rule));
        if (!first) continue;
        context.report(subject, rule.path, {
          message: `\`${first.name}\` (${first.action}) above decides all that this rule is for.`,
          related: [{ message: `Rule \`${first.name}\`.`, object: subject, path: first.path }],
          fixes: [
            {
              title: 'Remove this rule',
              isPreferred: true,
              changes: [{ type: 'remove', object: subject, path: rule.path }],
            },
          ],
        });
      }
    }
  },
};
