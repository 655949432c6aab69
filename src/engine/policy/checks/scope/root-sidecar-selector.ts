import { fieldOf, textsOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';

export const rootSidecarSelector: ObjectCheck = {
  scope: 'object',
  code: 'MESH1603',
  rule: 'root-sidecar-selector',
  aliases: ['KIA1006'],
  severity: 'warning',
  summary: 'A Sidecar of the root namespace selects workloads, so it is no default for the mesh.',
  subject: Kinds.sidecar,
  inputs: [],
  run(context) {
    const { subject, settings, isNamespaceKnown } = context;
    if (!isNamespaceKnown || subject.namespace !== settings.rootNamespace) return;
    const selector = fieldOf(subject.spec, 'workloadSelector');
    if (Object.keys(textsOf(valueAt(selector, ['labels']))).length === 0) return;
    const path = ['spec', 'workloadSelector'];
    context.report(subject, path, {
      message: `With a selector this Sidecar is for workloads of \`${subject.namespace}\` only. Without one it is the default of every namespace.`,
      part: 'key',
      fixes: [{ title: 'Remove the selector', changes: [{ type: 'remove', object: subject, path }] }],
    });
  },
};
