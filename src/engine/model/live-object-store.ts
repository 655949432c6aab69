import { isDeepStrictEqual } from 'node:util';
import { compareText } from '../../shared/compare.ts';
import { KindObjects, noObjects, placeOf } from './kind-objects.ts';
import type { KindKey, Layer, MeshObject } from './mesh-object.ts';
import { kindKey } from './mesh-object.ts';
import type { ModelDelta, ObjectChange, ObjectStore } from './object-store.ts';
import { snapshotOf, type Snapshot } from './snapshot.ts';

interface NamespaceList {
  objects: MeshObject[];
  /** A snapshot holds the list: it is copied before the next change. */
  isShared: boolean;
}

interface LiveKind {
  readonly namespaces: Map<string, NamespaceList>;
  size: number;
  /** As the last snapshot has it; undefined after a change. */
  shared: KindObjects | undefined;
}

/**
 * Versions are opaque but equal only for equal states, so that comparing them is enough where both are known; unless one
 * of the two was read by its metadata alone.
 */
function isSameState(a: MeshObject, b: MeshObject): boolean {
  if (a === b) return true;
  if (a.resourceVersion === undefined || b.resourceVersion === undefined) return isDeepStrictEqual(a, b);
  return (
    a.resourceVersion === b.resourceVersion &&
    a.uid === b.uid &&
    a.apiVersion === b.apiVersion &&
    (a.spec === undefined) === (b.spec === undefined) &&
    (a.rest === undefined) === (b.rest === undefined)
  );
}

/** Objects of a namespace, sorted by name; of two with one name the first. Lists of API servers are sorted already. */
function sortedByName(objects: readonly MeshObject[]): MeshObject[] {
  const isSorted = objects.every((object, at) => at === 0 || compareText(objects[at - 1]?.name ?? '', object.name) < 0);
  if (isSorted) return [...objects];
  return [...objects]
    .sort((a, b) => compareText(a.name, b.name))
    .filter((object, at, sorted) => object.name !== sorted[at - 1]?.name);
}

/** Keeps each namespace's objects of a kind as one sorted list, shared with snapshots and copied on the next write. */
class LiveObjectStore implements ObjectStore {
  readonly #layers: readonly Layer[];
  readonly #kinds = new Map<KindKey, LiveKind>();
  readonly #listeners = new Set<(delta: ModelDelta) => void>();
  readonly #undelivered: ModelDelta[] = [];
  #isDelivering = false;
  #version = 0;
  #snapshot: Snapshot | undefined;

  constructor(layer: Layer) {
    this.#layers = [layer];
  }

  get version(): number {
    return this.#version;
  }

  put(...objects: readonly MeshObject[]): void {
    const changes: ObjectChange[] = [];
    for (const object of objects) {
      const before = this.#place(object);
      if (before !== object) changes.push(before ? { before, after: object } : { after: object });
    }
    this.#announce(changes);
  }

  remove(kind: KindKey, namespace: string, name: string): void {
    const live = this.#kinds.get(kind);
    const list = live?.namespaces.get(namespace);
    const at = list ? placeOf(list.objects, name) : -1;
    const before = list?.objects[at];
    if (!live || !before) return;
    if (list.objects.length === 1) live.namespaces.delete(namespace);
    else this.#writable(list).splice(at, 1);
    this.#touch(kind, live, -1);
    this.#announce([{ before }]);
  }

  replace(kind: KindKey, namespace: string | undefined, objects: readonly MeshObject[]): void {
    const given = new Map<string, MeshObject[]>();
    for (const object of objects) {
      if (kindKey(object) !== kind) throw new Error(`A list of ${kind} holds a ${kindKey(object)}`);
      if (namespace !== undefined && object.namespace !== namespace) continue;
      const list = given.get(object.namespace);
      if (list) list.push(object);
      else given.set(object.namespace, [object]);
    }
    const live = this.#kinds.get(kind);
    const known = namespace === undefined ? [...(live?.namespaces.keys() ?? [])] : [namespace];
    const changes: ObjectChange[] = [];
    for (const name of new Set([...known, ...given.keys()])) {
      this.#replaceIn(kind, name, sortedByName(given.get(name) ?? []), changes);
    }
    this.#announce(changes);
  }

  count(kind: KindKey): number {
    return this.#kinds.get(kind)?.size ?? 0;
  }

  snapshot(): Snapshot {
    return (this.#snapshot ??= snapshotOf(
      this.#kinds.size > 0 ? this.#layers : [],
      new Map([...this.#kinds].map(([kind, live]) => [kind, this.#share(live)])),
    ));
  }

  onDelta(listener: (delta: ModelDelta) => void): { dispose(): void } {
    // Each registration counts for itself, also of the same function.
    const own = (delta: ModelDelta): void => listener(delta);
    this.#listeners.add(own);
    return { dispose: () => void this.#listeners.delete(own) };
  }

  /** What was there before; the object itself where it is no change. */
  #place(object: MeshObject): MeshObject | undefined {
    const kind = kindKey(object);
    const live = this.#kindOf(kind);
    const list = live.namespaces.get(object.namespace);
    if (!list) {
      live.namespaces.set(object.namespace, { objects: [object], isShared: false });
      this.#touch(kind, live, 1);
      return undefined;
    }
    const at = placeOf(list.objects, object.name);
    const before = list.objects[at];
    if (before && isSameState(before, object)) return object;
    if (before) this.#writable(list)[at] = object;
    else this.#writable(list).splice(-at - 1, 0, object);
    this.#touch(kind, live, before ? 0 : 1);
    return before;
  }

  #replaceIn(kind: KindKey, namespace: string, after: MeshObject[], changes: ObjectChange[]): void {
    const live = this.#kindOf(kind);
    const before = live.namespaces.get(namespace)?.objects ?? [];
    const start = changes.length;
    let at = 0;
    for (const [index, object] of after.entries()) {
      for (let old = before[at]; old && compareText(old.name, object.name) < 0; old = before[++at]) {
        changes.push({ before: old });
      }
      const old = before[at];
      if (old?.name !== object.name) {
        changes.push({ after: object });
        continue;
      }
      at++;
      // The object that is known stays, so that what was computed from it stays.
      if (isSameState(old, object)) after[index] = old;
      else changes.push({ before: old, after: object });
    }
    for (let old = before[at]; old; old = before[++at]) changes.push({ before: old });
    if (changes.length > start) {
      if (after.length > 0) live.namespaces.set(namespace, { objects: after, isShared: false });
      else live.namespaces.delete(namespace);
    }
    this.#touch(kind, live, changes.length > start ? after.length - before.length : undefined);
  }

  #kindOf(kind: KindKey): LiveKind {
    let live = this.#kinds.get(kind);
    if (!live) this.#kinds.set(kind, (live = { namespaces: new Map(), size: 0, shared: undefined }));
    return live;
  }

  #writable(list: NamespaceList): MeshObject[] {
    if (list.isShared) {
      list.objects = [...list.objects];
      list.isShared = false;
    }
    return list.objects;
  }

  /** After a change of a kind's objects; `growth` is undefined where none changed. A kind without objects is none. */
  #touch(kind: KindKey, live: LiveKind, growth: number | undefined): void {
    if (growth !== undefined) {
      live.size += growth;
      live.shared = undefined;
      this.#snapshot = undefined;
    }
    if (live.size === 0) this.#kinds.delete(kind);
  }

  #share(live: LiveKind): KindObjects {
    if (live.shared) return live.shared;
    const lists = new Map<string, readonly MeshObject[]>();
    for (const [namespace, list] of live.namespaces) {
      list.isShared = true;
      lists.set(namespace, list.objects);
    }
    return (live.shared = lists.size > 0 ? new KindObjects(lists) : noObjects);
  }

  /** A listener that changes the store makes a delta that comes after the present one, for every listener. */
  #announce(changes: readonly ObjectChange[]): void {
    if (changes.length === 0) return;
    this.#undelivered.push({ version: ++this.#version, changes });
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    try {
      for (let delta = this.#undelivered.shift(); delta; delta = this.#undelivered.shift()) {
        for (const listener of [...this.#listeners]) listener(delta);
      }
    } finally {
      this.#isDelivering = false;
    }
  }
}

/** An empty store for the objects of a layer. */
export function createObjectStore(layer: Layer = 'cluster'): ObjectStore {
  return new LiveObjectStore(layer);
}
