import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, isRecord, listOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { LabelSelector } from '../../semantics/label-selector.ts';
import { readLabelSelector } from '../../semantics/label-selector.ts';
import type { FixPlan } from '../../fixes/fix-plan.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { ciliumSpecsOf } from '../cilium/cilium-view.ts';
import { networkPolicyOf } from './network-policy-views.ts';
import { selectedPodsHere } from './selected-pods.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';

/** Labels by which the DNS of clusters is selected, wherever it comes from. */
const dnsLabels: ReadonlyMap<string, readonly string[]> = new Map([
  ['k8s-app', ['kube-dns', 'node-local-dns', 'coredns']],
  ['app.kubernetes.io/name', ['coredns']],
]);

export const dnsOfOwnNamespace: ObjectCheck = {
  scope: 'object',
  code: 'MESH5019',
  rule: 'dns-of-own-namespace',
  aliases: [],
  severity: 'warning',
  summary: 'A policy lets pods call the DNS of the cluster in their own namespace, where it is not.',
  subject: [Kinds.networkPolicy, Kinds.ciliumNetworkPolicy],
  inputs: [workloadDirectory],
  run(context) {
    const { subject, isNamespaceKnown } = context;
    if (!isNamespaceKnown || subject.namespace === 'kube-system') return;
    if (subject.kind === 'NetworkPolicy') checkNetworkPolicy(context);
    else checkCilium(context);
  },
};

function checkNetworkPolicy(context: CheckContext): void {
  for (const { direction, peers } of networkPolicyOf(context.subject).rules) {
    for (const { podSelector, namespaceSelector, path } of peers) {
      if (direction !== 'egress' || namespaceSelector || !podSelector || !isDns(context, podSelector)) continue;
      report(context, [...path, 'podSelector'], {
        type: 'insert-field',
        object: context.subject,
        path,
        key: 'namespaceSelector',
        value: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
      });
    }
  }
}

/** Selectors of a policy that is of a namespace are for that one, unless a label names another. */
function checkCilium(context: CheckContext): void {
  for (const { rules } of ciliumSpecsOf(context.subject)) {
    for (const { direction, value, path } of rules) {
      if (direction !== 'egress') continue;
      for (const [index, peer] of listOf(value.toEndpoints).entries()) {
        const labels = fieldOf(peer, 'matchLabels');
        const written = [
          ...Object.keys(isRecord(labels) ? labels : {}),
          JSON.stringify(fieldOf(peer, 'matchExpressions') ?? ''),
        ];
        if (written.some((key) => key.includes('io.kubernetes.pod.namespace') || key.includes('io.cilium.'))) continue;
        const selector = readLabelSelector(peer);
        const place = [...path, 'toEndpoints', index, 'matchLabels'];
        if (!selector || !isRecord(labels) || !isDns(context, selector)) continue;
        report(context, place, {
          type: 'insert-field',
          object: context.subject,
          path: place,
          key: 'k8s:io.kubernetes.pod.namespace',
          value: 'kube-system',
        });
      }
    }
  }
}

/** Whether the labels are those of the DNS, and no pod of the namespace has them. */
export function isDns(context: CheckContext, selector: LabelSelector): boolean {
  const requirements = selector.requirements.map((each) => ({ ...each, key: each.key.replace(/^(?:k8s|any):/, '') }));
  const isMeant = requirements.some(
    ({ key, operator, values }) =>
      operator === 'In' && values.some((value) => dnsLabels.get(key)?.includes(value) === true),
  );
  return isMeant && selectedPodsHere(context, { requirements }).length === 0;
}

function report(context: CheckContext, path: FieldPath, change: FixPlan['changes'][number]): void {
  context.report(context.subject, path, {
    message: `Without a namespace this means pods of \`${context.subject.namespace}\`. The DNS of the cluster runs in \`kube-system\`, so names cannot be looked up.`,
    part: 'key',
    fixes: [{ title: 'Add the namespace `kube-system`', isPreferred: true, changes: [change] }],
  });
}
