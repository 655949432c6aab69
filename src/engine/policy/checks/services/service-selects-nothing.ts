import { fieldOf, textsOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { hasNearLabel, reportEmptySelector, selectsNothing } from '../directories/empty-selector.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';

export const serviceSelectsNothing: ObjectCheck = {
  scope: 'object',
  code: 'MESH2051',
  rule: 'service-selects-nothing',
  aliases: [],
  severity: 'warning',
  summary: 'No workload has the labels that a Service selects, but some has nearly the same.',
  subject: Kinds.service,
  inputs: [workloadDirectory],
  run(context) {
    const { subject } = context;
    const labels = textsOf(fieldOf(subject.spec, 'selector'));
    if (Object.keys(labels).length === 0 || fieldOf(subject.spec, 'type') === 'ExternalName') return;
    const directory = context.index(workloadDirectory);
    const selector = { labels, path: ['spec', 'selector'] };
    const scope = { isMeshWide: false };
    if (!selectsNothing(context, directory, selector, scope)) return;
    // Operators run workloads that no file declares: only the slip of a label that is there is told.
    if (!hasNearLabel(context, directory, selector, scope)) return;
    reportEmptySelector(context, directory, selector, { ...scope, consequence: 'so this Service has no endpoints' });
  },
};
