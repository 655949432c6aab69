import { fieldOf, numberOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { sitesIn } from '../sites.ts';
import { trafficPolicyPatterns } from './traffic-policies.ts';

export const unsplitOriginFailures: ObjectCheck = {
  scope: 'object',
  code: 'MESH2224',
  rule: 'unsplit-origin-failures',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'Outlier detection limits failures to connect, but does not count them apart.',
  refusedBy: 'webhook',
  subject: Kinds.destinationRule,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of sitesIn(subject, ...trafficPolicyPatterns('outlierDetection'))) {
      const limit = numberOf(fieldOf(value, 'consecutiveLocalOriginFailures')) ?? 0;
      const split = fieldOf(value, 'splitExternalLocalOriginErrors');
      if (limit <= 0 || split === true) continue;
      const at = [...path, 'splitExternalLocalOriginErrors'];
      context.report(subject, [...path, 'consecutiveLocalOriginFailures'], {
        message:
          'This limit needs `splitExternalLocalOriginErrors: true`; without it failures to connect are not counted apart.',
        part: 'key',
        fixes: [
          {
            title: 'Count them apart',
            isPreferred: true,
            changes: [
              split === false
                ? { type: 'replace-value', object: subject, path: at, value: true }
                : {
                    type: 'insert-field',
                    object: subject,
                    path,
                    key: 'splitExternalLocalOriginErrors',
                    value: true,
                    after: 'consecutiveLocalOriginFailures',
                  },
            ],
          },
        ],
      });
    }
  },
};
