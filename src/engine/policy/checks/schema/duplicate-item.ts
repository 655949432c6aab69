import type { StructureCheck } from '../check.ts';

export const duplicateItem: StructureCheck = {
  scope: 'structure',
  code: 'MESH1108',
  rule: 'duplicate-item',
  aliases: ['IST0106'],
  severity: 'error',
  refusedBy: 'api-server',
  summary: 'Two items of a list have the same key.',
  problems: ['duplicate-item'],
};
