import type { ObjectCheck } from '../check.ts';
import { ciliumPolicyKinds, ciliumSpecsOf } from './cilium-view.ts';

export const combinedPeers: ObjectCheck = {
  scope: 'object',
  code: 'MESH6003',
  rule: 'combined-cilium-peers',
  aliases: [],
  severity: 'error',
  summary: 'A rule of Cilium says in two ways who is meant, which Cilium refuses: each needs a rule of its own.',
  subject: ciliumPolicyKinds,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { rules } of ciliumSpecsOf(subject)) {
      for (const { path, peers } of rules) {
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
