import type { FieldPath } from '../../../../shared/text.ts';
import type { UntrustedRecord } from '../../../../shared/untrusted.ts';
import { listOf } from '../../../../shared/untrusted.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { ciliumPolicyKinds, ciliumSpecsOf } from './cilium-view.ts';

export const combinedPeers: ObjectCheck = {
  scope: 'object',
  code: 'MESH6003',
  rule: 'combined-cilium-peers',
  aliases: [],
  severity: 'error',
  summary:
    'A rule of Cilium says in two ways who or what is meant, which Cilium refuses: each needs a rule of its own.',
  subject: ciliumPolicyKinds,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { rules } of ciliumSpecsOf(subject)) {
      for (const { path, peers, value } of rules) {
        checkMessages(context, path, value);
        const [first, second] = peers;
        if (first === undefined || second === undefined) continue;
        context.report(subject, [...path, second], {
          message: `\`${second}\` cannot stand beside \`${first}\` in one rule: Cilium refuses the policy. Make it two rules.`,
          part: 'key',
          related: [{ message: `\`${first}\`.`, object: subject, path: [...path, first] }],
        });
      }
    }
  },
};

function checkMessages(context: CheckContext, path: FieldPath, value: UntrustedRecord): void {
  if (listOf(value.icmps).length === 0 || listOf(value.toPorts).length === 0) return;
  context.report(context.subject, [...path, 'icmps'], {
    message: '`icmps` cannot stand beside `toPorts` in one rule: Cilium refuses the policy. Make it two rules.',
    part: 'key',
    related: [{ message: '`toPorts`.', object: context.subject, path: [...path, 'toPorts'] }],
  });
}
