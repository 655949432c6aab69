import { fieldOf, isRecord, listOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';

const opening = /^(?:allow|allows|allowed|permit|permits|grant|open|public)$/;
const closing = /^(?:nothing|none|nobody|noone|no|not|deny|denies|denied|block|close|closed|empty)$/;

export const appliesToNothing: ObjectCheck = {
  scope: 'object',
  code: 'MESH1756',
  rule: 'applies-to-nothing',
  aliases: [],
  severity: 'warning',
  summary:
    'An AuthorizationPolicy without rules allows nothing though its name says that it allows, or audits nothing.',
  needsValidText: true,
  subject: Kinds.authorizationPolicy,
  inputs: [],
  run(context) {
    const { subject } = context;
    const { spec, name } = subject;
    const rules = fieldOf(spec, 'rules') ?? undefined;
    if (!isRecord(spec) || listOf(rules).length > 0 || (rules !== undefined && !Array.isArray(rules))) return;
    const action = stringOf(spec.action) ?? 'ALLOW';
    if (action === 'AUDIT') {
      const message = 'AUDIT without rules never applies. An empty rule, `{}`, applies to every request.';
      context.report(subject, ['spec', 'action'], { message, part: 'value' });
    } else if (action === 'ALLOW' && saysThatItAllows(name)) {
      const message = `Without rules this allows nothing: requests that no other policy allows are denied. To allow all, give it an empty rule, \`{}\`.`;
      const isWritten = rules !== undefined;
      const whole = { type: 'insert-field', object: subject, path: ['spec'], key: 'rules', value: [{}] } as const;
      context.report(subject, isWritten ? ['spec', 'rules'] : ['metadata', 'name'], {
        message,
        part: isWritten ? 'key' : 'value',
        fixes: isWritten ? [] : [{ title: 'Allow every request', changes: [whole] }],
      });
    }
  },
};

/** `allow-nothing` is the usual name of one that is meant to. */
function saysThatItAllows(name: string): boolean {
  const words = name.toLowerCase().split(/[-._]/);
  return words.some((word) => opening.test(word)) && !words.some((word) => closing.test(word));
}
