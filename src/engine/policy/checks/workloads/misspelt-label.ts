import { didYouMean, misspellingsOf } from '../../../../shared/nearest-names.ts';
import { textsOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { istioLabels } from '../../schema/istio-annotations.ts';
import type { ObjectCheck } from '../check.ts';
import { annotatedKinds, annotationPlaces } from './annotation-places.ts';

export const misspeltLabel: ObjectCheck = {
  scope: 'object',
  code: 'MESH1914',
  rule: 'misspelt-label',
  aliases: [],
  severity: 'warning',
  summary: 'A label has nearly the name of one of Istio’s, which nobody reads.',
  subject: [...annotatedKinds, Kinds.kubernetesGateway],
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { metadata, on } of annotationPlaces(subject)) {
      const labels = metadata.length === 1 ? subject.labels : textsOf(valueAt(subject, [...metadata, 'labels']));
      for (const key of Object.keys(labels)) {
        const near = intended(key, on).filter((name) => !Object.hasOwn(labels, name));
        if (near.length === 0) continue;
        const path = [...metadata, 'labels', key];
        context.report(subject, path, {
          message: `Istio reads no label \`${key}\`.${didYouMean(near)}`,
          part: 'key',
          fixes: near.map((name, index) => ({
            title: `Rename to \`${name}\``,
            isPreferred: index === 0,
            changes: [{ type: 'rename-key', object: subject, path, key: name }],
          })),
        });
      }
    }
  },
};

/** None for a label of somebody else, and for one that is only like one of Istio's. */
function intended(key: string, on: string): readonly string[] {
  if (istioLabels.has(key)) return [];
  if (on === 'Namespace' && /^istio(?:\.io)?[-_./]?inject(?:ion|ed)?$/i.test(key)) return ['istio-injection'];
  const dashed = key.replaceAll('_', '-').toLowerCase();
  return istioLabels.has(dashed) ? [dashed] : misspellingsOf(key, istioLabels);
}
