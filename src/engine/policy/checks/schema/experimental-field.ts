import type { StructureCheck } from '../check.ts';

export const experimentalField: StructureCheck = {
  scope: 'structure',
  code: 'MESH1115',
  rule: 'experimental-field',
  aliases: [],
  severity: 'information',
  summary: 'A field, a word or a kind exists in the experimental channel of its API only.',
  problems: ['experimental-field'],
};
