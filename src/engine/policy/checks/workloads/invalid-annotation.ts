import type { ObjectCheck } from '../check.ts';
import { annotatedKinds, isAtItsPlace, knownAnnotations } from './annotation-places.ts';

export const invalidAnnotation: ObjectCheck = {
  scope: 'object',
  code: 'MESH1906',
  rule: 'invalid-annotation',
  aliases: ['IST0125'],
  severity: 'error',
  summary: 'An annotation of Istio holds a value that its injector does not accept.',
  subject: annotatedKinds,
  inputs: [],
  run(context) {
    for (const annotation of knownAnnotations(context.subject)) {
      const { key, value, path, known } = annotation;
      const problem = isAtItsPlace(annotation) ? known.problemOf?.(value) : undefined;
      if (problem === undefined) continue;
      const message = `\`${key}\` has a value that Istio does not take: ${problem}.`;
      context.report(context.subject, path, { message, part: 'value' });
    }
  },
};
