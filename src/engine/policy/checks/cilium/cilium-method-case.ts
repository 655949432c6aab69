import { fieldOf, stringOf } from '../../../../shared/untrusted.ts';
import type { ObjectCheck } from '../check.ts';
import { replacements } from '../replacements.ts';
import { ciliumHttpRulesOf, ciliumPolicyKinds } from './cilium-view.ts';

const lowerCase = /^(?:get|head|post|put|delete|connect|options|trace|patch)$/i;

export const ciliumMethodCase: ObjectCheck = {
  scope: 'object',
  code: 'MESH6009',
  rule: 'cilium-method-case',
  aliases: [],
  severity: 'warning',
  summary: 'A rule of Cilium for HTTP names a method in lower case, which no request has.',
  subject: ciliumPolicyKinds,
  inputs: [],
  run(context) {
    for (const { path, value } of ciliumHttpRulesOf(context.subject)) {
      const method = stringOf(fieldOf(value, 'method')) ?? '';
      if (!lowerCase.test(method) || method === method.toUpperCase()) continue;
      const place = [...path, 'method'];
      context.report(context.subject, place, {
        message: `Methods are compared letter by letter: no request has the method \`${method}\`.`,
        part: 'value',
        fixes: replacements(context.subject, place, [method.toUpperCase()]),
      });
    }
  },
};
