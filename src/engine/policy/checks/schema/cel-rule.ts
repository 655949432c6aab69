import type { StructureCheck } from '../check.ts';

export const celRule: StructureCheck = {
  scope: 'structure',
  code: 'MESH1113',
  rule: 'cel-rule',
  aliases: ['IST0106'],
  severity: 'error',
  refusedBy: 'api-server',
  summary: 'Fields do not fit together: a rule that the definition of the kind states is broken.',
  needsValidText: true,
  problems: ['broken-rule'],
};
