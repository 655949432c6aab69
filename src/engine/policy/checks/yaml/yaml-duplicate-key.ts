import type { SyntaxCheck } from '../check.ts';

export const yamlDuplicateKey: SyntaxCheck = {
  scope: 'text',
  code: 'MESH1002',
  rule: 'yaml-duplicate-key',
  aliases: [],
  severity: 'error',
  summary: 'A mapping has the same key twice; only the last one would count.',
  refusedBy: 'api-server',
  problems: ['duplicate-key'],
};
