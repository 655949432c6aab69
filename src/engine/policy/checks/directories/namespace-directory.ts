import { Kinds } from '../../../model/kinds.ts';
import type { KindKey, Labels, MeshObject } from '../../../model/mesh-object.ts';
import type { Index } from '../check.ts';

/**
 * What is known of a namespace. `absent`: all namespaces are known, and it is none of them. `undeclared`: files declare
 * others and put nothing in it. `undecided`: nothing declares any namespace.
 */
export type NamespaceState = 'known' | 'absent' | 'undeclared' | 'undecided';

/** Every cluster has them. */
const builtIn: readonly string[] = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** Kinds that show that a namespace is in use where it is not declared itself. */
const witnesses: readonly KindKey[] = [
  Kinds.service,
  Kinds.serviceAccount,
  Kinds.deployment,
  Kinds.statefulSet,
  Kinds.daemonSet,
];

export class NamespaceDirectory {
  /** All namespaces there are are known: a cluster tells them. */
  readonly isComplete: boolean;
  /** Declared namespaces, sorted. */
  readonly names: readonly string[];
  readonly #declared: ReadonlyMap<string, MeshObject>;
  readonly #inUse: ReadonlySet<string>;

  constructor(namespaces: readonly MeshObject[], inUse: ReadonlySet<string>, isComplete: boolean) {
    this.#declared = new Map(namespaces.map((object) => [object.name, object]));
    this.#inUse = inUse;
    this.names = [...this.#declared.keys()];
    this.isComplete = isComplete;
  }

  /** The Namespace object, where something declares it. */
  find(name: string): MeshObject | undefined {
    return this.#declared.get(name);
  }

  /** Undefined where nothing declares the namespace. */
  labelsOf(name: string): Labels | undefined {
    return this.#declared.get(name)?.labels;
  }

  stateOf(name: string): NamespaceState {
    if (this.#declared.has(name) || this.#inUse.has(name) || builtIn.includes(name)) return 'known';
    if (this.isComplete) return 'absent';
    return this.#declared.size > 0 ? 'undeclared' : 'undecided';
  }

  /** Names that somebody may have meant: declared, or with something in them. */
  candidates(): readonly string[] {
    return [...new Set([...this.names, ...this.#inUse, ...builtIn])];
  }
}

export const namespaceDirectory: Index<NamespaceDirectory> = {
  inputs: [Kinds.namespace, ...witnesses],
  relevant: ({ kind, labels, annotations }) => (kind === 'Namespace' ? [labels, annotations] : undefined),
  build: (objects, settings) => {
    const inUse = new Set(witnesses.flatMap((kind) => objects.ofKind(kind).map(({ namespace }) => namespace)));
    inUse.add(settings.rootNamespace);
    return new NamespaceDirectory(objects.ofKind(Kinds.namespace), inUse, objects.isComplete(Kinds.namespace));
  },
};
