import { Kinds } from '../../../../model/kinds.ts';
import type { KindKey } from '../../../../model/mesh-object.ts';
import { kindKey } from '../../../../model/mesh-object.ts';
import type { ObjectCheck } from '../../check.ts';
import { labelProblem } from '../formats/label-format.ts';
import { sitesIn } from '../sites.ts';

const patterns: Readonly<Record<KindKey, readonly string[]>> = {
  [Kinds.virtualService]: ['http', 'tls', 'tcp'].map((type) => `${type}[].match[].sourceLabels{}`),
  [Kinds.destinationRule]: ['subsets[].labels{}'],
  [Kinds.serviceEntry]: ['endpoints[].labels{}'],
  [Kinds.workloadEntry]: ['labels{}'],
  [Kinds.workloadGroup]: ['metadata.labels{}'],
};

export const invalidLabel: ObjectCheck = {
  scope: 'object',
  code: 'MESH2237',
  rule: 'invalid-label',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A label that no workload can carry.',
  refusedBy: 'webhook',
  subject: Object.keys(patterns),
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const site of sitesIn(subject, ...(patterns[kindKey(subject)] ?? []))) {
      const problem = labelProblem(site);
      if (problem) context.report(subject, site.path, problem);
    }
  },
};
