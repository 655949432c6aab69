import { fieldOf, isRecord, textsOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { replacements } from '../replacements.ts';

export const templateWithoutLabels: ObjectCheck = {
  scope: 'object',
  code: 'MESH2052',
  rule: 'template-without-labels',
  aliases: [],
  severity: 'error',
  summary: 'A workload selects other pods than those that it makes; the API server refuses it.',
  refusedBy: 'api-server',
  subject: [Kinds.deployment, Kinds.statefulSet, Kinds.daemonSet, Kinds.replicaSet],
  inputs: [],
  run(context) {
    const { subject } = context;
    const metadata = valueAt(subject.spec, ['template', 'metadata']);
    if (!isRecord(metadata) || !isRecord(metadata.labels)) return;
    const labels = textsOf(metadata.labels);
    for (const [key, value] of Object.entries(textsOf(valueAt(subject.spec, ['selector', 'matchLabels'])))) {
      const made = labels[key];
      // What is no text has a finding of its own.
      if (made === value || (made === undefined && fieldOf(metadata.labels, key) !== undefined)) continue;
      const path = ['spec', 'selector', 'matchLabels', key];
      const have = made === undefined ? `have no label \`${key}\`` : `have \`${key}: ${made}\``;
      context.report(subject, path, {
        message: `The pods of its template ${have}: a ${subject.kind} must select the pods that it makes.`,
        part: 'value',
        related: [
          { message: 'Labels of the template.', object: subject, path: ['spec', 'template', 'metadata', 'labels'] },
        ],
        fixes: made === undefined ? [] : replacements(subject, path, [made]),
      });
    }
  },
};
