import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import type { Index } from '../check.ts';
import type { OperatorWork } from './operator-objects.ts';
import { operatorObjects, relevantForWork, runByOperators } from './operator-objects.ts';

/** `undecided`: nothing declares any service account of the namespace, or an operator may make the one asked for. */
export type ServiceAccountState = 'known' | 'absent' | 'undecided';

export class ServiceAccountDirectory {
  readonly #byNamespace = new Map<string, Set<string>>();
  /** All service accounts there are are known: a cluster tells them. */
  readonly isComplete: boolean;
  /** How many clusters they are from. */
  readonly clusters: number;
  readonly #work: OperatorWork;

  constructor(accounts: readonly MeshObject[], work: OperatorWork, isComplete: boolean) {
    this.#work = work;
    for (const { namespace, name } of accounts) {
      const names = this.#byNamespace.get(namespace);
      if (names) names.add(name);
      else this.#byNamespace.set(namespace, new Set([name]));
    }
    this.isComplete = isComplete;
    this.clusters = new Set(accounts.flatMap(({ origin }) => (origin.layer === 'cluster' ? [origin.source] : []))).size;
  }

  namesIn(namespace: string): readonly string[] {
    return [...(this.#byNamespace.get(namespace) ?? [])];
  }

  /** Namespaces with a service account of that name. */
  namespacesOf(name: string): readonly string[] {
    return [...this.#byNamespace].flatMap(([namespace, names]) => (names.has(name) ? [namespace] : []));
  }

  /** Kubernetes itself adds `default` to every namespace. */
  stateOf(namespace: string, name: string): ServiceAccountState {
    const names = this.#byNamespace.get(namespace);
    if (name === 'default' || names?.has(name)) return 'known';
    if (!names && !this.isComplete) return 'undecided';
    // An object of a file may not be applied yet, so a cluster that tells all its accounts does not decide this either.
    return this.#work.mayBeNamed(namespace, name) ? 'undecided' : 'absent';
  }
}

export const serviceAccountDirectory: Index<ServiceAccountDirectory> = {
  inputs: [Kinds.serviceAccount, operatorObjects],
  relevant: (object) => (kindKey(object) === Kinds.serviceAccount ? undefined : relevantForWork(object)),
  build: (objects) =>
    new ServiceAccountDirectory(
      objects.ofKind(Kinds.serviceAccount),
      runByOperators(objects),
      objects.isComplete(Kinds.serviceAccount),
    ),
};
