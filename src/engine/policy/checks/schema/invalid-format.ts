import type { StructureCheck } from '../check.ts';

export const invalidFormat: StructureCheck = {
  scope: 'structure',
  code: 'MESH1106',
  rule: 'invalid-format',
  aliases: ['IST0106'],
  severity: 'error',
  refusedBy: 'api-server',
  summary: 'A text does not have the form that its field demands.',
  problems: ['invalid-format'],
};
