import { isDeepStrictEqual } from 'node:util';
import { fieldOf, isRecord, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { ObjectCheck } from '../check.ts';
import { portsOf } from '../directories/selecting-services.ts';

/** What must be the same in every cluster of a mesh: the field that is told of, its name, and what is compared. */
const aspects: readonly (readonly [string, string, (service: MeshObject) => unknown])[] = [
  ['clusterIP', 'whether it is headless', ({ spec }) => fieldOf(spec, 'clusterIP') === 'None'],
  ['type', 'its type', ({ spec }) => stringOf(fieldOf(spec, 'type')) ?? 'ClusterIP'],
  [
    'ports',
    'its ports',
    (service) =>
      portsOf(service)
        .map(({ name, number, transport, appProtocol, target }) =>
          [name, number, transport, appProtocol, target].join(' '),
        )
        .sort(),
  ],
];

export const servicesDifferBetweenClusters: ObjectCheck = {
  scope: 'object',
  code: 'MESH2007',
  rule: 'services-differ-between-clusters',
  aliases: ['IST0170'],
  severity: 'warning',
  summary: 'The same Service is not the same in every cluster of the mesh.',
  subject: Kinds.service,
  inputs: [Kinds.service],
  run(context) {
    const { subject } = context;
    const versions = context
      .versionsOf(Kinds.service, subject.namespace, subject.name)
      .filter(({ origin }) => origin.layer === 'cluster');
    const [first, ...others] = versions;
    if (!first) return;
    for (const [field, what, read] of aspects) {
      const different = others.find((other) => !isDeepStrictEqual(read(other), read(first)));
      if (!different) continue;
      const isWritten = isRecord(subject.spec) && Object.hasOwn(subject.spec, field);
      context.report(subject, isWritten ? ['spec', field] : ['metadata', 'name'], {
        message: `Clusters \`${first.origin.source}\` and \`${different.origin.source}\` differ in ${what}: clients see one service and get the one or the other.`,
        part: isWritten ? 'key' : 'value',
      });
    }
  },
};
