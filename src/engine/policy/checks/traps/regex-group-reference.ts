import { stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { replacements } from '../replacements.ts';
import { rulesOf } from '../routing/virtual-service-view.ts';

export const regexGroupReference: ObjectCheck = {
  scope: 'object',
  code: 'MESH1360',
  rule: 'regex-group-reference',
  aliases: [],
  severity: 'warning',
  summary: 'A rewrite refers to a group of its regular expression as `$1`, which is text; groups are written `\\1`.',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const rule of rulesOf(subject)) {
      const path = [...rule.path, 'rewrite', 'uriRegexRewrite', 'rewrite'];
      const text = stringOf(valueAt(subject, path));
      const [written] = text === undefined ? [] : (/\$\{?\d\}?/.exec(text) ?? []);
      if (text === undefined || written === undefined) continue;
      const meant = text.replace(/\$\{?(\d)\}?/g, '\\$1');
      context.report(subject, path, {
        message: `\`${written}\` is put into the path as it stands. Groups of the regular expression are written \`\\1\`, \`\\2\`.`,
        part: 'value',
        fixes: replacements(subject, path, [meant]),
      });
    }
  },
};
