import { isDeepStrictEqual } from 'node:util';
import { listOf } from '../../../../shared/untrusted.ts';
import type { ObjectCheck } from '../check.ts';
import type { CiliumRule } from './cilium-view.ts';
import { ciliumPolicyKinds, ciliumSpecsOf } from './cilium-view.ts';

export const deniedAnyway: ObjectCheck = {
  scope: 'object',
  code: 'MESH6005',
  rule: 'denied-anyway',
  aliases: [],
  severity: 'warning',
  summary: 'A policy of Cilium allows what a rule of the same policy denies, and what is denied stays denied.',
  subject: ciliumPolicyKinds,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { rules } of ciliumSpecsOf(subject)) {
      for (const rule of rules) {
        if (rule.isDeny) continue;
        const denial = rules.find((other) => other.isDeny && denies(other, rule));
        if (!denial) continue;
        context.report(subject, rule.path, {
          message:
            'Another rule of this policy denies all that this one allows. Denials win, in whatever order they stand.',
          related: [{ message: 'The denial.', object: subject, path: denial.path }],
          fixes: [
            {
              title: 'Remove this rule',
              changes: [{ type: 'remove', object: subject, path: rule.path }],
            },
          ],
        });
      }
    }
  },
};

/** False where it cannot be told. */
function denies(denial: CiliumRule, rule: CiliumRule): boolean {
  if (denial.direction !== rule.direction || rule.peers.length === 0) return false;
  const entities = listOf(denial.value[denial.direction === 'ingress' ? 'fromEntities' : 'toEntities']);
  const isEverybody = entities.includes('all');
  const isSame = rule.peers.every((field) =>
    listOf(rule.value[field]).every((peer) =>
      listOf(denial.value[field]).some((other) => isDeepStrictEqual(other, peer)),
    ),
  );
  const ports = listOf(denial.value.toPorts);
  const isEveryPort = ports.length === 0 && listOf(denial.value.icmps).length === 0;
  return (isEverybody || isSame) && isEveryPort;
}
