import type { StructureCheck } from '../check.ts';

export const wrongType: StructureCheck = {
  scope: 'structure',
  code: 'MESH1102',
  rule: 'wrong-type',
  aliases: ['IST0106'],
  severity: 'error',
  refusedBy: 'api-server',
  summary: 'A field holds a value of another type than its kind demands.',
  needsValidText: true,
  problems: ['wrong-type'],
};
