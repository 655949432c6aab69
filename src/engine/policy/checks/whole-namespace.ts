/** Objects that each are for all workloads of their namespace, where only one of them counts. */
import { groupBy } from '../../model/indexes/per-part.ts';
import type { KindKey, MeshObject } from '../../model/mesh-object.ts';
import type { CheckContext, Index } from './check.ts';

type ByNamespace = ReadonlyMap<string, readonly MeshObject[]>;

/** Those objects of the kind that are for a whole namespace. */
export function wholeNamespaceIndex(kind: KindKey, isWhole: (object: MeshObject) => boolean): Index<ByNamespace> {
  return {
    inputs: [kind],
    relevant: isWhole,
    build: (objects) => groupBy(objects.ofKind(kind).filter(isWhole), ({ namespace }) => [namespace]),
  };
}

/** Reports the subject where another object is for the same namespace too. */
export function reportNamespaceRivals(context: CheckContext, byNamespace: ByNamespace): void {
  const { subject, isNamespaceKnown } = context;
  const rivals = (byNamespace.get(subject.namespace) ?? []).filter(
    // Another version of the same object, in another file, is no rival.
    (other) => other.name !== subject.name && context.hasKnownNamespace(other) === isNamespaceKnown,
  );
  if (rivals.length === 0) return;
  const names = rivals.map(({ name }) => `\`${name}\``).join(', ');
  context.report(subject, ['metadata', 'name'], {
    message: `${subject.kind} ${names} is for all workloads of namespace \`${subject.namespace}\` too. Only the oldest counts.`,
    part: 'value',
    related: rivals
      .slice(0, 10)
      .map((object) => ({ message: `${object.kind} ${object.name}`, object, path: ['metadata', 'name'] })),
  });
}
