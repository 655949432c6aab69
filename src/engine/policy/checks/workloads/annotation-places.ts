import type { FieldPath } from '../../../../shared/text.ts';
import { textsOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { KindKey, Labels, MeshObject } from '../../../model/mesh-object.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import type { IstioAnnotation } from '../../schema/istio-annotations.ts';
import { istioAnnotations } from '../../schema/istio-annotations.ts';
import { podKinds, podTemplatePath } from '../../semantics/workloads.ts';
import { perObject } from '../per-object.ts';

/** Annotations at one place of an object. */
export interface AnnotationPlace {
  /** Path of the `metadata` they stand in. */
  readonly metadata: FieldPath;
  /** Kind of what they are on: `Pod` for the template of a workload. */
  readonly on: string;
  readonly annotations: Labels;
}

/** Kinds whose annotations Istio reads. */
export const annotatedKinds: readonly KindKey[] = [
  ...podKinds,
  Kinds.namespace,
  Kinds.service,
  Kinds.ingress,
  Kinds.serviceEntry,
  Kinds.authorizationPolicy,
];

export const annotationPlaces = perObject((object: MeshObject): readonly AnnotationPlace[] => {
  const own = { metadata: ['metadata'], on: object.kind, annotations: object.annotations };
  const path = podTemplatePath(kindKey(object));
  if (!path || path.length === 0) return [own];
  const metadata = [...path, 'metadata'];
  return [own, { metadata, on: 'Pod', annotations: textsOf(valueAt(object, [...metadata, 'annotations'])) }];
});

export interface KnownAnnotation {
  readonly place: AnnotationPlace;
  readonly key: string;
  readonly value: string;
  readonly path: FieldPath;
  readonly known: IstioAnnotation;
}

/** Annotations of the object that Istio knows. */
export const knownAnnotations = perObject((object: MeshObject): readonly KnownAnnotation[] =>
  annotationPlaces(object).flatMap((place) =>
    Object.entries(place.annotations).flatMap(([key, value]) => {
      const known = istioAnnotations.get(key);
      return known ? [{ place, key, value, known, path: [...place.metadata, 'annotations', key] }] : [];
    }),
  ),
);

export function isAtItsPlace({ place, known }: KnownAnnotation): boolean {
  return known.on.includes('Any') || known.on.includes(place.on);
}
