import { fieldOf, isRecord, valueAt } from '../../../../shared/untrusted.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import type { Change, FixPlan } from '../../fixes/fix-plan.ts';
import { podTemplatePath } from '../../semantics/workloads.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import type { KnownAnnotation } from './annotation-places.ts';
import { annotatedKinds, isAtItsPlace, knownAnnotations } from './annotation-places.ts';

export const misplacedAnnotation: ObjectCheck = {
  scope: 'object',
  code: 'MESH1905',
  rule: 'misplaced-annotation',
  aliases: ['IST0107'],
  severity: 'warning',
  summary: 'An annotation stands where Istio does not look for it.',
  subject: annotatedKinds,
  inputs: [],
  run(context) {
    const { subject } = context;
    // Istio copies the annotations of a Gateway to what it makes for it.
    if (Object.hasOwn(subject.labels, 'gateway.istio.io/managed')) return;
    const template = podTemplatePath(kindKey(subject)) ?? [];
    for (const annotation of knownAnnotations(subject)) {
      if (isAtItsPlace(annotation)) continue;
      const { key, path, place, known } = annotation;
      const isForPods = template.length > 0 && known.on.includes('Pod');
      const where = isForPods ? 'the template of the pods' : `objects of kind ${known.on.join(' or ')}`;
      context.report(subject, path, {
        message: `Istio reads \`${key}\` on ${where}, not on this ${place.on}.`,
        part: 'key',
        fixes: isForPods ? move(context, annotation, [...template, 'metadata']) : [],
      });
    }
  },
};

/** To the template, unless that says something else already. */
function move(
  { subject: object }: CheckContext,
  annotation: KnownAnnotation,
  metadata: readonly (string | number)[],
): readonly FixPlan[] {
  const { key, value, path } = annotation;
  const target = valueAt(object, metadata);
  const present = fieldOf(target, 'annotations');
  if (!isRecord(target) || Object.keys(target).length === 0) return [];
  const add: readonly Change[] = !isRecord(present)
    ? [{ type: 'insert-field', object, path: metadata, key: 'annotations', value: { [key]: value } }]
    : Object.hasOwn(present, key)
      ? []
      : [{ type: 'insert-field', object, path: [...metadata, 'annotations'], key, value }];
  return [{ title: 'Move it to the template', isPreferred: true, changes: [{ type: 'remove', object, path }, ...add] }];
}
