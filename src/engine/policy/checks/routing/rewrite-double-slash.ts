import { Kinds } from '../../../model/kinds.ts';
import { stringOf, valueAt } from '../../../../shared/untrusted.ts';
import type { ObjectCheck } from '../check.ts';
import { rulesOf } from './virtual-service-view.ts';

export const rewriteDoubleSlash: ObjectCheck = {
  scope: 'object',
  code: 'MESH1308',
  rule: 'rewrite-double-slash',
  aliases: [],
  severity: 'warning',
  summary: 'A rewrite replaces a prefix without a slash at its end by one with a slash, which gives paths with `//`.',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { type, path, value, matches } of rulesOf(subject)) {
      const target = stringOf(valueAt(value, ['rewrite', 'uri']));
      if (type !== 'http' || !target?.endsWith('/')) continue;
      for (const match of matches) {
        const prefix = stringOf(valueAt(match.value, ['uri', 'prefix']));
        if (prefix === undefined || prefix === '' || prefix.endsWith('/')) continue;
        const prefixPath = [...match.path, 'uri', 'prefix'];
        const replacement = { type: 'replace-value', object: subject, path: prefixPath, value: `${prefix}/` } as const;
        context.report(subject, [...path, 'rewrite', 'uri'], {
          message: `\`${prefix}/x\` becomes \`${target}/x\`: the prefix \`${prefix}\` is replaced, and the slash behind it stays.`,
          part: 'value',
          related: [{ message: 'The prefix that is replaced.', object: subject, path: prefixPath }],
          fixes: [{ title: `Match \`${prefix}/\` instead`, changes: [replacement] }],
        });
        break;
      }
    }
  },
};
