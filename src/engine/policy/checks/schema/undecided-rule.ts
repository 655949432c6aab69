import type { StructureCheck } from '../check.ts';

export const undecidedRule: StructureCheck = {
  scope: 'structure',
  code: 'MESH1116',
  rule: 'undecided-rule',
  aliases: [],
  severity: 'information',
  summary: 'A rule that the definition of the kind states could not be evaluated here.',
  needsValidText: true,
  problems: ['undecided-rule'],
};
