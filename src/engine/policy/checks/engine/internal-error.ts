import type { EngineRule } from '../check.ts';

export const internalError: EngineRule = {
  scope: 'engine',
  code: 'MESH9001',
  rule: 'internal-error',
  aliases: ['IST0001'],
  severity: 'warning',
  summary: 'A check failed by a defect of its own; the others are not affected.',
};
