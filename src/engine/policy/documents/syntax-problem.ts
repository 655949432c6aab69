export type SyntaxProblemKind = 'syntax' | 'duplicate-key' | 'alias' | 'limit';

/** What is wrong with the text itself. Offsets are relative to the document. */
export interface SyntaxProblem {
  readonly kind: SyntaxProblemKind;
  readonly message: string;
  readonly start: number;
  readonly end: number;
  /** Puts it right. */
  readonly fix?: SyntaxFix;
}

/** Text to write in place of what stands between two offsets. */
export interface SyntaxFix {
  readonly title: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A text put in quotes. */
export function quoting(source: string, start: number): SyntaxFix {
  return { title: 'Put it in quotes', start, end: start + source.length, text: JSON.stringify(source) };
}

/** A field whose colon, or an item whose dash, is stuck to what follows. */
export function spacing(source: string, start: number): Pick<SyntaxProblem, 'message' | 'fix'> | undefined {
  const [, before] = /^(["']?[\w./-]+["']?:|-)(?=[^\s:-])/.exec(source) ?? [];
  if (before === undefined || /^\w+:\/\//.test(source)) return undefined;
  const at = start + before.length;
  const message = before === '-' ? 'A space is missing after the dash.' : `A space is missing after \`${before}\`.`;
  return { message, fix: { title: 'Add the space', start: at, end: at, text: ' ' } };
}

export function missingColon(word: string): string {
  return `\`${word}\` stands alone: a field has a colon and a value, \`${word}: …\`.`;
}
