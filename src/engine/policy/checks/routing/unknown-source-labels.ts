import { textsOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { hasNearLabel, reportEmptySelector, selectsNothing } from '../directories/empty-selector.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { rulesOf } from './virtual-service-view.ts';

export const unknownSourceLabels: ObjectCheck = {
  scope: 'object',
  code: 'MESH1211',
  rule: 'unknown-source-labels',
  aliases: [],
  severity: 'warning',
  summary: 'A match is for callers with labels that no workload has, but some has nearly the same.',
  subject: Kinds.virtualService,
  inputs: [workloadDirectory],
  run(context) {
    const directory = context.index(workloadDirectory);
    const scope = { isMeshWide: true };
    for (const match of rulesOf(context.subject).flatMap(({ matches }) => matches)) {
      const labels = textsOf(match.value.sourceLabels);
      const selector = { labels, path: [...match.path, 'sourceLabels'] };
      if (Object.keys(labels).length === 0 || !selectsNothing(context, directory, selector, scope)) continue;
      if (!hasNearLabel(context, directory, selector, scope)) continue;
      reportEmptySelector(context, directory, selector, { ...scope, consequence: 'so no call meets this match' });
    }
  },
};
