import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, stringOf } from '../../../../shared/untrusted.ts';
import { regexProblem } from '../../semantics/routing/string-match.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { replacements } from '../replacements.ts';
import { ciliumHttpRulesOf, ciliumPolicyKinds } from './cilium-view.ts';

const patterns = ['path', 'method', 'host'] as const;

export const ciliumHttpPattern: ObjectCheck = {
  scope: 'object',
  code: 'MESH6008',
  rule: 'cilium-http-pattern',
  aliases: [],
  severity: 'error',
  summary:
    'A path, method or host of a rule for HTTP is no regular expression, so Cilium refuses the policy, or one that fits no path.',
  subject: ciliumPolicyKinds,
  inputs: [],
  run(context) {
    for (const { path, value } of ciliumHttpRulesOf(context.subject)) {
      for (const key of patterns) {
        const text = stringOf(fieldOf(value, key));
        const problem = text === undefined ? undefined : regexProblem(text);
        if (key === 'path' && text !== undefined && problem === undefined) checkPath(context, [...path, key], text);
        if (text === undefined || problem === undefined) continue;
        context.report(context.subject, [...path, key], {
          message: `\`${text.slice(0, 80)}\` is no regular expression: ${problem}.`,
          part: 'value',
        });
      }
    }
  },
};

/** Expressions are held against the whole of a path. */
function checkPath(context: CheckContext, path: FieldPath, text: string): void {
  const isGlob = /^[\w/-]*\/\*$/.test(text);
  const isRelative = /^[A-Za-z0-9]/.test(text) && !text.includes('|');
  if (!isGlob && !isRelative) return;
  const meant = isGlob ? text.replace(/\*$/, '.*') : `/${text}`;
  context.report(context.subject, path, {
    severity: 'warning',
    message: isGlob
      ? `In a regular expression \`*\` repeats what is before it: this fits \`${text.slice(0, -2)}\` with slashes behind it, and nothing below. Did you mean \`${meant}\`?`
      : `Paths begin with \`/\`, so this fits none. Did you mean \`${meant}\`?`,
    part: 'value',
    fixes: replacements(context.subject, path, [meant]),
  });
}
