import type { StructureCheck } from '../check.ts';

export const unknownValue: StructureCheck = {
  scope: 'structure',
  code: 'MESH1104',
  rule: 'unknown-value',
  aliases: ['IST0106'],
  severity: 'error',
  refusedBy: 'api-server',
  summary: 'A field holds a word that is not one of its choices.',
  problems: ['unknown-value'],
};
