import { isDeepStrictEqual } from 'node:util';
import { Kinds } from '../../../model/kinds.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import type { ModelDelta, ObjectStore } from '../../../model/object-store.ts';
import type { AccessReview, WantedResource } from '../access/access-review.ts';
import { meshNamespaces } from '../meshes/detect-meshes.ts';
import type { ReflectorSet } from '../reflector/reflector-set.ts';
import type { WantedKind } from '../resources/wanted-kinds.ts';
import { absentNamespaces, scopeWithout } from './absent-namespaces.ts';

export const wantedOf = ({ group, plural, namespaced }: WantedKind): WantedResource => ({
  group,
  resource: plural,
  namespaced,
});

/** Where a session reads each kind: where it was chosen and is allowed, and of the meshes' namespaces in those that are there. */
export class SessionScope {
  readonly #reflectors: ReflectorSet;
  readonly #store: ObjectStore;
  /** Empty: all namespaces. */
  readonly #chosen: () => readonly string[];
  #review: AccessReview | undefined;
  #absent: readonly string[] = [];

  constructor(reflectors: ReflectorSet, store: ObjectStore, chosen: () => readonly string[]) {
    this.#reflectors = reflectors;
    this.#store = store;
    this.#chosen = chosen;
    // Nothing is asked for before it is known what may be read.
    reflectors.setScope(() => []);
  }

  apply(review: AccessReview): void {
    this.#review = review;
    this.#absent = this.#findAbsent(review);
    this.#set(review);
  }

  /** It may have become known which namespaces there are. */
  refresh(): void {
    if (!this.#review) return;
    const absent = this.#findAbsent(this.#review);
    if (isDeepStrictEqual(absent, this.#absent)) return;
    this.#absent = absent;
    this.#set(this.#review);
  }

  changed({ changes }: ModelDelta): void {
    const isNamespace = changes.some(({ before, after }) => {
      const object = after ?? before;
      return object !== undefined && kindKey(object) === Kinds.namespace;
    });
    if (isNamespace) this.refresh();
  }

  #set(review: AccessReview): void {
    this.#reflectors.setScope((kind) => scopeWithout(review.scopeOf(wantedOf(kind)), this.#absent));
  }

  #findAbsent({ confinedTo }: AccessReview): readonly string[] {
    const asked = new Set([...this.#chosen(), ...confinedTo]);
    const { kinds } = this.#reflectors.status;
    const present = this.#store.snapshot().ofKind(Kinds.namespace);
    return absentNamespaces({
      optional: meshNamespaces.filter((name) => !asked.has(name)),
      state: kinds.find(({ kind }) => kind === Kinds.namespace)?.state ?? 'absent',
      has: (name) => present.some((namespace) => namespace.name === name),
      before: this.#absent,
    });
  }
}
