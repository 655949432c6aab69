import { didYouMean } from '../../../../shared/nearest-names.ts';
import { isRecord, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { labelSelectorText, readLabelSelector } from '../../semantics/label-selector.ts';
import type { ObjectCheck } from '../check.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { emptySelection } from '../network-policies/selected-pods.ts';
import { replacements } from '../replacements.ts';
import { ciliumSpecsOf, plainLabelSelector } from './cilium-view.ts';

export const ciliumSelectsNothing: ObjectCheck = {
  scope: 'object',
  code: 'MESH6001',
  rule: 'cilium-policy-selects-nothing',
  aliases: [],
  severity: 'warning',
  summary: 'No pod of the namespace has the labels that a CiliumNetworkPolicy is for, so it protects nothing.',
  subject: Kinds.ciliumNetworkPolicy,
  inputs: [workloadDirectory],
  run(context) {
    const { subject, isNamespaceKnown } = context;
    if (!isNamespaceKnown) return;
    for (const { path, value } of ciliumSpecsOf(subject)) {
      const selector = readLabelSelector(value.endpointSelector);
      if (!selector || !isRecord(value.endpointSelector)) continue;
      const plain = plainLabelSelector(selector);
      if (!plain) continue;
      const empty = emptySelection(context, plain);
      if (!empty) continue;
      const selectorPath = [...path, 'endpointSelector'];
      const keys = [empty.key ?? '', `k8s:${empty.key ?? ''}`];
      const key = keys.find((each) => valueAt(value, ['endpointSelector', 'matchLabels', each]) !== undefined);
      const labelPath = key === undefined ? selectorPath : [...selectorPath, 'matchLabels', key];
      context.report(subject, labelPath, {
        message: `No pod of namespace \`${subject.namespace}\` has \`${labelSelectorText(plain)}\`, so this policy is for nothing.${didYouMean(empty.near)}`,
        part: key === undefined ? 'key' : 'value',
        severity: empty.severity,
        fixes: key === undefined ? [] : replacements(subject, labelPath, empty.near),
      });
    }
  },
};
