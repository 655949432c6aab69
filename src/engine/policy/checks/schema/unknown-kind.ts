import { groupOf } from '../../../model/mesh-object.ts';
import { didYouMean, misspellingsOf, nearestNames } from '../../../../shared/nearest-names.ts';
import type { SchemaCatalog } from '../../schema/schema-catalog.ts';
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
    if (schemas.find(object.apiVersion, object.kind)) return [];
    const kinds = schemas.kindsOf(group);
    if (kinds?.includes(object.kind) === true) return [];
    // Of a group that is not known whole, only the slip of a finger is told.
    const near = kinds ? nearestNames(object.kind, kinds) : slipsOf(object.kind, group, schemas);
    if (!kinds && near.length === 0) return [];
    const fixes = near.map((kind, index) => ({
      title: `Replace with \`${kind}\``,
      isPreferred: index === 0,
      changes: [{ type: 'replace-value', object, path: ['kind'], value: kind } as const],
    }));
    return [{ path: ['kind'], message: `There is no kind \`${object.kind}\` in ${group}.${didYouMean(near)}`, fixes }];
  },
};

function slipsOf(kind: string, group: string, schemas: SchemaCatalog): readonly string[] {
  const known = schemas.kinds().flatMap((each) => (each.group === group ? each.kind : []));
  const other = known.filter((each) => each.toLowerCase() === kind.toLowerCase());
  return other.length > 0 ? other : misspellingsOf(kind, known);
}
