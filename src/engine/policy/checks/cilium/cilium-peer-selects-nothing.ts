import { didYouMean } from '../../../../shared/nearest-names.ts';
import { listOf, valueAt } from '../../../../shared/untrusted.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { LabelSelector } from '../../semantics/label-selector.ts';
import { labelSelectorText, readLabelSelector } from '../../semantics/label-selector.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { emptySelection, selectPods } from '../network-policies/selected-pods.ts';
import { replacements } from '../replacements.ts';
import { ciliumSpecsOf, plainLabelSelector } from './cilium-view.ts';

export const ciliumPeerSelectsNothing: ObjectCheck = {
  scope: 'object',
  code: 'MESH6007',
  rule: 'cilium-peer-selects-nothing',
  aliases: [],
  severity: 'warning',
  summary:
    'A peer of a CiliumNetworkPolicy has labels that no pod of the namespace has, but some has nearly the same, or one of another namespace has them.',
  subject: Kinds.ciliumNetworkPolicy,
  inputs: [workloadDirectory],
  run(context) {
    if (!context.isNamespaceKnown) return;
    for (const { rules } of ciliumSpecsOf(context.subject)) {
      for (const { direction, path, value } of rules) {
        const key = direction === 'ingress' ? 'fromEndpoints' : 'toEndpoints';
        for (const [index, peer] of listOf(value[key]).entries()) checkPeer(context, peer, [...path, key, index]);
      }
    }
  },
};

function checkPeer(context: CheckContext, peer: unknown, path: FieldPath): void {
  const { subject } = context;
  const selector = readLabelSelector(peer);
  const plain = selector && plainLabelSelector(selector);
  const empty = plain && emptySelection(context, plain);
  if (!plain || !empty || checkElsewhere(context, plain, path)) return;
  if (empty.key === undefined || empty.near.length === 0) return;
  const key = [empty.key, `k8s:${empty.key}`].find((each) => valueAt(peer, ['matchLabels', each]) !== undefined);
  if (key === undefined) return;
  const place = [...path, 'matchLabels', key];
  context.report(subject, place, {
    message: `No pod of namespace \`${subject.namespace}\` has \`${labelSelectorText(plain)}\`, so this is for nobody.${didYouMean(empty.near)}`,
    part: 'value',
    fixes: replacements(subject, place, empty.near),
  });
}

/** Pods of another namespace have the labels: a peer without a namespace means the own one. */
function checkElsewhere(context: CheckContext, selector: LabelSelector, path: FieldPath): boolean {
  const { subject } = context;
  const elsewhere = selectPods(context.index(workloadDirectory).all, selector).filter(({ object }) =>
    context.hasKnownNamespace(object),
  );
  const [first] = elsewhere;
  if (!first) return false;
  const names = [...new Set(elsewhere.map(({ namespace }) => namespace))].slice(0, 3).map((name) => `\`${name}\``);
  context.report(subject, path, {
    message: `No pod of namespace \`${subject.namespace}\` has \`${labelSelectorText(selector)}\`; pods of namespace ${names.join(', ')} do. Without the label \`k8s:io.kubernetes.pod.namespace\` the own namespace is meant.`,
    related: [
      {
        message: `${first.object.kind} of namespace ${first.namespace}.`,
        object: first.object,
        path: ['metadata', 'name'],
      },
    ],
  });
  return true;
}
