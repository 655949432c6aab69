import { fieldOf, isRecord, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { isWildcard, resolveHost } from '../../semantics/hosts.ts';
import type { ObjectCheck } from '../check.ts';
import { routedSubsets } from '../directories/routed-subsets.ts';
import { subsetsOf } from '../directories/subset-directory.ts';

export const unroutedSubsetPolicy: ObjectCheck = {
  scope: 'object',
  code: 'MESH1453',
  rule: 'unrouted-subset-policy',
  aliases: [],
  severity: 'warning',
  summary: 'A subset has a traffic policy, but routes go to the whole host only, so the policy never applies.',
  subject: Kinds.destinationRule,
  inputs: [routedSubsets],
  run(context) {
    const { subject, settings } = context;
    const written = stringOf(fieldOf(subject.spec, 'host'));
    if (written === undefined || isWildcard(written)) return;
    const host = resolveHost(written, subject.namespace, settings);
    const routed = context.index(routedSubsets);
    const subsets = subsetsOf(subject);
    // Where no route is for the host, or one uses some of the subsets, the others may be for later.
    if (!routed.has(host) || subsets.some(({ name }) => routed.has(`${host} ${name}`))) return;
    for (const { name, path } of subsets) {
      const policy = valueAt(subject, [...path, 'trafficPolicy']);
      if (!isRecord(policy) || Object.keys(policy).length === 0) continue;
      context.report(subject, [...path, 'trafficPolicy'], {
        message: `These settings never apply: no route goes to subset \`${name}\` of \`${written}\`, and requests to the whole host go by \`spec.trafficPolicy\`.`,
        part: 'key',
      });
    }
  },
};
