import { fieldOf, isRecord, numberOf, stringOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { numbersIn, sitesBelow, sitesIn } from '../sites.ts';
import { trafficPolicyPatterns } from './traffic-policies.ts';

const largestTable = 5_000_011;

export const invalidLoadBalancing: ObjectCheck = {
  scope: 'object',
  code: 'MESH2225',
  rule: 'invalid-load-balancing',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A cookie, a Maglev table or a warm-up is set to what it cannot be.',
  refusedBy: 'webhook',
  subject: Kinds.destinationRule,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const cookie of sitesIn(subject, ...trafficPolicyPatterns('loadBalancer.consistentHash.httpCookie'))) {
      if (stringOf(fieldOf(cookie.value, 'name')) === '') {
        const message = 'The cookie needs a name.';
        context.report(subject, [...cookie.path, 'name'], { message, part: 'key' });
      }
      const seen = new Set<string>();
      for (const { path, value } of sitesBelow(cookie.value, cookie.path, 'attributes[]')) {
        const name = stringOf(fieldOf(value, 'name'));
        if (name === undefined) continue;
        if (name === '' || seen.has(name)) {
          const message = name === '' ? 'The attribute needs a name.' : `The attribute \`${name}\` is set twice.`;
          context.report(subject, [...path, 'name'], { message, part: name === '' ? 'key' : 'value' });
        }
        seen.add(name);
      }
    }
    for (const { path, value } of sitesIn(subject, ...trafficPolicyPatterns('loadBalancer.consistentHash.maglev'))) {
      if (!isRecord(value)) continue;
      const size = numberOf(value.tableSize);
      if (size === undefined || size === 0) {
        const message = 'A Maglev table needs `tableSize`, a prime number such as 65537.';
        context.report(subject, size === undefined ? path : [...path, 'tableSize'], { message });
      } else if (size > 0 && (size >= largestTable || !isPrime(size))) {
        const message = `The size of a Maglev table is a prime number below ${String(largestTable)}.`;
        context.report(subject, [...path, 'tableSize'], { message, part: 'value' });
      }
    }
    for (const { path, value } of numbersIn(subject, ...trafficPolicyPatterns('loadBalancer.warmup.aggression'))) {
      if (value !== 0) continue;
      context.report(subject, path, { message: 'The aggression must be greater than 0; 1 is linear.', part: 'value' });
    }
  },
};

/** As Envoy sees it: 1 counts. */
function isPrime(number: number): boolean {
  if (number < 4) return true;
  if (number % 2 === 0) return false;
  for (let factor = 3; factor * factor <= number; factor += 2) if (number % factor === 0) return false;
  return true;
}
