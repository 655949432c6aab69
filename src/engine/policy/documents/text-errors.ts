/**
 * What the parser holds against a text, said of the place where a person went wrong: of a bracket that is never closed the
 * parser tells where it noticed, and then complains of all that follows.
 */
import type { Document, ErrorCode, Scalar } from 'yaml';
import { isMap, isPair, isScalar, isSeq, visit } from 'yaml';
import type { SyntaxProblem } from './syntax-problem.ts';
import { missingColon, quoting, spacing } from './syntax-problem.ts';

interface TextError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly pos: readonly [number, number];
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

export function textErrors(text: string, document: Document.Parsed): readonly SyntaxProblem[] {
  const { errors } = document;
  if (errors.length === 0) return [];
  const conflict = conflictMarks(text);
  if (conflict.length > 0) return conflict;
  const tabs = errors.filter(({ code }) => code === 'TAB_AS_INDENT');
  // A line that a tab indents belongs nowhere, and nothing around it makes sense.
  if (tabs.length > 0) return tabs.map(({ code, message, pos }) => describe(text, document, { code, message, pos }));
  const open = unclosed(text, document);
  const first = errors.filter(
    ({ pos }, index) =>
      // Of what is said of one place, the first is the cause.
      (open === undefined || pos[0] < open.start) && errors.findIndex((other) => other.pos[0] === pos[0]) === index,
  );
  const told = first.map(({ code, message, pos }) => describe(text, document, { code, message, pos }));
  return open ? [...told, open] : told;
}

/** The lines that version control leaves where two changes meet. */
function conflictMarks(text: string): readonly SyntaxProblem[] {
  if (!/^<{7} /m.test(text)) return [];
  const message = 'This is the mark of a conflict between two versions of the file. Decide for one, and remove it.';
  return [...text.matchAll(/^(?:<{7} .*|={7}|>{7} .*)\r?$/gm)].map(({ index, 0: mark }) => {
    return { kind: 'syntax', message, start: index, end: index + mark.trimEnd().length };
  });
}

/** The last bracket, brace or quote that is opened and never closed. */
function unclosed(text: string, document: Document.Parsed): SyntaxProblem | undefined {
  let found: SyntaxProblem | undefined;
  const look = (node: unknown): void => {
    const range = (node as { readonly range?: readonly [number, number, number] | null } | null)?.range;
    if (!range || (found && range[0] < found.start)) return;
    const source = text.slice(range[0], range[1]).trimEnd();
    const closing = closingOf(node, source);
    if (closing === undefined || (source.length > 1 && source.endsWith(closing))) return;
    const [line = ''] = source.split(/\r?\n/, 1);
    const isQuote = closing === '"' || closing === "'";
    const message = isQuote ? 'This quote is never closed.' : `This \`${source.slice(0, 1)}\` is never closed.`;
    found = { kind: 'syntax', message, start: range[0], end: range[0] + (isQuote ? line.length : 1) };
  };
  visit(document, (_, node) => {
    if (isPair(node)) look(node.key);
    else look(node);
  });
  return found;
}

function closingOf(node: unknown, source: string): string | undefined {
  if (isScalar(node)) return node.type?.startsWith('QUOTE') ? source.slice(0, 1) : undefined;
  if (isMap(node)) return node.flow === true ? '}' : undefined;
  return isSeq(node) && node.flow === true ? ']' : undefined;
}

function describe(text: string, document: Document.Parsed, error: TextError): SyntaxProblem {
  const { code, message, pos } = error;
  const kind = code === 'RESOURCE_EXHAUSTION' ? 'limit' : 'syntax';
  const [start, end] = visible(text, pos);
  const plain = { kind, message: sentenceOf(code, message), start, end } as const;
  switch (code) {
    case 'TAB_AS_INDENT': {
      const tabs = /^[ \t]*/.exec(text.slice(pos[0], pos[0] + 200))?.[0].length ?? 1;
      return { ...plain, start: pos[0], end: pos[0] + tabs };
    }
    case 'MISSING_CHAR':
      return /^Implicit map keys need/.test(message) ? { ...plain, ...loneWord(text, pos) } : plain;
    case 'MULTILINE_IMPLICIT_KEY':
      return { ...plain, ...loneWord(text, pos) };
    case 'BLOCK_AS_IMPLICIT_KEY': {
      const deeper = deeperLine(text, document, pos[0]);
      return deeper ? { ...plain, ...deeper } : plain;
    }
    case 'BAD_ALIAS':
      return {
        ...plain,
        message: 'A `*` begins an alias in YAML. Put the text in quotes.',
        ...(text.charAt(pos[0]) === '*' && { fix: quoting('*', pos[0]) }),
      };
    case 'BAD_SCALAR_START': {
      const scalar = scalarFrom(document, pos[0]);
      if (!scalar?.range) return plain;
      const source = text.slice(scalar.range[0], scalar.range[1]).trimEnd();
      return { ...plain, end: pos[0] + source.length, fix: quoting(source, pos[0]) };
    }
    default:
      return plain;
  }
}

function sentenceOf(code: ErrorCode, message: string): string {
  const own = sentences[code];
  if (own !== undefined) return own;
  return /[.!?]$/.test(message) ? message : `${message}.`;
}

/** A word on a line of its own, where a field should be. */
function loneWord(text: string, [from, to]: readonly [number, number]): Partial<SyntaxProblem> {
  const [line = ''] = text.slice(from, Math.max(to, from + 1)).split(/\r?\n/, 1);
  const word = line.trimEnd();
  const at = { start: from, end: from + word.length };
  if (/^-+$/.test(word)) return { ...at, message: 'Documents are parted by three dashes, `---`.' };
  const stuck = spacing(word, from);
  if (stuck) return { ...at, ...stuck };
  return /^["']?[\w./-]{1,100}["']?$/.test(word) && /\w/.test(word)
    ? { ...at, message: missingColon(word) }
    : word === ''
      ? {}
      : at;
}

/** Where a value goes on in a line that looks like a field: that line, which is indented too far. */
function deeperLine(text: string, document: Document.Parsed, from: number): Partial<SyntaxProblem> | undefined {
  const key = document.errors.find(({ code, pos }) => code === 'MULTILINE_IMPLICIT_KEY' && pos[0] === from);
  const lines = key ? text.slice(from, key.pos[1]) : '';
  const newline = lines.indexOf('\n');
  if (newline < 0) return undefined;
  const [, blank = '', word = ''] = /^(\s*)(\S*)/.exec(text.slice(from + newline + 1, from + newline + 1000)) ?? [];
  const start = from + newline + 1 + blank.length;
  const message = 'This line is indented deeper than the field before it, which has a value already.';
  return word === '' ? undefined : { message, start, end: start + word.replace(/:$/, '').length };
}

function scalarFrom(document: Document.Parsed, start: number): Scalar | undefined {
  let found: Scalar | undefined;
  visit(document, {
    Scalar(_, node) {
      if (node.range?.[0] !== start) return undefined;
      found = node;
      return visit.BREAK;
    },
  });
  return found;
}

/** The parser often points at one character, or at white space: the word that is or follows there is easier to see. */
function visible(text: string, [start, end]: readonly [number, number]): readonly [number, number] {
  if (end - start > 1 && text.slice(start, end).trim() !== '') return [start, end];
  const blank = /^[ \t]*/.exec(text.slice(start, start + 1000))?.[0].length ?? 0;
  const word = /^(?:[\w./-]+|[^\s])/.exec(text.slice(start + blank, start + blank + 200));
  return word ? [start + blank, start + blank + word[0].length] : [start, end];
}
