import { Kinds } from '../../../model/kinds.ts';
import { isAmbientNamespace } from '../../semantics/mesh-membership.ts';
import type { ObjectCheck } from '../check.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { selectorOf } from '../directories/selector-of.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { membershipIn, namespaceLabelsOf } from '../directories/workload-membership.ts';

export const ambientSidecarScope: ObjectCheck = {
  scope: 'object',
  code: 'MESH2110',
  rule: 'ambient-sidecar-scope',
  aliases: ['IST0167'],
  severity: 'warning',
  summary: 'A Sidecar is for workloads in ambient mode, which have no sidecar to follow it.',
  subject: Kinds.sidecar,
  inputs: [namespaceDirectory, workloadDirectory],
  run(context) {
    const { subject } = context;
    const labels = namespaceLabelsOf(context, subject);
    const selector = selectorOf(subject);
    if (!labels || subject.namespace === context.settings.rootNamespace) return;
    const workloads = context.index(workloadDirectory).selectedIn(subject.namespace, selector?.labels ?? {});
    const isAmbient =
      workloads.length > 0
        ? workloads.every((workload) => membershipIn(context, workload) === 'ambient')
        : !selector && isAmbientNamespace(labels);
    if (!isAmbient) return;
    const who = selector ? 'The workloads it selects are' : `Namespace \`${subject.namespace}\` is`;
    context.report(subject, selector?.path ?? ['metadata', 'name'], {
      message: `${who} in ambient mode, where nothing follows a Sidecar.`,
      part: selector ? 'key' : 'value',
    });
  },
};
