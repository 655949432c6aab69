import type { StructureCheck } from '../check.ts';

export const unknownField: StructureCheck = {
  scope: 'structure',
  code: 'MESH1101',
  rule: 'unknown-field',
  aliases: ['IST0106'],
  severity: 'error',
  refusedBy: 'api-server',
  summary: 'A field is not one of its kind; the API server refuses the object or drops the field.',
  problems: ['unknown-field'],
};
