import { stringOf, valueAt, fieldOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { KindKey, MeshObject } from '../../../model/mesh-object.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import type { Index } from '../check.ts';
import { addToList } from './add-to-list.ts';
import { OperatorWork, operatorObjects, relevantForWork } from './operator-objects.ts';

/** Kinds of well-known operators that make a Secret of each object. */
const makers: readonly KindKey[] = [
  'cert-manager.io/Certificate',
  'external-secrets.io/ExternalSecret',
  'bitnami.com/SealedSecret',
];

/** Name of the Secret that the object is, or will become. */
function secretNameOf(object: MeshObject): string {
  switch (kindKey(object)) {
    case 'cert-manager.io/Certificate':
      return stringOf(fieldOf(object.spec, 'secretName')) ?? object.name;
    case 'external-secrets.io/ExternalSecret':
      return stringOf(valueAt(object.spec, ['target', 'name'])) ?? object.name;
    default:
      return object.name;
  }
}

/** Secrets, and what becomes one. */
export class CredentialDirectory {
  /** A cluster tells every Secret. */
  readonly isComplete: boolean;
  readonly #byName = new Map<string, MeshObject[]>();
  readonly #names = new Map<string, string[]>();
  readonly #work: OperatorWork;

  constructor(objects: readonly MeshObject[], work: OperatorWork, isComplete: boolean) {
    this.isComplete = isComplete;
    this.#work = work;
    for (const object of objects) {
      const name = secretNameOf(object);
      addToList(this.#byName, name, object);
      addToList(this.#names, object.namespace, name);
    }
  }

  named(name: string): readonly MeshObject[] {
    return this.#byName.get(name) ?? [];
  }

  namesIn(namespace: string): readonly string[] {
    return this.#names.get(namespace) ?? [];
  }

  /** Whether an operator may make a Secret of the name. */
  mayBeMade(namespace: string, name: string): boolean {
    return this.#work.mayBeNamed(namespace, name);
  }
}

export const credentialDirectory: Index<CredentialDirectory> = {
  inputs: [Kinds.secret, ...makers, operatorObjects],
  relevant: (object) =>
    kindKey(object) === Kinds.secret ? object.rest : [secretNameOf(object), relevantForWork(object)],
  build: (objects) =>
    new CredentialDirectory(
      [Kinds.secret, ...makers].flatMap((kind) => objects.ofKind(kind)),
      new OperatorWork(objects.ofKind(operatorObjects).filter((object) => !makers.includes(kindKey(object)))),
      objects.isComplete(Kinds.secret),
    ),
};
