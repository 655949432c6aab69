import type { StructureCheck } from '../check.ts';

export const missingField: StructureCheck = {
  scope: 'structure',
  code: 'MESH1103',
  rule: 'missing-field',
  aliases: ['IST0106'],
  severity: 'error',
  refusedBy: 'api-server',
  summary: 'A field that the kind needs is not there.',
  needsValidText: true,
  problems: ['missing-field'],
};
