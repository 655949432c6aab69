import { fieldOf, isRecord, listOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';

export const everythingRule: ObjectCheck = {
  scope: 'object',
  code: 'MESH1754',
  rule: 'everything-rule',
  aliases: [],
  severity: 'warning',
  summary: 'A rule of an AuthorizationPolicy has no condition, so the other rules beside it do nothing.',
  subject: Kinds.authorizationPolicy,
  inputs: [],
  run(context) {
    const { subject } = context;
    const rules = listOf(fieldOf(subject.spec, 'rules'));
    const at = rules.findIndex((rule) => isRecord(rule) && saysNothing(rule));
    if (at < 0 || rules.length < 2) return;
    const action = stringOf(fieldOf(subject.spec, 'action')) ?? 'ALLOW';
    const path = ['spec', 'rules', at];
    context.report(subject, path, {
      message: `This rule fits every request, so that ${action} applies to all and the other ${rules.length === 2 ? 'rule does' : 'rules do'} nothing.`,
      related: rules
        .flatMap((_, index) => (index === at ? [] : [index]))
        .slice(0, 3)
        .map((index) => ({ message: 'It changes nothing.', object: subject, path: ['spec', 'rules', index] })),
      fixes: [{ title: 'Remove this rule', changes: [{ type: 'remove', object: subject, path }] }],
    });
  },
};

/** None of what a rule may ask for is written, if only to say nothing. */
const saysNothing = (rule: object): boolean =>
  ['from', 'to', 'when'].every((key) => (fieldOf(rule, key) ?? undefined) === undefined) &&
  Object.keys(rule).every((key) => ['from', 'to', 'when'].includes(key));
