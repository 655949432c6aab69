import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { reachOf } from './rule-reachability.ts';

export const ineffectiveMatch: ObjectCheck = {
  scope: 'object',
  code: 'MESH1306',
  rule: 'ineffective-match',
  aliases: ['IST0131'],
  severity: 'information',
  summary: 'An earlier match takes every request that one match of a rule is for.',
  warnedBy: 'webhook',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { rule, isUnreachable, covered } of reachOf(subject)) {
      if (isUnreachable) continue;
      for (const { path, by } of covered) {
        const where = by.rule === rule ? 'another match of this rule' : `a match of \`${by.rule.name}\``;
        context.report(subject, path, {
          message: `This match changes nothing: ${where} above takes all that it is for.`,
          related: [{ message: 'The match that takes them.', object: subject, path: by.path }],
          fixes: [
            { title: 'Remove this match', isPreferred: true, changes: [{ type: 'remove', object: subject, path }] },
          ],
        });
      }
    }
  },
};
