import { isDeepStrictEqual } from 'node:util';
import type { ResolvedMeshSettings } from '../../../shared/mesh-settings.ts';
import type { KindKey, MeshObject } from '../../model/mesh-object.ts';
import { createSnapshot } from '../../model/snapshot.ts';
import type { CheckInput, Index, ObjectReader } from '../checks/check.ts';
import { operatorObjects } from '../checks/directories/operator-objects.ts';

interface KindState {
  /** As given, to see what changed. */
  readonly given: readonly MeshObject[];
  readonly sorted: readonly MeshObject[];
  readonly byName: ReadonlyMap<string, MeshObject>;
  /** Objects, of any kind, whose namespace no text names. */
  readonly assumed: ReadonlySet<MeshObject>;
  readonly isComplete: boolean;
  readonly version: number;
}

interface BuiltIndex {
  /** The states of its kinds that it was built from, or that would have given the same. */
  readonly states: readonly KindState[];
  readonly value: unknown;
  readonly version: number;
}

const nothing: KindState = {
  given: [],
  sorted: [],
  byName: new Map(),
  assumed: new Set(),
  isComplete: false,
  version: 0,
};

/**
 * All objects that checks may look at, by kind, with a version for each kind that grows when any of its objects changes.
 * Whatever is computed from a kind is kept until then.
 */
export class ObjectWorld {
  readonly settings: ResolvedMeshSettings;
  #kinds = new Map<KindKey, KindState>();
  readonly #indexes = new Map<Index<unknown>, BuiltIndex>();
  /** Indexes known to be of the present objects. */
  readonly #current = new Map<Index<unknown>, BuiltIndex>();
  readonly #versionsByName = new WeakMap<KindState, ReadonlyMap<string, readonly MeshObject[]>>();
  #versions = 0;

  constructor(settings: ResolvedMeshSettings) {
    this.settings = settings;
  }

  /**
   * Takes the objects that exist now, by kind, those of them of which the namespace is our assumption, and the kinds of
   * which a cluster told all it has. What is the same as before keeps what was computed from it.
   */
  update(
    byKind: Map<KindKey, MeshObject[]>,
    assumed: ReadonlySet<MeshObject> = new Set(),
    complete: ReadonlySet<KindKey> = new Set(),
  ): void {
    const kinds = new Map<KindKey, KindState>();
    for (const key of [...this.#kinds.keys(), ...complete]) if (!byKind.has(key)) byKind.set(key, []);
    for (const [key, given] of byKind) {
      const before = this.#kinds.get(key);
      const isComplete = complete.has(key);
      const isAsBefore = before?.isComplete === isComplete && isSame(before.given, given);
      kinds.set(key, isAsBefore ? before : this.#newState(key, given, assumed, isComplete));
    }
    this.#kinds = kinds;
    this.#current.clear();
  }

  /** Changes whenever one of the inputs does. */
  stampOf(inputs: readonly CheckInput[]): string {
    return inputs
      .map((input) => (typeof input === 'string' ? this.#stateOf(input).version : this.#built(input).version))
      .join(' ');
  }

  ofKind(kind: KindKey): readonly MeshObject[] {
    return this.#stateOf(kind).sorted;
  }

  find(kind: KindKey, namespace: string, name: string): MeshObject | undefined {
    return this.#stateOf(kind).byName.get(`${namespace}/${name}`);
  }

  /** The object as each layer has it, the highest first. */
  versionsOf(kind: KindKey, namespace: string, name: string): readonly MeshObject[] {
    const state = this.#stateOf(kind);
    let versions = this.#versionsByName.get(state);
    if (!versions) this.#versionsByName.set(state, (versions = groupVersions(state.given)));
    return versions.get(`${namespace}/${name}`) ?? [];
  }

  index<T>(index: Index<T>): T {
    return this.#built(index).value as T;
  }

  #built(index: Index<unknown>): BuiltIndex {
    const current = this.#current.get(index);
    if (current) return current;
    const states = index.inputs.map((kind) => this.#stateOf(kind));
    const before = this.#indexes.get(index);
    const isSame = before?.states.every((state, at) => this.#isSameFor(index, state, states[at] ?? nothing));
    const built: BuiltIndex =
      before && isSame
        ? { ...before, states }
        : { states, value: index.build(this.readerOf(index.inputs), this.settings), version: ++this.#versions };
    this.#indexes.set(index, built);
    this.#current.set(index, built);
    return built;
  }

  /** Whether the index takes the same from both states. */
  #isSameFor(index: Index<unknown>, before: KindState, now: KindState): boolean {
    if (before === now) return true;
    if (before.isComplete !== now.isComplete || before.sorted.length !== now.sorted.length) return false;
    return before.sorted.every((old, at) => {
      const object = now.sorted[at];
      if (object === undefined || old === object) return object !== undefined;
      return (
        isSamePlace(old, object) &&
        before.assumed.has(old) === now.assumed.has(object) &&
        isDeepStrictEqual(index.relevant(old, this.settings), index.relevant(object, this.settings))
      );
    });
  }

  #stateOf(kind: KindKey): KindState {
    return this.#kinds.get(kind) ?? nothing;
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
      isComplete: (kind) => {
        admit(kind);
        return this.#stateOf(kind).isComplete;
      },
    };
  }

  #newState(
    key: KindKey,
    given: readonly MeshObject[],
    assumed: ReadonlySet<MeshObject>,
    isComplete: boolean,
  ): KindState {
    const sorted = key === operatorObjects ? createSnapshot(given).all() : createSnapshot(given).ofKind(key);
    const byName = new Map(sorted.map((object) => [`${object.namespace}/${object.name}`, object]));
    return { given, sorted, byName, assumed, isComplete, version: ++this.#versions };
  }
}

/** Later layers are given later. */
function groupVersions(given: readonly MeshObject[]): ReadonlyMap<string, readonly MeshObject[]> {
  const versions = new Map<string, MeshObject[]>();
  for (const object of given) {
    const key = `${object.namespace}/${object.name}`;
    versions.set(key, [object, ...(versions.get(key) ?? [])]);
  }
  return versions;
}

function isSame(before: readonly MeshObject[], now: readonly MeshObject[]): boolean {
  return before.length === now.length && before.every((object, index) => object === now[index]);
}

function isSamePlace(a: MeshObject, b: MeshObject): boolean {
  const [from, to] = [a.origin, b.origin];
  return (
    a.name === b.name &&
    a.namespace === b.namespace &&
    a.creationTimestamp === b.creationTimestamp &&
    from.layer === to.layer &&
    from.source === to.source &&
    from.document === to.document
  );
}
