import { isDeepStrictEqual } from 'node:util';
import type { ResolvedMeshSettings } from '../../../shared/mesh-settings.ts';
import type { KindKey, MeshObject } from '../../model/mesh-object.ts';
import { createSnapshot } from '../../model/snapshot.ts';
import type { CheckInput, Index, ObjectReader } from '../checks/check.ts';
import { operatorObjects } from '../checks/directories/operator-objects.ts';

/** The objects of a kind. They are put in order when somebody asks: most kinds are of interest to nobody. */
class KindState {
  readonly kind: KindKey;
  /** As given, to see what changed. */
  readonly given: readonly MeshObject[];
  /** Objects, of any kind, whose namespace no text names. */
  readonly assumed: ReadonlySet<MeshObject>;
  readonly isComplete: boolean;
  readonly version: number;
  #sorted: readonly MeshObject[] | undefined;
  #byName: ReadonlyMap<string, MeshObject> | undefined;
  #versionsByName: ReadonlyMap<string, readonly MeshObject[]> | undefined;

  constructor({ kind, given, assumed, isComplete, version }: KindObjectsGiven) {
    this.kind = kind;
    this.given = given;
    this.assumed = assumed;
    this.isComplete = isComplete;
    this.version = version;
  }

  get sorted(): readonly MeshObject[] {
    if (!this.#sorted) {
      const snapshot = createSnapshot(this.given);
      this.#sorted = this.kind === operatorObjects ? snapshot.all() : snapshot.ofKind(this.kind);
    }
    return this.#sorted;
  }

  find(namespace: string, name: string): MeshObject | undefined {
    this.#byName ??= new Map(this.sorted.map((object) => [`${object.namespace}/${object.name}`, object]));
    return this.#byName.get(`${namespace}/${name}`);
  }

  /** The object as each layer has it, the highest first. */
  versionsOf(namespace: string, name: string): readonly MeshObject[] {
    this.#versionsByName ??= groupVersions(this.given);
    return this.#versionsByName.get(`${namespace}/${name}`) ?? [];
  }
}

type KindObjectsGiven = Pick<KindState, 'kind' | 'given' | 'assumed' | 'isComplete' | 'version'>;

interface BuiltIndex {
  /** The states of its kinds that it was built from, or that would have given the same. */
  readonly states: readonly KindState[];
  readonly value: unknown;
  readonly version: number;
}

const nothing = new KindState({ kind: operatorObjects, given: [], assumed: new Set(), isComplete: false, version: 0 });

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
      const version = isAsBefore ? before.version : ++this.#versions;
      kinds.set(key, isAsBefore ? before : new KindState({ kind: key, given, assumed, isComplete, version }));
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
    return this.#stateOf(kind).find(namespace, name);
  }

  /** The object as each layer has it, the highest first. */
  versionsOf(kind: KindKey, namespace: string, name: string): readonly MeshObject[] {
    return this.#stateOf(kind).versionsOf(namespace, name);
  }

  isComplete(kind: KindKey): boolean {
    return this.#stateOf(kind).isComplete;
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
        : { states, value: index.build(this.#readerOf(index.inputs), this.settings), version: ++this.#versions };
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
  #readerOf(kinds: readonly KindKey[]): ObjectReader {
    const admit = (kind: KindKey): void => {
      if (!kinds.includes(kind)) throw new Error(`${kind} is read but not declared as an input`);
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
        return this.isComplete(kind);
      },
    };
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
