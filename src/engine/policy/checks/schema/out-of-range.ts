import type { StructureCheck } from '../check.ts';

export const outOfRange: StructureCheck = {
  scope: 'structure',
  code: 'MESH1105',
  rule: 'out-of-range',
  aliases: ['IST0106'],
  severity: 'error',
  refusedBy: 'api-server',
  summary: 'A number, duration, text or list is smaller or larger than its kind allows.',
  problems: ['out-of-range'],
};
