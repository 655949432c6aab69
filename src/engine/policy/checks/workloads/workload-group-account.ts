import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import { stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { serviceAccountDirectory } from '../directories/service-account-directory.ts';
import { replacements } from '../replacements.ts';

export const workloadGroupAccount: ObjectCheck = {
  scope: 'object',
  code: 'MESH1920',
  rule: 'workload-group-account',
  aliases: ['KIA1701'],
  severity: 'warning',
  summary: 'A WorkloadGroup names a service account that its namespace does not have.',
  subject: Kinds.workloadGroup,
  inputs: [serviceAccountDirectory],
  run(context) {
    const { subject, isNamespaceKnown } = context;
    const path = ['spec', 'template', 'serviceAccount'];
    const name = stringOf(valueAt(subject, path));
    if (name === undefined || name === '' || !isNamespaceKnown) return;
    const accounts = context.index(serviceAccountDirectory);
    if (accounts.stateOf(subject.namespace, name) !== 'absent') return;
    const near = nearestNames(name, accounts.namesIn(subject.namespace));
    context.report(subject, path, {
      message: `Namespace \`${subject.namespace}\` has no service account \`${name}\`: machines cannot get a certificate.${didYouMean(near)}`,
      part: 'value',
      fixes: replacements(subject, path, near),
    });
  },
};
