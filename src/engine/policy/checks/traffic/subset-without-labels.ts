import { Kinds } from '../../../model/kinds.ts';
import { fieldOf, isRecord, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import type { ObjectCheck } from '../check.ts';
import { subsetsOf } from '../directories/subset-directory.ts';

const gatewayService = /^[^.]*gateway/;

export const subsetWithoutLabels: ObjectCheck = {
  scope: 'object',
  code: 'MESH1405',
  rule: 'subset-without-labels',
  aliases: ['KIA0209'],
  severity: 'information',
  summary: 'A subset has no labels, so it is all endpoints of the host.',
  subject: Kinds.destinationRule,
  inputs: [],
  run(context) {
    const { subject } = context;
    // Routes through an egress gateway give each host a subset of it, to which rules may add TLS later.
    if (gatewayService.test(stringOf(fieldOf(subject.spec, 'host')) ?? '')) return;
    for (const { name, labels, path } of subsetsOf(subject)) {
      const written = valueAt(subject, [...path, 'labels']);
      const isEmpty =
        written === undefined || written === null || (isRecord(written) && Object.keys(written).length === 0);
      // A subset that only has settings of its own is one on purpose.
      if (!isEmpty || Object.keys(labels).length > 0 || isRecord(valueAt(subject, [...path, 'trafficPolicy'])))
        continue;
      context.report(subject, [...path, 'name'], {
        message: `Subset \`${name}\` has no labels: it is all endpoints of the host, like no subset at all.`,
        part: 'value',
        saysMissing: true,
      });
    }
  },
};
