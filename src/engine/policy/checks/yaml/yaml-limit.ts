import type { SyntaxCheck } from '../check.ts';

export const yamlLimit: SyntaxCheck = {
  scope: 'text',
  code: 'MESH1004',
  rule: 'yaml-limit',
  aliases: [],
  severity: 'information',
  summary: 'A document is too long, too deep or has too many values to be checked.',
  problems: ['limit'],
};
