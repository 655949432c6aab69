import type { StructureCheck } from '../check.ts';

export const emptyField: StructureCheck = {
  scope: 'structure',
  code: 'MESH1114',
  rule: 'empty-field',
  aliases: [],
  severity: 'information',
  summary: 'A field without a value counts as absent: the API server drops it.',
  needsValidText: true,
  problems: ['empty-field'],
};
