import { fieldOf, stringOf } from '../../../../shared/untrusted.ts';
import { regexProblem } from '../../semantics/routing/string-match.ts';
import type { ObjectCheck } from '../check.ts';
import { ciliumHttpRulesOf, ciliumPolicyKinds } from './cilium-view.ts';

const patterns = ['path', 'method', 'host'] as const;

export const ciliumHttpPattern: ObjectCheck = {
  scope: 'object',
  code: 'MESH6008',
  rule: 'cilium-http-pattern',
  aliases: [],
  severity: 'error',
  summary: 'A path, method or host of a rule for HTTP is no regular expression, so Cilium refuses the policy.',
  subject: ciliumPolicyKinds,
  inputs: [],
  run(context) {
    for (const { path, value } of ciliumHttpRulesOf(context.subject)) {
      for (const key of patterns) {
        const text = stringOf(fieldOf(value, key));
        const problem = text === undefined ? undefined : regexProblem(text);
        if (text === undefined || problem === undefined) continue;
        context.report(context.subject, [...path, key], {
          message: `\`${text.slice(0, 80)}\` is no regular expression: ${problem}.`,
          part: 'value',
        });
      }
    }
  },
};
