import { fieldOf, isRecord, listOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';

export const ruleInTwo: ObjectCheck = {
  scope: 'object',
  code: 'MESH1719',
  rule: 'rule-in-two',
  aliases: [],
  severity: 'information',
  summary: 'One rule says who may call and the next what may be called, so that either is enough.',
  subject: Kinds.authorizationPolicy,
  inputs: [],
  run(context) {
    const { subject } = context;
    if ((stringOf(fieldOf(subject.spec, 'action')) ?? 'ALLOW') !== 'ALLOW') return;
    const [who, what, ...others] = listOf(fieldOf(subject.spec, 'rules'));
    if (others.length > 0 || !hasOnly(who, 'from') || !hasOnly(what, 'to')) return;
    const operations = listOf(fieldOf(what, 'to')).map((entry) => fieldOf(entry, 'operation'));
    // Paths and ports that are open to anybody, and questions of browsers, are exceptions on purpose.
    if (!operations.every(isOfMethods)) return;
    context.report(subject, ['spec', 'rules', 1, 'to'], {
      message:
        'Every item of `rules` is a rule by itself, and one that fits is enough: this one lets in anybody, the one before lets its callers do anything. If both must hold, put `from` and `to` into one item.',
      part: 'key',
      related: [{ message: 'The rule before.', object: subject, path: ['spec', 'rules', 0, 'from'] }],
    });
  },
};

const hasOnly = (rule: unknown, key: string): boolean =>
  isRecord(rule) && Object.keys(rule).length === 1 && listOf(rule[key]).length > 0;

function isOfMethods(operation: unknown): boolean {
  const methods = listOf(fieldOf(operation, 'methods'));
  return (
    fieldOf(operation, 'paths') === undefined && methods.length > 0 && !methods.every((method) => method === 'OPTIONS')
  );
}
