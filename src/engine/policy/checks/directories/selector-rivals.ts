/** Objects of one kind that select the same workloads, where only one of them counts. */
import { groupBy } from '../../../model/indexes/per-part.ts';
import type { KindKey, MeshObject } from '../../../model/mesh-object.ts';
import { selectorMatches } from '../../semantics/hosts.ts';
import type { CheckContext, Index } from '../check.ts';
import { selectorOf } from './selector-of.ts';
import type { WorkloadDirectory } from './workload-directory.ts';

type ByNamespace = ReadonlyMap<string, readonly MeshObject[]>;

/** Objects of the kind that have a selector, by namespace. */
export function selectorsIndex(kind: KindKey): Index<ByNamespace> {
  return {
    inputs: [kind],
    relevant: (object) => selectorOf(object)?.labels,
    build: (objects) => groupBy(objects.ofKind(kind).filter(selectorOf), ({ namespace }) => [namespace]),
  };
}

/** Reports the subject where another object selects one of its workloads too. */
export function reportSelectorRivals(context: CheckContext, all: ByNamespace, directory: WorkloadDirectory): void {
  const { subject, isNamespaceKnown } = context;
  const selector = selectorOf(subject);
  const others = (all.get(subject.namespace) ?? []).filter(
    // Another version of the same object, in another file, is no rival.
    (other) => other.name !== subject.name && context.hasKnownNamespace(other) === isNamespaceKnown,
  );
  if (!selector || others.length === 0) return;
  const own = directory.selectedIn(subject.namespace, selector.labels);
  const rivals = others.flatMap((object) => {
    const labels = selectorOf(object)?.labels ?? {};
    const shared = own.find((workload) => selectorMatches(labels, workload.labels));
    // Whatever has all labels of the one has those of the other.
    const nests = selectorMatches(labels, selector.labels) || selectorMatches(selector.labels, labels);
    return shared || nests ? [{ object, shared }] : [];
  });
  const [first] = rivals;
  if (!first) return;
  const names = rivals.map(({ object }) => `\`${object.name}\``).join(', ');
  const what = first.shared ? `workload \`${first.shared.object.name}\`` : 'the same workloads';
  context.report(subject, selector.path, {
    message: `${subject.kind} ${names} selects ${what} too. Only the oldest counts.`,
    part: 'key',
    related: rivals.slice(0, 10).map(({ object }) => ({
      message: `${object.kind} ${object.name}`,
      object,
      path: selectorOf(object)?.path ?? ['metadata', 'name'],
    })),
  });
}
