import { compareText } from '../../shared/compare.ts';
import { KindObjects, noObjects } from './kind-objects.ts';
import type { KindKey, Layer, MeshObject } from './mesh-object.ts';
import type { Snapshot } from './snapshot.ts';

/** Stacks that were made before, by what they were made of, for as long as that is kept by anybody. */
const stackedKinds = new WeakMap<KindObjects, WeakMap<KindObjects, KindObjects>>();
const mergedLists = new WeakMap<readonly MeshObject[], WeakMap<readonly MeshObject[], readonly MeshObject[]>>();

function remembered<K extends object, V>(memory: WeakMap<K, WeakMap<K, V>>, lower: K, upper: K, make: () => V): V {
  let byUpper = memory.get(lower);
  if (!byUpper) memory.set(lower, (byUpper = new WeakMap()));
  let value = byUpper.get(upper);
  if (value === undefined) byUpper.set(upper, (value = make()));
  return value;
}

function mergeLists(lower: readonly MeshObject[], upper: readonly MeshObject[]): readonly MeshObject[] {
  const merged: MeshObject[] = [];
  let at = 0;
  for (const object of upper) {
    for (let below = lower[at]; below && compareText(below.name, object.name) < 0; below = lower[++at]) {
      merged.push(below);
    }
    if (lower[at]?.name === object.name) at++;
    merged.push(object);
  }
  for (let below = lower[at]; below; below = lower[++at]) merged.push(below);
  return merged;
}

function stackKinds(lower: KindObjects, upper: KindObjects): KindObjects {
  if (upper === noObjects || lower === upper) return lower;
  if (lower === noObjects) return upper;
  return remembered(stackedKinds, lower, upper, () => {
    const lists = new Map(lower.namespaces.map((namespace) => [namespace, lower.in(namespace)]));
    for (const namespace of upper.namespaces) {
      const above = upper.in(namespace);
      const below = lists.get(namespace);
      lists.set(namespace, below ? remembered(mergedLists, below, above, () => mergeLists(below, above)) : above);
    }
    return new KindObjects(lists);
  });
}

/**
 * Lays snapshots over each other, lowest first: of two objects with the same kind, namespace and name that of the higher
 * one counts, whatever its own layer. Nothing is copied before it is asked for, and only kinds and namespaces that several
 * of them have are copied at all, so that a stack for every keystroke costs what the keystroke changed.
 */
export function stackSnapshots(...snapshots: readonly Snapshot[]): Snapshot {
  const [first, ...others] = snapshots.filter(({ kinds }) => kinds.length > 0);
  if (first && others.length === 0) return first;
  const stacked = new Map<KindKey, KindObjects>();
  let kinds: readonly KindKey[] | undefined;
  const objectsOf = (kind: KindKey): KindObjects => {
    let objects = stacked.get(kind);
    if (!objects) {
      objects = others.reduce(
        (below, above) => stackKinds(below, above.objectsOf(kind)),
        first?.objectsOf(kind) ?? noObjects,
      );
      stacked.set(kind, objects);
    }
    return objects;
  };
  const layers = [...new Set(snapshots.flatMap((snapshot): readonly Layer[] => snapshot.layers))];
  const kindsOfAll = (): readonly KindKey[] =>
    (kinds ??= [...new Set(snapshots.flatMap((snapshot) => snapshot.kinds))].sort());
  return {
    layers,
    get kinds() {
      return kindsOfAll();
    },
    objectsOf,
    ofKind: (kind) => objectsOf(kind).all,
    inNamespace: (kind, namespace) => objectsOf(kind).in(namespace),
    find: (kind, namespace, name) => objectsOf(kind).find(namespace, name),
    all: () => kindsOfAll().flatMap((kind) => objectsOf(kind).all),
  };
}
