import type { DeclarationCheck } from '../check.ts';
import { localMeshProblem } from './local-mesh.ts';
import { unknownApiVersion } from './unknown-api-version.ts';
import { unknownKind } from './unknown-kind.ts';

export const declarationChecks: readonly DeclarationCheck[] = [unknownKind, unknownApiVersion, localMeshProblem];
