import { didYouMean, nearestNames } from '../../../../../shared/nearest-names.ts';
import { fieldOf, numberOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import { retryConditions } from '../../../semantics/routing/retry-conditions.ts';
import type { ObjectCheck } from '../../check.ts';
import { isNamedStatus } from '../formats/status-format.ts';
import { sitesIn, textsIn } from '../sites.ts';

export const invalidRetries: ObjectCheck = {
  scope: 'object',
  code: 'MESH2211',
  rule: 'invalid-retries',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'Retries name a condition that does not exist, or say how to retry when there is no attempt.',
  refusedBy: 'webhook',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of sitesIn(subject, 'http[].retries')) {
      const attempts = numberOf(fieldOf(value, 'attempts')) ?? 0;
      if (attempts < 0) {
        const message = 'The number of attempts cannot be negative; 0 turns retries off.';
        context.report(subject, [...path, 'attempts'], { message, part: 'value' });
      } else if (attempts === 0) {
        const idle = ['perTryTimeout', 'retryOn', 'retryRemoteLocalities'].find(
          (key) => (fieldOf(value, key) ?? '') !== '',
        );
        if (idle === undefined) continue;
        const message = `\`${idle}\` has no effect without \`attempts\`: there are no retries. Istio refuses that.`;
        context.report(subject, [...path, idle], { message, part: 'key', saysMissing: true });
      }
    }
    for (const { path, value } of textsIn(subject, 'http[].retries.retryOn')) {
      if (value === '') continue;
      const wrong = value.split(',').filter((condition) => !isCondition(condition));
      if (wrong.length === 0) continue;
      const repaired = value.split(/[\s,;|]+/).filter((condition) => condition !== '');
      const isSpacing = repaired.length > 0 && repaired.every(isCondition);
      const near = nearestNames(wrong[0] ?? '', retryConditions);
      const names = wrong.map((condition) => `\`${condition}\``).join(', ');
      const why = isSpacing
        ? 'Conditions are separated by a comma and nothing else.'
        : `There is no condition ${names} for retries.${didYouMean(near)}`;
      context.report(subject, path, {
        message: why,
        part: 'value',
        fixes: isSpacing
          ? [
              {
                title: `Replace with \`${repaired.join(',')}\``,
                isPreferred: true,
                changes: [{ type: 'replace-value', object: subject, path, value: repaired.join(',') }],
              },
            ]
          : [],
      });
    }
  },
};

function isCondition(text: string): boolean {
  return retryConditions.has(text) || (/^[-+]?\d+$/.test(text) && isNamedStatus(Number(text)));
}
