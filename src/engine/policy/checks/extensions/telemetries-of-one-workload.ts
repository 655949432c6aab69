import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { reportSelectorRivals, selectorsIndex } from '../directories/selector-rivals.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';

const selectors = selectorsIndex(Kinds.telemetry);

export const telemetriesOfOneWorkload: ObjectCheck = {
  scope: 'object',
  code: 'MESH1801',
  rule: 'telemetries-of-one-workload',
  aliases: ['IST0159'],
  severity: 'error',
  summary: 'Two Telemetry objects select the same workload; only the oldest counts.',
  subject: Kinds.telemetry,
  inputs: [selectors, workloadDirectory],
  run(context) {
    reportSelectorRivals(context, context.index(selectors), context.index(workloadDirectory));
  },
};
