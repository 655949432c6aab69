import type { ObjectCheck } from '../check.ts';
import { annotatedKinds, isAtItsPlace, knownAnnotations } from './annotation-places.ts';

/** Written by Istio itself. */
const written: ReadonlySet<string> = new Set([
  'gateway.istio.io/controller-version',
  'istio.io/rev',
  'sidecar.istio.io/status',
]);

export const alphaAnnotation: ObjectCheck = {
  scope: 'object',
  code: 'MESH1908',
  rule: 'alpha-annotation',
  aliases: ['IST0136'],
  severity: 'information',
  isOptional: true,
  summary: 'An annotation of Istio is alpha: it may change or go away.',
  subject: annotatedKinds,
  inputs: [],
  run(context) {
    for (const annotation of knownAnnotations(context.subject)) {
      const { key, path, known } = annotation;
      if (!known.isAlpha || written.has(key) || !isAtItsPlace(annotation)) continue;
      const message = `The annotation \`${key}\` is alpha: it may change or go away with the next release of Istio.`;
      context.report(context.subject, path, { message, part: 'key' });
    }
  },
};
