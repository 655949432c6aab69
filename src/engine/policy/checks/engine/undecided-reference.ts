import type { EngineRule } from '../check.ts';

export const undecidedReference: EngineRule = {
  scope: 'engine',
  code: 'MESH9003',
  rule: 'undecided-reference',
  aliases: [],
  severity: 'information',
  isOptional: true,
  summary: 'A field names something that nothing here declares, so it was not checked whether it exists.',
};
