import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import { istioAnnotations, istioLabels, isIstioAnnotation } from '../../schema/istio-annotations.ts';
import type { ObjectCheck } from '../check.ts';
import { annotatedKinds, annotationPlaces } from './annotation-places.ts';

export const unknownAnnotation: ObjectCheck = {
  scope: 'object',
  code: 'MESH1904',
  rule: 'unknown-annotation',
  aliases: ['IST0108'],
  severity: 'warning',
  summary: 'An annotation has a name of Istio’s that Istio does not know.',
  subject: annotatedKinds,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { metadata, annotations } of annotationPlaces(subject)) {
      for (const key of Object.keys(annotations)) {
        if (!isIstioAnnotation(key) || istioAnnotations.has(key)) continue;
        const path = [...metadata, 'annotations', key];
        if (istioLabels.has(key)) {
          context.report(subject, path, {
            message: `\`${key}\` is a label: Istio does not read it as an annotation.`,
            part: 'key',
          });
          continue;
        }
        const near = nearestNames(key, istioAnnotations.keys()).filter((name) => !Object.hasOwn(annotations, name));
        context.report(subject, path, {
          message: `Istio knows no annotation \`${key}\`.${didYouMean(near)}`,
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
