import { groupOf } from '../../../model/mesh-object.ts';
import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import type { DeclarationCheck } from '../check.ts';

export const unknownKind: DeclarationCheck = {
  scope: 'declaration',
  code: 'MESH1110',
  rule: 'unknown-kind',
  aliases: [],
  severity: 'error',
  refusedBy: 'api-server',
  summary: 'The API group has no such kind.',
  find({ object, schemas }) {
    const group = groupOf(object.apiVersion);
    const kinds = schemas.kindsOf(group);
    if (!kinds || kinds.includes(object.kind) || schemas.find(object.apiVersion, object.kind)) return [];
    const near = nearestNames(object.kind, kinds);
    const fixes = near.map((kind, index) => ({
      title: `Replace with \`${kind}\``,
      isPreferred: index === 0,
      changes: [{ type: 'replace-value', object, path: ['kind'], value: kind } as const],
    }));
    return [{ path: ['kind'], message: `There is no kind \`${object.kind}\` in ${group}.${didYouMean(near)}`, fixes }];
  },
};
