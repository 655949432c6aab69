import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { reportSelectorRivals, selectorsIndex } from '../directories/selector-rivals.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';

const selectors = selectorsIndex(Kinds.sidecar);

export const sidecarsOfOneWorkload: ObjectCheck = {
  scope: 'object',
  code: 'MESH1602',
  rule: 'sidecars-of-one-workload',
  aliases: ['IST0110', 'KIA0003'],
  severity: 'error',
  summary: 'Two Sidecars select the same workload; only the oldest counts.',
  subject: Kinds.sidecar,
  inputs: [selectors, workloadDirectory],
  run(context) {
    reportSelectorRivals(context, context.index(selectors), context.index(workloadDirectory));
  },
};
