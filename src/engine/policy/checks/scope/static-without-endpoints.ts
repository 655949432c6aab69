import { fieldOf, isRecord, listOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';

export const staticWithoutEndpoints: ObjectCheck = {
  scope: 'object',
  code: 'MESH1611',
  rule: 'static-without-endpoints',
  aliases: [],
  severity: 'warning',
  summary: 'A ServiceEntry takes its endpoints from its own list, which is empty.',
  needsValidText: true,
  subject: Kinds.serviceEntry,
  inputs: [],
  run(context) {
    const { subject } = context;
    const { spec } = subject;
    if (stringOf(fieldOf(spec, 'resolution')) !== 'STATIC') return;
    const isWrong = isRecord(fieldOf(spec, 'endpoints')) || typeof fieldOf(spec, 'endpoints') === 'string';
    if (isWrong || listOf(fieldOf(spec, 'endpoints')).length > 0 || isRecord(fieldOf(spec, 'workloadSelector'))) return;
    context.report(subject, ['spec', 'resolution'], {
      message:
        'With STATIC, endpoints are those of `endpoints` or `workloadSelector`. There are none, so calls fail with 503.',
      part: 'value',
      saysMissing: true,
    });
  },
};
