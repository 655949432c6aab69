import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { reachOf } from './rule-reachability.ts';

export const unreachableRule: ObjectCheck = {
  scope: 'object',
  code: 'MESH1305',
  rule: 'unreachable-rule',
  aliases: ['IST0130', 'IST0131'],
  severity: 'warning',
  summary: 'Earlier rules take every request that a rule is for.',
  warnedBy: 'webhook',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { rule, isUnreachable, covered } of reachOf(subject)) {
      if (!isUnreachable) continue;
      const by = [...new Set(covered.map((match) => match.by.rule))].filter((each) => each !== rule);
      const names = by.map(({ name }) => `\`${name}\``).join(', ');
      const takes = by.length === 1 ? 'takes' : 'take';
      context.report(subject, rule.path, {
        message: `No request gets to this rule: ${names} above ${takes} all that it is for.`,
        related: by.map(({ path, name }) => ({ message: `Rule \`${name}\`.`, object: subject, path })),
        fixes: [
          {
            title: 'Remove this rule',
            isPreferred: true,
            changes: [{ type: 'remove', object: subject, path: rule.path }],
          },
        ],
      });
    }
  },
};
