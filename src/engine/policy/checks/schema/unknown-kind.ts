import { groupOf } from '../../../model/mesh-object.ts';
import { kindSchemaOf, kindsByGroup } from '../../schema/schema-registry.ts';
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
  find({ object }) {
    const group = groupOf(object.apiVersion);
    const kinds = kindsByGroup.get(group);
    if (!kinds || kinds.includes(object.kind) || kindSchemaOf(object.apiVersion, object.kind)) return [];
    const near = nearestNames(object.kind, kinds);
    const fixes = near.map((kind, index) => ({
      title: `Replace by \`${kind}\``,
      isPreferred: index === 0,
      changes: [{ type: 'replace-value', object, path: ['kind'], value: kind } as const],
    }));
    return [{ path: ['kind'], message: `There is no kind \`${object.kind}\` in ${group}.${didYouMean(near)}`, fixes }];
  },
};
