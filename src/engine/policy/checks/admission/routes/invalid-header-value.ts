import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { headerValueProblem } from '../formats/header-format.ts';
import { headerOperationsOf } from './header-operations.ts';

export const invalidHeaderValue: ObjectCheck = {
  scope: 'object',
  code: 'MESH2204',
  rule: 'invalid-header-value',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A header gets a value that Envoy cannot read: a `%` stands alone, or a control character is in it.',
  refusedBy: 'webhook',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { name, value, site } of headerOperationsOf(subject)) {
      const problem = typeof value === 'string' ? headerValueProblem(value) : undefined;
      if (typeof value !== 'string' || problem === undefined) continue;
      const isLonePercent = !/[%(].*%/.test(value) && value.includes('%');
      const escaped = value.replaceAll('%', '%%');
      context.report(subject, site.path, {
        message: `The value of \`${name}\` ${problem}.`,
        part: 'value',
        fixes: isLonePercent
          ? [
              {
                title: `Replace with \`${escaped}\``,
                isPreferred: true,
                changes: [{ type: 'replace-value', object: subject, path: site.path, value: escaped }],
              },
            ]
          : [],
      });
    }
  },
};
