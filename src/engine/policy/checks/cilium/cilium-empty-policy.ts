import { fieldOf, listOf } from '../../../../shared/untrusted.ts';
import type { ObjectCheck } from '../check.ts';
import { ciliumPolicyKinds, ciliumSpecsOf } from './cilium-view.ts';

const sections = ['ingress', 'ingressDeny', 'egress', 'egressDeny'] as const;

export const ciliumEmptyPolicy: ObjectCheck = {
  scope: 'object',
  code: 'MESH6013',
  rule: 'cilium-empty-policy',
  aliases: [],
  severity: 'error',
  summary: 'A policy of Cilium has no rules, so Cilium refuses it: what was to be closed stays open.',
  subject: ciliumPolicyKinds,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value, rules } of ciliumSpecsOf(subject)) {
      const isSelecting =
        fieldOf(value, 'endpointSelector') !== undefined || fieldOf(value, 'nodeSelector') !== undefined;
      // An entry that cannot be read is one all the same.
      if (!isSelecting || rules.length > 0 || sections.some((key) => listOf(value[key]).length > 0)) continue;
      const written = sections.find((key) => value[key] !== undefined);
      // That a section is needed, or is misspelt, is said by the structure.
      if (written === undefined) continue;
      context.report(subject, [...path, written], {
        message: `Cilium refuses a policy without rules, so nothing is closed. To deny all, write one empty rule: \`${written}: [{}]\`.`,
        part: 'key',
        fixes: [
          {
            title: 'Deny all with an empty rule',
            isPreferred: true,
            changes: [
              { type: 'remove', object: subject, path: [...path, written] },
              { type: 'insert-field', object: subject, path, key: written, value: [{}] },
            ],
          },
        ],
      });
    }
  },
};
