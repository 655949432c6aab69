import { didYouMean } from '../../../../shared/nearest-names.ts';
import { valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { labelSelectorText } from '../../semantics/label-selector.ts';
import type { ObjectCheck } from '../check.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { networkPolicyOf } from './network-policy-views.ts';
import { emptySelection } from './selected-pods.ts';

export const policySelectsNothing: ObjectCheck = {
  scope: 'object',
  code: 'MESH5001',
  rule: 'network-policy-selects-nothing',
  aliases: [],
  severity: 'warning',
  summary: 'No pod of the namespace has the labels that a NetworkPolicy is for, so it protects nothing.',
  subject: Kinds.networkPolicy,
  inputs: [workloadDirectory],
  run(context) {
    const { subject } = context;
    const { selector } = networkPolicyOf(subject);
    if (!selector || !context.isNamespaceKnown) return;
    const empty = emptySelection(context, selector);
    if (!empty) return;
    const { key, near, severity } = empty;
    const path = ['spec', 'podSelector'];
    const labelPath = key === undefined ? path : [...path, 'matchLabels', key];
    const isLabel = valueAt(subject, labelPath) !== undefined;
    context.report(subject, isLabel ? labelPath : path, {
      message: `No pod of namespace \`${subject.namespace}\` has \`${labelSelectorText(selector)}\`, so this policy is for nothing.${didYouMean(near)}`,
      part: isLabel && key !== undefined ? 'value' : 'key',
      severity,
      fixes: isLabel
        ? near.map((value, index) => ({
            title: `Replace with \`${value}\``,
            isPreferred: index === 0,
            changes: [{ type: 'replace-value', object: subject, path: labelPath, value }],
          }))
        : [],
    });
  },
};
