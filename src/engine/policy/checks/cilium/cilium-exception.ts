import { fieldOf, listOf, stringOf } from '../../../../shared/untrusted.ts';
import { parseIpRange, rangeCovers } from '../../semantics/ip-ranges.ts';
import type { ObjectCheck } from '../check.ts';
import { ciliumPolicyKinds, ciliumSpecsOf } from './cilium-view.ts';

export const ciliumException: ObjectCheck = {
  scope: 'object',
  code: 'MESH6010',
  rule: 'cilium-exception',
  aliases: [],
  severity: 'error',
  summary: 'A policy of Cilium takes addresses out of a range that they are not in, so Cilium refuses it.',
  subject: ciliumPolicyKinds,
  inputs: [],
  run(context) {
    const { subject } = context;
    const rules = ciliumSpecsOf(subject).flatMap((spec) => spec.rules);
    const sets = rules.flatMap(({ path, value }) =>
      ['fromCIDRSet', 'toCIDRSet'].flatMap((key) =>
        listOf(value[key]).map((set, index) => ({ set, path: [...path, key, index] })),
      ),
    );
    for (const { set, path } of sets) {
      const cidr = stringOf(fieldOf(set, 'cidr'));
      const block = cidr === undefined ? undefined : parseIpRange(cidr);
      for (const [index, text] of listOf(fieldOf(set, 'except')).entries()) {
        const exception = typeof text === 'string' ? parseIpRange(text) : undefined;
        if (!block || !exception || rangeCovers(block, exception)) continue;
        context.report(subject, [...path, 'except', index], {
          message: `\`${String(text)}\` is not inside \`${cidr ?? ''}\`, so nothing can be taken from that.`,
          part: 'value',
          related: [{ message: 'The range.', object: subject, path: [...path, 'cidr'] }],
        });
      }
    }
  },
};
