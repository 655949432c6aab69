import type { StructureCheck } from '../check.ts';

export const exclusiveFields: StructureCheck = {
  scope: 'structure',
  code: 'MESH1107',
  rule: 'exclusive-fields',
  aliases: ['IST0106'],
  severity: 'error',
  refusedBy: 'api-server',
  summary: 'Fields are set of which only one may be.',
  problems: ['exclusive-fields'],
};
