import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import { valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { labelSelectorText } from '../../semantics/label-selector.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { emptySelection, selectedPodsHere } from '../network-policies/selected-pods.ts';
import { replacements } from '../replacements.ts';
import { serverOf } from './server-view.ts';

export const serverSelectsNothing: ObjectCheck = {
  scope: 'object',
  code: 'MESH4003',
  rule: 'linkerd-server-selects-nothing',
  aliases: [],
  severity: 'warning',
  summary: 'A Server of Linkerd is for pods, or a named port of pods, that do not exist, so its policies do nothing.',
  subject: Kinds.linkerdServer,
  inputs: [workloadDirectory],
  run(context) {
    const { subject, isNamespaceKnown } = context;
    const { podSelector, port } = serverOf(subject);
    if (!podSelector || !isNamespaceKnown) return;
    const empty = emptySelection(context, podSelector);
    if (empty) {
      const path = ['spec', 'podSelector', 'matchLabels', empty.key ?? ''];
      const isLabel = valueAt(subject, path) !== undefined;
      context.report(subject, isLabel ? path : ['spec', 'podSelector'], {
        message: `No pod of namespace \`${subject.namespace}\` has \`${labelSelectorText(podSelector)}\`, so this Server is for nothing.${didYouMean(empty.near)}`,
        part: isLabel ? 'value' : 'key',
        severity: empty.severity,
        fixes: isLabel ? replacements(subject, path, empty.near) : [],
      });
      return;
    }
    if (typeof port === 'string') checkPort(context, port, selectedPodsHere(context, podSelector));
  },
};

function checkPort(context: CheckContext, port: string, pods: readonly WorkloadView[]): void {
  const names = pods.flatMap(({ ports }) => ports.map(({ name }) => name)).filter((name) => name !== '');
  if (pods.length === 0 || names.includes(port) || /^\d+$/.test(port)) return;
  const near = nearestNames(port, names);
  context.report(context.subject, ['spec', 'port'], {
    message: `None of the pods has a port named \`${port}\`, so this Server is for nothing.${didYouMean(near)}`,
    part: 'value',
    related: pods
      .slice(0, 3)
      .map(({ object }) => ({ message: `${object.kind} ${object.name}.`, object, path: ['metadata', 'name'] })),
    fixes: replacements(context.subject, ['spec', 'port'], near),
  });
}
