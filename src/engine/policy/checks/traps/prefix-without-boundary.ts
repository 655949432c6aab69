import { stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { rulesOf } from '../routing/virtual-service-view.ts';

export const prefixWithoutBoundary: ObjectCheck = {
  scope: 'object',
  code: 'MESH1351',
  rule: 'prefix-without-boundary',
  aliases: [],
  severity: 'information',
  summary: 'A prefix of a path also matches longer names: `/foo` matches `/foobar`.',
  isOptional: true,
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { type, matches } of rulesOf(subject)) {
      if (type !== 'http') continue;
      for (const match of matches) {
        const prefix = stringOf(valueAt(match.value, ['uri', 'prefix']));
        if (prefix === undefined || !/^\/.*\w$/.test(prefix)) continue;
        context.report(subject, [...match.path, 'uri', 'prefix'], {
          message: `This also matches \`${prefix}bar\`. With a slash at its end it is for what is below \`${prefix}\`.`,
          part: 'value',
          fixes: [
            {
              title: `Match \`${prefix}/\` instead`,
              changes: [
                {
                  type: 'replace-value',
                  object: subject,
                  path: [...match.path, 'uri', 'prefix'],
                  value: `${prefix}/`,
                },
              ],
            },
          ],
        });
      }
    }
  },
};
