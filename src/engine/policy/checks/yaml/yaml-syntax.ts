import type { SyntaxCheck } from '../check.ts';

export const yamlSyntax: SyntaxCheck = {
  scope: 'text',
  code: 'MESH1001',
  rule: 'yaml-syntax',
  aliases: [],
  severity: 'error',
  summary: 'The text is not valid YAML.',
  refusedBy: 'api-server',
  problems: ['syntax'],
};
