import { textsOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { Index, ObjectCheck } from '../check.ts';
import { addToList } from '../directories/add-to-list.ts';

const labelsOf = (object: MeshObject): Readonly<Record<string, string>> =>
  textsOf(valueAt(object.spec, ['metadata', 'labels']));

/** Namespace and labels in one text; empty without labels. */
function groupOf(object: MeshObject): string {
  const pairs = Object.entries(labelsOf(object)).sort(([a], [b]) => (a < b ? -1 : 1));
  return pairs.length === 0 ? '' : JSON.stringify([object.namespace, pairs]);
}

const groupsByLabels: Index<ReadonlyMap<string, readonly MeshObject[]>> = {
  inputs: [Kinds.workloadGroup],
  relevant: labelsOf,
  build: (objects) => {
    const groups = new Map<string, MeshObject[]>();
    for (const object of objects.ofKind(Kinds.workloadGroup)) addToList(groups, groupOf(object), object);
    return groups;
  },
};

export const workloadGroupLabels: ObjectCheck = {
  scope: 'object',
  code: 'MESH1921',
  rule: 'workload-group-labels',
  aliases: ['KIA1702'],
  severity: 'warning',
  summary: 'Two WorkloadGroups of a namespace give their machines the same labels, so nothing can tell them apart.',
  subject: Kinds.workloadGroup,
  inputs: [groupsByLabels],
  run(context) {
    const { subject } = context;
    const group = groupOf(subject);
    if (group === '') return;
    const others = (context.index(groupsByLabels).get(group) ?? []).filter(({ name }) => name !== subject.name);
    const [first] = others;
    if (!first) return;
    context.report(subject, ['spec', 'metadata', 'labels'], {
      message: `WorkloadGroup \`${first.name}\` gives its machines the same labels: nothing can tell the two apart.`,
      part: 'key',
      related: others.map((object) => ({
        message: `WorkloadGroup ${object.name}`,
        object,
        path: ['spec', 'metadata', 'labels'],
      })),
    });
  },
};
