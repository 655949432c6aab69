import type { Diagnostic } from '../../../shared/diagnostics.ts';
import type { Range, TextEdit } from '../../../shared/text.ts';

export interface PreferredFixes {
  /** What they make go away. */
  readonly diagnostics: readonly Diagnostic[];
  readonly edits: readonly TextEdit[];
}

/** The preferred fix of every finding of the file, as far as the fixes do not touch each other. Undefined without any. */
export function preferredFixes(diagnostics: readonly Diagnostic[], uri: string): PreferredFixes | undefined {
  const taken: TextEdit[] = [];
  const fixed: Diagnostic[] = [];
  for (const diagnostic of diagnostics) {
    const fix = diagnostic.uri === uri ? diagnostic.fixes.find(({ isPreferred }) => isPreferred === true) : undefined;
    // A fix that reaches into other files is a decision of its own.
    if (!fix || fix.edits.length === 0 || fix.edits.some((each) => each.uri !== uri)) continue;
    const edits = fix.edits.flatMap((each) => each.edits);
    if (edits.some((edit) => taken.some((other) => touches(edit.range, other.range)))) continue;
    taken.push(...edits);
    fixed.push(diagnostic);
  }
  return fixed.length === 0 ? undefined : { diagnostics: fixed, edits: taken };
}

export function touches(a: Range, b: Range): boolean {
  return !isBefore(a.end, b.start) && !isBefore(b.end, a.start);
}

function isBefore(a: Range['start'], b: Range['start']): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}
