import type { DeclarationCheck } from '../check.ts';

export const localMeshProblem: DeclarationCheck = {
  scope: 'declaration',
  code: 'MESH1112',
  rule: 'local-mesh',
  aliases: [],
  severity: 'error',
  summary: 'A LocalMesh cannot be run as it is written.',
  find: ({ problems }) => problems.map(({ path, message }) => ({ path, message })),
};
