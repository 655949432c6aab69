import type { ResolvedMeshSettings } from '../../../shared/mesh-settings.ts';
import type { KindKey, MeshObject } from '../../model/mesh-object.ts';
import { kindKey } from '../../model/mesh-object.ts';
import { createSnapshot } from '../../model/snapshot.ts';
import type { Index, ObjectReader } from '../checks/check.ts';

interface KindState {
  /** As given, to see what changed. */
  readonly given: readonly MeshObject[];
  readonly sorted: readonly MeshObject[];
  readonly byName: ReadonlyMap<string, MeshObject>;
  readonly version: number;
}

interface BuiltIndex {
  readonly stamp: string;
  readonly value: unknown;
}

const nothing: KindState = { given: [], sorted: [], byName: new Map(), version: 0 };

/**
 * All objects that checks may look at, by kind, with a version for each kind that grows when any of its objects changes.
 * Whatever is computed from a kind is kept until then.
 */
export class ObjectWorld {
  readonly settings: ResolvedMeshSettings;
  #kinds = new Map<KindKey, KindState>();
  readonly #indexes = new Map<Index<unknown>, BuiltIndex>();
  #versions = 0;

  constructor(settings: ResolvedMeshSettings) {
    this.settings = settings;
  }

  /** Takes the objects that exist now. Those that are the same as before keep what was computed from them. */
  update(objects: Iterable<MeshObject>): void {
    const byKind = new Map<KindKey, MeshObject[]>();
    for (const object of objects) {
      const key = kindKey(object);
      const same = byKind.get(key);
      if (same) same.push(object);
      else byKind.set(key, [object]);
    }
    const kinds = new Map<KindKey, KindState>();
    for (const key of this.#kinds.keys()) if (!byKind.has(key)) byKind.set(key, []);
    for (const [key, given] of byKind) {
      const before = this.#kinds.get(key);
      kinds.set(key, before && isSame(before.given, given) ? before : this.#stateOf(key, given));
    }
    this.#kinds = kinds;
  }

  /** Changes whenever an object of one of the kinds does. */
  stampOf(kinds: readonly KindKey[]): string {
    return kinds.map((kind) => String(this.#kinds.get(kind)?.version ?? 0)).join(' ');
  }

  ofKind(kind: KindKey): readonly MeshObject[] {
    return (this.#kinds.get(kind) ?? nothing).sorted;
  }

  find(kind: KindKey, namespace: string, name: string): MeshObject | undefined {
    return (this.#kinds.get(kind) ?? nothing).byName.get(`${namespace}/${name}`);
  }

  index<T>(index: Index<T>): T {
    const stamp = this.stampOf(index.inputs);
    const built = this.#indexes.get(index);
    if (built?.stamp === stamp) return built.value as T;
    const value = index.build(this.readerOf(index.inputs), this.settings);
    this.#indexes.set(index, { stamp, value });
    return value;
  }

  /** Gives objects of these kinds only, and throws for others: they would not be seen to change. */
  readerOf(kinds: readonly KindKey[], onRead?: (kind: KindKey) => void): ObjectReader {
    const admit = (kind: KindKey): void => {
      if (!kinds.includes(kind)) throw new Error(`${kind} is read but not declared as an input`);
      onRead?.(kind);
    };
    return {
      ofKind: (kind) => {
        admit(kind);
        return this.ofKind(kind);
      },
      find: (kind, namespace, name) => {
        admit(kind);
        return this.find(kind, namespace, name);
      },
    };
  }

  #stateOf(key: KindKey, given: readonly MeshObject[]): KindState {
    const sorted = createSnapshot(given).ofKind(key);
    const byName = new Map(sorted.map((object) => [`${object.namespace}/${object.name}`, object]));
    return { given, sorted, byName, version: ++this.#versions };
  }
}

function isSame(before: readonly MeshObject[], now: readonly MeshObject[]): boolean {
  return before.length === now.length && before.every((object, index) => object === now[index]);
}
