import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, isRecord, listOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { Labels, MeshObject } from '../../../model/mesh-object.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import { selectorMatches } from '../../semantics/hosts.ts';
import { readWorkload } from '../../semantics/workloads.ts';
import type { CheckContext, Index, ObjectCheck } from '../check.ts';
import { addToList } from '../directories/add-to-list.ts';
import { portsOf, selectingServices } from '../directories/selecting-services.ts';
import { selectorOf } from '../directories/selector-of.ts';

const pairOf = (namespace: string, [key, value]: readonly [string, string]): string => `${namespace} ${key}=${value}`;

/** ServiceEntries that select workloads, each under the first label of its selector. */
const selectingEntries: Index<ReadonlyMap<string, readonly MeshObject[]>> = {
  inputs: [Kinds.serviceEntry],
  relevant: (object) => [selectorOf(object)?.labels, portNamesOf(object)],
  build: (objects) => {
    const byLabel = new Map<string, MeshObject[]>();
    for (const entry of objects.ofKind(Kinds.serviceEntry)) {
      const [first] = Object.entries(selectorOf(entry)?.labels ?? {});
      if (first) addToList(byLabel, pairOf(entry.namespace, first), entry);
    }
    return byLabel;
  },
};

export const workloadPortName: ObjectCheck = {
  scope: 'object',
  code: 'MESH1614',
  rule: 'workload-port-name',
  aliases: [],
  severity: 'warning',
  summary:
    'A workload outside the cluster names a port that none of the services it belongs to has, so it does nothing.',
  subject: [Kinds.workloadEntry, Kinds.workloadGroup],
  inputs: [selectingEntries, selectingServices],
  run(context) {
    const { subject, isNamespaceKnown } = context;
    const base: FieldPath = kindKey(subject) === Kinds.workloadEntry ? ['spec'] : ['spec', 'template'];
    const ports = valueAt(subject, [...base, 'ports']);
    const labels = readWorkload(subject)?.labels;
    if (!isNamespaceKnown || !isRecord(ports) || !labels) return;
    const owners = ownersOf(context, labels);
    if (owners.length === 0) return;
    const known = new Set(owners.flatMap(portNamesOf));
    for (const name of Object.keys(ports)) {
      if (known.has(name)) continue;
      const near = nearestNames(name, known);
      const path = [...base, 'ports', name];
      const services = owners.slice(0, 3).map((owner) => `${owner.kind} \`${owner.name}\``);
      context.report(subject, path, {
        message: `${services.join(', ')} ${owners.length === 1 ? 'has' : 'have'} no port \`${name}\`, so this does nothing.${didYouMean(near)}`,
        part: 'key',
        related: owners.slice(0, 3).map((owner) => ({ message: 'Its ports.', object: owner, path: ['spec', 'ports'] })),
        fixes: near
          .filter((each) => !Object.hasOwn(ports, each))
          .map((key, index) => ({
            title: `Replace with \`${key}\``,
            isPreferred: index === 0,
            changes: [{ type: 'rename-key', object: subject, path, key }],
          })),
      });
    }
  },
};

/** Services and ServiceEntries that select it. */
function ownersOf(context: CheckContext, labels: Labels): readonly MeshObject[] {
  const { namespace } = context.subject;
  const entries = context.index(selectingEntries);
  const selecting = Object.entries(labels)
    .flatMap((pair) => entries.get(pairOf(namespace, pair)) ?? [])
    .filter((entry) => selectorMatches(selectorOf(entry)?.labels ?? {}, labels));
  const services = context.index(selectingServices).of({ namespace, labels });
  return [...selecting, ...services].filter((object) => context.hasKnownNamespace(object));
}

/** By which a workload can say on which number it listens. */
function portNamesOf(object: MeshObject): readonly string[] {
  if (kindKey(object) === Kinds.serviceEntry) {
    return listOf(fieldOf(object.spec, 'ports')).flatMap((port) => stringOf(fieldOf(port, 'name')) ?? []);
  }
  // What a Service says in `targetPort` comes before the name of its port.
  return portsOf(object).map(({ name, target }) => (typeof target === 'string' ? target : name));
}
