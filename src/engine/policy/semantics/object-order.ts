import { compareText } from '../../../shared/compare.ts';
import { perPart } from '../../model/indexes/per-part.ts';
import type { MeshObject } from '../../model/mesh-object.ts';

/** Milliseconds since 1970. Sorting asks many times. */
const createdAt = perPart((object: MeshObject): number => {
  const time = object.creationTimestamp === undefined ? Number.NaN : Date.parse(object.creationTimestamp);
  // An object without a time has Go's zero time, which is before all others.
  return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
});

/** Oldest first; same age by name, then namespace, as istiod orders objects that compete. */
export function byAge(a: MeshObject, b: MeshObject): number {
  const [timeA, timeB] = [createdAt(a), createdAt(b)];
  if (timeA !== timeB) return timeA < timeB ? -1 : 1;
  return compareText(a.name, b.name) || compareText(a.namespace, b.namespace);
}
