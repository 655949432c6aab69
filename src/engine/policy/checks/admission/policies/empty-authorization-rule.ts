import { fieldOf, isRecord, listOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { sitesIn } from '../sites.ts';

interface Part {
  readonly at: string;
  readonly inner: string;
}

const parts: readonly Part[] = [
  { at: 'rules[].from[]', inner: 'source' },
  { at: 'rules[].to[]', inner: 'operation' },
];

export const emptyAuthorizationRule: ObjectCheck = {
  scope: 'object',
  code: 'MESH2262',
  rule: 'empty-authorization-rule',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A source, an operation or a condition of a rule says nothing.',
  refusedBy: 'webhook',
  needsValidText: true,
  subject: Kinds.authorizationPolicy,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { at, inner } of parts) {
      for (const { path, value } of sitesIn(subject, at)) {
        const content = fieldOf(value, inner) ?? undefined;
        if (isRecord(content) && Object.values(content).some((list) => listOf(list).length > 0)) continue;
        const isThere = content !== undefined;
        const message = isThere
          ? `This \`${inner}\` says nothing; leave \`${inner === 'source' ? 'from' : 'to'}\` out for any.`
          : `This entry needs \`${inner}\`.`;
        context.report(subject, [...path, ...(isThere ? [inner] : [])], {
          message,
          part: isThere ? 'key' : 'head',
          saysMissing: true,
        });
      }
    }
    for (const { path, value } of sitesIn(subject, 'rules[].when[]')) {
      const key = fieldOf(value, 'key');
      if (key === '') context.report(subject, [...path, 'key'], { message: 'A condition needs a key.', part: 'key' });
      const hasValues = ['values', 'notValues'].some((each) => listOf(fieldOf(value, each)).length > 0);
      if (hasValues || typeof key !== 'string' || key === '') continue;
      const message = 'A condition needs `values` or `notValues`.';
      context.report(subject, [...path, 'key'], { message, part: 'value' });
    }
  },
};
