import type { ErrorCode } from 'yaml';

export type SyntaxProblemKind = 'syntax' | 'duplicate-key' | 'alias' | 'limit';

/** What is wrong with the text itself. Offsets are relative to the document. */
export interface SyntaxProblem {
  readonly kind: SyntaxProblemKind;
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** Sentences for what people get wrong most; others keep the parser's own words. */
const sentences: Partial<Readonly<Record<ErrorCode, string>>> = {
  TAB_AS_INDENT: 'A tab cannot indent YAML. Use spaces.',
  BAD_INDENT: 'This line is indented differently from the lines it belongs to.',
  MISSING_CHAR: 'Something is missing here: a closing quote, bracket or comma.',
  BLOCK_AS_IMPLICIT_KEY:
    'This value goes on like a mapping. Quote it if it contains `: `, or check the indentation of the next line.',
  MULTILINE_IMPLICIT_KEY: 'This is neither a key nor a value. Is a `:` missing after it?',
  BAD_SCALAR_START: 'A plain text cannot start with this character. Put it in quotes.',
  UNEXPECTED_TOKEN: 'This does not fit here.',
  KEY_OVER_1024_CHARS: 'A key may be at most 1024 characters long.',
  RESOURCE_EXHAUSTION: 'This is nested too deeply to be read.',
};

export function describeSyntaxError(code: ErrorCode, message: string): string {
  const own = sentences[code];
  if (own !== undefined) return own;
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
