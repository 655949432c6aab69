import type { EngineRule } from '../check.ts';

export const configurationWithoutEffect: EngineRule = {
  scope: 'engine',
  code: 'MESH9004',
  rule: 'configuration-without-effect',
  aliases: [],
  severity: 'warning',
  summary: 'The configuration file names a rule that does not exist, or a path outside of its folder.',
};
