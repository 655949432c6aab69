import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, recordOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { isAmbientNamespace } from '../../semantics/mesh-membership.ts';
import { readPolicyTarget } from '../../semantics/policy-target.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { policyWorkloads } from '../directories/selected-workloads.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { membershipIn, namespaceLabelsOf } from '../directories/workload-membership.ts';
import { replacements } from '../replacements.ts';

export const disableInAmbient: ObjectCheck = {
  scope: 'object',
  code: 'MESH2113',
  rule: 'disable-in-ambient',
  aliases: [],
  severity: 'warning',
  summary:
    'Mutual TLS is switched off for workloads in ambient mode, where it cannot be: `DISABLE` is PERMISSIVE there.',
  subject: Kinds.peerAuthentication,
  inputs: [namespaceDirectory, workloadDirectory],
  run(context) {
    const { subject } = context;
    const ports = Object.keys(recordOf(fieldOf(subject.spec, 'portLevelMtls')) ?? {});
    const places: readonly FieldPath[] = [
      ['spec', 'mtls', 'mode'],
      ...ports.map((port) => ['spec', 'portLevelMtls', port, 'mode']),
    ];
    const disabled = places.filter((path) => valueAt(subject, path) === 'DISABLE');
    if (disabled.length === 0 || !isForAmbient(context)) return;
    for (const path of disabled) {
      context.report(subject, path, {
        message:
          'Workloads in ambient mode always take mutual TLS, through ztunnel: `DISABLE` does there what `PERMISSIVE` does, and clients of the mesh still use it.',
        part: 'value',
        fixes: replacements(subject, path, ['PERMISSIVE']),
      });
    }
  },
};

/** Whether every workload that it is for is in ambient mode; without any, whether its namespace is. */
function isForAmbient(context: CheckContext): boolean {
  const { subject, settings } = context;
  const { selector } = readPolicyTarget(subject.spec);
  const workloads = policyWorkloads(context, selector ?? {});
  if (workloads.length > 0) return workloads.every((workload) => membershipIn(context, workload) === 'ambient');
  const labels = namespaceLabelsOf(context, subject);
  return (
    selector === undefined &&
    subject.namespace !== settings.rootNamespace &&
    labels !== undefined &&
    isAmbientNamespace(labels)
  );
}
