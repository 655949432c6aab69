import { isAmbientNamespace, isProxyOnly } from '../../semantics/mesh-membership.ts';
import { podKinds, readWorkload } from '../../semantics/workloads.ts';
import type { ObjectCheck } from '../check.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { membershipIn, namespaceLabelsOf } from '../directories/workload-membership.ts';

export const sidecarInAmbientNamespace: ObjectCheck = {
  scope: 'object',
  code: 'MESH2107',
  rule: 'sidecar-in-ambient-namespace',
  aliases: ['KIA1316'],
  severity: 'information',
  summary: 'A pod has a sidecar in an ambient namespace.',
  subject: podKinds,
  inputs: [namespaceDirectory],
  run(context) {
    const { subject } = context;
    const workload = readWorkload(subject);
    const labels = workload && namespaceLabelsOf(context, subject);
    if (!workload || !labels || !isAmbientNamespace(labels)) return;
    // Gateways are proxies themselves, and where the pod asks for both that is the finding.
    const asksForBoth = workload.labels['istio.io/dataplane-mode'] === 'ambient';
    if (isProxyOnly(workload) || asksForBoth || membershipIn(context, workload) !== 'sidecar') return;
    context.report(subject, ['metadata', 'name'], {
      message: `\`${subject.name}\` has a sidecar, while the rest of namespace \`${subject.namespace}\` is in ambient mode: its calls go past waypoints.`,
      part: 'value',
    });
  },
};
