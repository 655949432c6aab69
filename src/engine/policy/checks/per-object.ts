import type { MeshObject } from '../../model/mesh-object.ts';

/** Computes something once for each object, which never changes, and keeps it as long as the object is in use. */
export function perObject<T>(compute: (object: MeshObject) => T): (object: MeshObject) => T {
  const known = new WeakMap<MeshObject, { readonly value: T }>();
  return (object) => {
    let entry = known.get(object);
    if (!entry) known.set(object, (entry = { value: compute(object) }));
    return entry.value;
  };
}
