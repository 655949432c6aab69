import { fieldOf, isRecord, textsOf, valueAt } from '../../../../shared/untrusted.ts';
import type { FixPlan } from '../../fixes/fix-plan.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import type { KnownAnnotation } from './annotation-places.ts';
import { annotatedKinds, isAtItsPlace, knownAnnotations } from './annotation-places.ts';

/** Also the name of the label that took its place. */
const inject = 'sidecar.istio.io/inject';

export const deprecatedAnnotation: ObjectCheck = {
  scope: 'object',
  code: 'MESH1907',
  rule: 'deprecated-annotation',
  aliases: ['IST0135'],
  severity: 'information',
  summary: 'An annotation of Istio is deprecated.',
  subject: annotatedKinds,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const annotation of knownAnnotations(subject)) {
      const { key, path, place, known } = annotation;
      if (known.successor === undefined) continue;
      const labels = textsOf(valueAt(subject, [...place.metadata, 'labels']));
      // Who sets both wants old and new versions of Istio to understand.
      if (key === inject && Object.hasOwn(labels, inject)) continue;
      const instead = known.successor === '' ? 'Istio no longer reads it' : known.successor;
      context.report(subject, path, {
        message: `The annotation \`${key}\` is deprecated: ${instead}.`,
        part: 'key',
        fixes: key === inject && isAtItsPlace(annotation) ? makeLabel(context, annotation) : [],
      });
    }
  },
};

function makeLabel({ subject: object }: CheckContext, { path, place, value }: KnownAnnotation): readonly FixPlan[] {
  const labels = fieldOf(valueAt(object, place.metadata), 'labels');
  if (!isRecord(labels) || Object.keys(labels).length === 0) return [];
  return [
    {
      title: 'Make it a label',
      isPreferred: true,
      changes: [
        { type: 'remove', object, path },
        { type: 'insert-field', object, path: [...place.metadata, 'labels'], key: inject, value },
      ],
    },
  ];
}
