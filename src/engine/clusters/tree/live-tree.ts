import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ClusterTree, ClusterTreeNamespace } from '../../../shared/cluster.ts';
import { Kinds } from '../../model/kinds.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { treeBuilder } from './cluster-tree.ts';
import type { TreeInput } from './tree-input.ts';

interface Kept {
  readonly of: readonly unknown[];
  readonly namespace: ClusterTreeNamespace;
}

/** Other work of the engine waits no longer than this, in milliseconds. */
const sliceMs = 15;

/** The tree of a context that changes: only namespaces with changes are made anew, a few at a time. */
export class LiveTree {
  #kept = new Map<string, Kept>();

  /** `revision`: of what `locate` answers from. */
  async build(input: TreeInput, revision: number): Promise<ClusterTree> {
    const { names, build } = treeBuilder(input);
    const kept = new Map<string, Kept>();
    let start = performance.now();
    for (const name of names) {
      const of = partsOf(input, name, revision);
      const known = this.#kept.get(name);
      const isSame = known?.of.length === of.length && known.of.every((part, index) => part === of[index]);
      kept.set(name, isSame ? known : { of, namespace: build(name) });
      if (performance.now() - start > sliceMs) {
        await nextTurn();
        start = performance.now();
      }
    }
    this.#kept = kept;
    return { context: input.context, namespaces: [...kept.values()].map(({ namespace }) => namespace) };
  }
}

/** Everything a namespace of the tree is made of. */
function partsOf(
  { snapshot, proxies, knowsAllPods }: TreeInput,
  namespace: string,
  revision: number,
): readonly unknown[] {
  return [
    revision,
    proxies,
    snapshot.find(Kinds.namespace, '', namespace),
    ...(selectsElsewhere(snapshot, namespace) ? [snapshot.objectsOf(Kinds.pod), knowsAllPods] : []),
    ...snapshot.kinds.map((kind) => snapshot.inNamespace(kind, namespace)).filter(({ length }) => length > 0),
  ];
}

/** Gateways of Istio select pods of any namespace. */
function selectsElsewhere(snapshot: Snapshot, namespace: string): boolean {
  return snapshot.inNamespace(Kinds.gateway, namespace).length > 0;
}
