import { Kinds } from '../model/kinds.ts';
import type { KindKey, MeshObject } from '../model/mesh-object.ts';
import type { Snapshot } from '../model/snapshot.ts';

/**
 * Of a cluster's kinds those that no policy is about: they are many, and change all the time. Of Jobs and ReplicaSets no
 * more than the metadata is known; their pods tell the rest.
 */
const apart: ReadonlySet<KindKey> = new Set([
  Kinds.endpointSlice,
  Kinds.replicaSet,
  Kinds.job,
  Kinds.node,
  Kinds.configMap,
]);

/** The objects that policies are checked against. */
export function policyObjects(snapshot: Snapshot): readonly MeshObject[] {
  return snapshot.kinds.filter((kind) => !apart.has(kind)).flatMap((kind) => snapshot.ofKind(kind));
}

/** What answers to policies are made of: while it is the same in two snapshots, so are the answers. */
export function policyParts(snapshot: Snapshot): readonly unknown[] {
  return snapshot.kinds.filter((kind) => !apart.has(kind)).map((kind) => snapshot.objectsOf(kind));
}
