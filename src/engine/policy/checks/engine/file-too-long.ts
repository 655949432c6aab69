import type { EngineRule } from '../check.ts';

export const fileTooLong: EngineRule = {
  scope: 'engine',
  code: 'MESH9002',
  rule: 'file-too-long',
  aliases: [],
  severity: 'information',
  summary: 'A file is longer than 10 MiB and was not read.',
};
