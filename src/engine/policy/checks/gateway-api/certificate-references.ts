import { listOf, valueAt } from '../../../../shared/untrusted.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { ObjectReference } from '../../semantics/gateway-api/object-reference.ts';
import { readReference, toSecret } from '../../semantics/gateway-api/object-reference.ts';
import { perObject } from '../per-object.ts';
import { listenersIn } from './gateway-views.ts';

/** Certificates of the listeners of a Gateway or ListenerSet. */
export const certificatesOf = perObject((object: MeshObject): readonly ObjectReference[] =>
  listenersIn(object).flatMap(({ path, value }) =>
    listOf(valueAt(value, ['tls', 'certificateRefs'])).flatMap(
      (entry, index) =>
        readReference(entry, [...path, 'tls', 'certificateRefs', index], object.namespace, toSecret) ?? [],
    ),
  ),
);
