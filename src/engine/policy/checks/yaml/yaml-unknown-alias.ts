import type { SyntaxCheck } from '../check.ts';

export const yamlUnknownAlias: SyntaxCheck = {
  scope: 'text',
  code: 'MESH1003',
  rule: 'yaml-unknown-alias',
  aliases: [],
  severity: 'error',
  summary: 'An alias refers to an anchor that the document does not have.',
  refusedBy: 'api-server',
  problems: ['alias'],
};
