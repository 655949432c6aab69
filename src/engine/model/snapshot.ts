import { compareText } from '../../shared/compare.ts';
import { KindObjects, noObjects } from './kind-objects.ts';
import type { KindKey, Layer, MeshObject } from './mesh-object.ts';
import { kindKey } from './mesh-object.ts';

const layerOrder: Readonly<Record<Layer, number>> = { cluster: 0, workspace: 1, registry: 2 };

/** An immutable state of the model: what every check, preview and route decision is asked of. */
export interface Snapshot {
  /** Which layers it stacks, lowest first. */
  readonly layers: readonly Layer[];
  /** Kinds that have objects, sorted. */
  readonly kinds: readonly KindKey[];
  /** Objects of a kind; the same value in every later snapshot in which none of them has changed. */
  objectsOf(kind: KindKey): KindObjects;
  /** Objects of a kind, sorted by namespace, then name. */
  ofKind(kind: KindKey): readonly MeshObject[];
  /** Objects of a kind in a namespace, sorted by name. */
  inNamespace(kind: KindKey, namespace: string): readonly MeshObject[];
  find(kind: KindKey, namespace: string, name: string): MeshObject | undefined;
  /** Every object, kinds sorted. */
  all(): readonly MeshObject[];
}

/** The snapshot of these kinds; none may be empty. */
export function snapshotOf(layers: readonly Layer[], parts: ReadonlyMap<KindKey, KindObjects>): Snapshot {
  const kinds = [...parts.keys()].sort();
  const objectsOf = (kind: KindKey): KindObjects => parts.get(kind) ?? noObjects;
  return {
    layers,
    kinds,
    objectsOf,
    ofKind: (kind) => objectsOf(kind).all,
    inNamespace: (kind, namespace) => objectsOf(kind).in(namespace),
    find: (kind, namespace, name) => objectsOf(kind).find(namespace, name),
    all: () => kinds.flatMap((kind) => objectsOf(kind).all),
  };
}

/**
 * Stacks objects: of two with the same kind, namespace and name the one from the higher layer counts. Within one layer
 * the first counts, as the API server would refuse the second. What is the same in the snapshot before is taken from it.
 */
export function createSnapshot(objects: Iterable<MeshObject>, before?: Snapshot): Snapshot {
  const kinds = new Map<KindKey, Map<string, Map<string, MeshObject>>>();
  const layers = new Set<Layer>();
  for (const object of objects) {
    layers.add(object.origin.layer);
    const key = kindKey(object);
    let namespaces = kinds.get(key);
    if (!namespaces) kinds.set(key, (namespaces = new Map<string, Map<string, MeshObject>>()));
    let byName = namespaces.get(object.namespace);
    if (!byName) namespaces.set(object.namespace, (byName = new Map<string, MeshObject>()));
    const present = byName.get(object.name);
    if (!present || layerOrder[object.origin.layer] > layerOrder[present.origin.layer]) byName.set(object.name, object);
  }
  const parts = new Map<KindKey, KindObjects>();
  for (const [kind, namespaces] of kinds) {
    const old = before?.objectsOf(kind) ?? noObjects;
    const lists = new Map<string, readonly MeshObject[]>();
    let isSame = old.namespaces.length === namespaces.size;
    for (const [namespace, byName] of namespaces) {
      const sorted = [...byName.values()].sort((a, b) => compareText(a.name, b.name));
      const known = old.in(namespace);
      const isKnown = known.length === sorted.length && sorted.every((object, index) => object === known[index]);
      isSame &&= isKnown;
      lists.set(namespace, isKnown ? known : sorted);
    }
    parts.set(kind, isSame ? old : new KindObjects(lists));
  }
  return snapshotOf(
    [...layers].sort((a, b) => layerOrder[a] - layerOrder[b]),
    parts,
  );
}
