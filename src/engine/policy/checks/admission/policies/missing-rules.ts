import { fieldOf, listOf, stringOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';

export const missingRules: ObjectCheck = {
  scope: 'object',
  code: 'MESH2261',
  rule: 'missing-rules',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A policy that denies, or asks a provider, has no rules, so it would never do so.',
  refusedBy: 'webhook',
  needsValidText: true,
  subject: Kinds.authorizationPolicy,
  inputs: [],
  run(context) {
    const { subject } = context;
    const action = stringOf(fieldOf(subject.spec, 'action'));
    if (action !== 'DENY' && action !== 'CUSTOM') return;
    const rules = fieldOf(subject.spec, 'rules');
    if (listOf(rules).length > 0) return;
    const isWritten = rules !== undefined && rules !== null;
    context.report(subject, ['spec', isWritten ? 'rules' : 'action'], {
      message: `${action} without rules never applies. An empty rule, \`{}\`, applies to every request.`,
      part: isWritten ? 'key' : 'value',
    });
  },
};
