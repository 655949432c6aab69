import { fieldOf, listOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { networkPolicyOf } from './network-policy-views.ts';

export const ignoredPolicyRules: ObjectCheck = {
  scope: 'object',
  code: 'MESH5004',
  rule: 'ignored-network-policy-rules',
  aliases: [],
  severity: 'warning',
  summary: 'A NetworkPolicy has rules for a direction that its `policyTypes` leave out, so they do nothing.',
  subject: Kinds.networkPolicy,
  inputs: [],
  run(context) {
    const { subject } = context;
    const { isolates, hasTypes } = networkPolicyOf(subject);
    // A word that is no type has a finding of its own.
    const words = listOf(fieldOf(subject.spec, 'policyTypes'));
    if (!hasTypes || !words.every((word) => word === 'Ingress' || word === 'Egress')) return;
    for (const [direction, type] of [
      ['ingress', 'Ingress'],
      ['egress', 'Egress'],
    ] as const) {
      if (isolates.has(direction) || listOf(fieldOf(subject.spec, direction)).length === 0) continue;
      context.report(subject, ['spec', direction], {
        message: `\`policyTypes\` leaves out \`${type}\`, so these rules do nothing.`,
        part: 'key',
        fixes: [
          {
            title: `Add \`${type}\` to \`policyTypes\``,
            isPreferred: true,
            changes: [{ type: 'append-item', object: subject, path: ['spec', 'policyTypes'], value: type }],
          },
        ],
      });
    }
  },
};
