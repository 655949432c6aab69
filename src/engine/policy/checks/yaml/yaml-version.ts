import type { SyntaxCheck } from '../check.ts';

export const yamlVersion: SyntaxCheck = {
  scope: 'text',
  code: 'MESH1005',
  rule: 'yaml-version',
  aliases: [],
  severity: 'warning',
  summary: 'A word or a number without quotes is something else to readers of YAML 1.2 than to Kubernetes.',
  problems: [],
};
