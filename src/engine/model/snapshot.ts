import { compareText } from '../../shared/compare.ts';
import type { KindKey, Layer, MeshObject } from './mesh-object.ts';
import { kindKey } from './mesh-object.ts';

const layerOrder: Readonly<Record<Layer, number>> = { cluster: 0, workspace: 1, registry: 2 };

/** An immutable state of the model: what every check, preview and route decision is asked of. */
export interface Snapshot {
  /** Which layers it stacks, lowest first. */
  readonly layers: readonly Layer[];
  /** Objects of a kind, sorted by namespace, then name. */
  ofKind(kind: KindKey): readonly MeshObject[];
  find(kind: KindKey, namespace: string, name: string): MeshObject | undefined;
  /** Every object, kinds sorted. */
  all(): readonly MeshObject[];
}

const identity = (namespace: string, name: string): string => `${namespace}/${name}`;

/**
 * Stacks objects: of two with the same kind, namespace and name the one from the higher layer counts. Within one layer
 * the first counts, as the API server would refuse the second.
 */
export function createSnapshot(objects: Iterable<MeshObject>): Snapshot {
  const kinds = new Map<KindKey, Map<string, MeshObject>>();
  const layers = new Set<Layer>();
  for (const object of objects) {
    layers.add(object.origin.layer);
    const key = kindKey(object);
    let byName = kinds.get(key);
    if (!byName) kinds.set(key, (byName = new Map<string, MeshObject>()));
    const id = identity(object.namespace, object.name);
    const present = byName.get(id);
    if (!present || layerOrder[object.origin.layer] > layerOrder[present.origin.layer]) byName.set(id, object);
  }
  const sorted = new Map<KindKey, readonly MeshObject[]>();
  for (const [key, byName] of kinds) {
    sorted.set(
      key,
      [...byName.entries()].sort(([a], [b]) => compareText(a, b)).map(([, object]) => object),
    );
  }
  return {
    layers: [...layers].sort((a, b) => layerOrder[a] - layerOrder[b]),
    ofKind: (kind) => sorted.get(kind) ?? [],
    find: (kind, namespace, name) => kinds.get(kind)?.get(identity(namespace, name)),
    all: () => [...sorted.keys()].sort().flatMap((key) => sorted.get(key) ?? []),
  };
}
