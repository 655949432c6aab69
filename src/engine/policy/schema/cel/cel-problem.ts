import { parseCel } from './cel-parser.ts';
import { CelSyntaxError } from './cel-tokens.ts';

/** What is wrong with an expression in the standard form of CEL, as a sentence; undefined where nothing is. */
export function celProblem(source: string): string | undefined {
  try {
    parseCel(source, 'standard');
    return undefined;
  } catch (error) {
    if (!(error instanceof CelSyntaxError)) throw error;
    return `This is no CEL: at character ${String(error.offset + 1)} stands ${error.message}.`;
  }
}
