import { compareText } from '../../shared/compare.ts';
import type { MeshObject } from './mesh-object.ts';

const none: readonly MeshObject[] = [];

/** Place of a name among objects of one namespace that are sorted by name; where it would go, as `-place - 1`. */
export function placeOf(objects: readonly MeshObject[], name: string): number {
  let low = 0;
  let high = objects.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const order = compareText(objects[middle]?.name ?? '', name);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return -low - 1;
}

/**
 * The objects of one kind in a snapshot. Immutable. As long as none of them changes, later snapshots hold the very same
 * `KindObjects`, and as long as none of a namespace changes, the very same list of it: what is computed from either can be
 * kept under it.
 */
export class KindObjects {
  readonly #byNamespace: ReadonlyMap<string, readonly MeshObject[]>;
  #namespaces: readonly string[] | undefined;
  #all: readonly MeshObject[] | undefined;

  /** @param byNamespace lists that are not empty, each sorted by name, names unique. */
  constructor(byNamespace: ReadonlyMap<string, readonly MeshObject[]>) {
    this.#byNamespace = byNamespace;
  }

  /** Namespaces that hold any, sorted. Cluster-wide objects are in the namespace of the empty name. */
  get namespaces(): readonly string[] {
    return (this.#namespaces ??= [...this.#byNamespace.keys()].sort());
  }

  /** Sorted by namespace, then name. */
  get all(): readonly MeshObject[] {
    if (this.#all) return this.#all;
    const [only = ''] = this.namespaces;
    this.#all = this.namespaces.length < 2 ? this.in(only) : this.namespaces.flatMap((namespace) => this.in(namespace));
    return this.#all;
  }

  get size(): number {
    let size = 0;
    for (const objects of this.#byNamespace.values()) size += objects.length;
    return size;
  }

  /** Objects of a namespace, sorted by name. */
  in(namespace: string): readonly MeshObject[] {
    return this.#byNamespace.get(namespace) ?? none;
  }

  find(namespace: string, name: string): MeshObject | undefined {
    const objects = this.in(namespace);
    return objects[placeOf(objects, name)];
  }
}

export const noObjects = new KindObjects(new Map());
