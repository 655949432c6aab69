import type { StructureCheck } from '../check.ts';

export const ignoredNamespace: StructureCheck = {
  scope: 'structure',
  code: 'MESH1118',
  rule: 'ignored-namespace',
  aliases: [],
  severity: 'warning',
  summary: 'An object of a kind that counts for the whole cluster is written as if it were of one namespace.',
  problems: ['ignored-namespace'],
};
