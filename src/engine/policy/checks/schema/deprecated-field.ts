import type { StructureCheck } from '../check.ts';

export const deprecatedField: StructureCheck = {
  scope: 'structure',
  code: 'MESH1109',
  rule: 'deprecated-field',
  aliases: ['IST0002', 'IST0133'],
  severity: 'warning',
  summary: 'A field, or a word in it, still works but has a successor.',
  warnedBy: 'webhook',
  problems: ['deprecated-field'],
};
