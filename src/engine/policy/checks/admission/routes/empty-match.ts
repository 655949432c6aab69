import { fieldOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { stringMatchesOf } from './string-matches.ts';

export const emptyMatch: ObjectCheck = {
  scope: 'object',
  code: 'MESH2202',
  rule: 'empty-match',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A match compares with an empty prefix, an empty regular expression or an empty origin.',
  refusedBy: 'webhook',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { of, path, value } of stringMatchesOf(subject)) {
      if (of === 'origin' && ['exact', 'prefix', 'regex'].every((key) => fieldOf(value, key) === undefined)) {
        const message = 'This origin is empty; it needs `exact`, `prefix` or `regex`.';
        context.report(subject, path, { message, saysMissing: true });
        continue;
      }
      for (const key of emptyKeys(of)) {
        if (fieldOf(value, key) !== '') continue;
        const message = `An empty \`${key}\` fits ${key === 'prefix' ? 'everything' : 'nothing'}; Istio refuses it.`;
        context.report(subject, [...path, key], { message, part: 'key' });
      }
    }
  },
};

/** The path of a request may have an empty prefix, and most things an empty exact value. */
function emptyKeys(of: ReturnType<typeof stringMatchesOf>[number]['of']): readonly string[] {
  if (of === 'uri') return ['regex'];
  return of === 'origin' ? ['exact', 'prefix', 'regex'] : ['prefix', 'regex'];
}
