/** Words of CEL, as the lexical grammar of the language has them. */

export interface CelToken {
  readonly type: 'identifier' | 'quoted' | 'keyword' | 'sign' | 'int' | 'uint' | 'double' | 'string' | 'bytes' | 'end';
  /** As written; of a quoted identifier, without its quotes. */
  readonly text: string;
  /** Offset in the expression. */
  readonly start: number;
  /** What a literal of text or bytes says. */
  readonly value?: string | Uint8Array<ArrayBuffer>;
}

/** An expression that is no CEL: what is wrong, to follow "at", and where. */
export class CelSyntaxError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const blank = /(?:[\t \r\n\f]|\/\/[^\n]*)+/y;
const double = /(?:[0-9]+\.[0-9]+(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+|\.[0-9]+(?:[eE][-+]?[0-9]+)?)/y;
const whole = /(?:0x[0-9a-fA-F]+|[0-9]+)[uU]?/y;
const literal =
  /(?:[bB]?[rR]|[bB])?(?:"""(?:[^\\]|\\[^])*?"""|'''(?:[^\\]|\\[^])*?'''|"(?:[^\\"\n\r]|\\[^\n\r])*"|'(?:[^\\'\n\r]|\\[^\n\r])*')/y;
const rawLiteral = /[bB]?[rR](?:"""[^]*?"""|'''[^]*?'''|"[^"\n\r]*"|'[^'\n\r]*')/y;
const word = /[A-Za-z_][A-Za-z0-9_]*/y;
const quoted = /`[A-Za-z0-9_.\-/ ]+`/y;
const sign = /==|!=|<=|>=|&&|\|\||[<>[\]{}().,\-!?:+*/%]/y;

const keywords: ReadonlySet<string> = new Set(['in', 'true', 'false', 'null']);

/** All tokens, then one of type `end`. Throws a `CelSyntaxError`. */
export function celTokens(source: string): readonly CelToken[] {
  const tokens: CelToken[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  };
  for (;;) {
    at += take(blank)?.length ?? 0;
    if (at >= source.length) break;
    const token = tokenAt(take, at);
    tokens.push(token.token);
    at += token.length;
  }
  return [...tokens, { type: 'end', text: '', start: source.length }];
}

function tokenAt(
  take: (pattern: RegExp) => string | undefined,
  start: number,
): { readonly token: CelToken; readonly length: number } {
  const raw = take(rawLiteral);
  const written = raw ?? take(literal);
  if (written !== undefined) {
    const isBytes = /^[bB]/.test(written);
    const value = textOf(written, raw !== undefined, isBytes, start);
    return { token: { type: isBytes ? 'bytes' : 'string', text: written, start, value }, length: written.length };
  }
  const number = take(double);
  if (number !== undefined) return { token: { type: 'double', text: number, start }, length: number.length };
  const digits = take(whole);
  if (digits !== undefined) {
    const type = /[uU]$/.test(digits) ? 'uint' : 'int';
    return { token: { type, text: digits.replace(/[uU]$/, ''), start }, length: digits.length };
  }
  const name = take(word);
  if (name !== undefined) {
    return { token: { type: keywords.has(name) ? 'keyword' : 'identifier', text: name, start }, length: name.length };
  }
  const escaped = take(quoted);
  if (escaped !== undefined)
    return { token: { type: 'quoted', text: escaped.slice(1, -1), start }, length: escaped.length };
  const text = take(sign);
  if (text !== undefined) return { token: { type: 'sign', text, start }, length: text.length };
  throw new CelSyntaxError('a character that cannot stand here, or a text without its end', start);
}

const escapes: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '"': 34,
  "'": 39,
  '\\': 92,
  '?': 63,
  '`': 96,
};

const encoder = new TextEncoder();

/** What a literal says, its escapes read. */
function textOf(written: string, isRaw: boolean, isBytes: boolean, start: number): string | Uint8Array<ArrayBuffer> {
  const quotes = /^[a-zA-Z]*("""|'''|"|')/.exec(written);
  const open = quotes?.[0].length ?? 0;
  const inner = written.slice(open, written.length - (quotes?.[1]?.length ?? 0)).replaceAll(/\r\n?/g, '\n');
  const bytes: number[] = [];
  let text = '';
  const add = (plain: string): void => {
    if (isBytes) bytes.push(...encoder.encode(plain));
    else text += plain;
  };
  for (let at = 0; at < inner.length; at++) {
    const backslash = isRaw ? -1 : inner.indexOf('\\', at);
    if (backslash < 0) {
      add(inner.slice(at));
      break;
    }
    add(inner.slice(at, backslash));
    const escape = escapeAt(inner.slice(backslash + 1, backslash + 10), isBytes);
    if (!escape) throw new CelSyntaxError('an escape that does not exist', start + open + backslash);
    if (isBytes) bytes.push(escape.code);
    else text += String.fromCodePoint(escape.code);
    at = backslash + escape.length;
  }
  return isBytes ? Uint8Array.from(bytes) : text;
}

/** The escape that begins behind a backslash, and how long it is. */
function escapeAt(text: string, isBytes: boolean): { readonly code: number; readonly length: number } | undefined {
  const simple = escapes[text.charAt(0)];
  if (simple !== undefined) return { code: simple, length: 1 };
  const octal = /^[0-3][0-7][0-7]/.exec(text)?.[0];
  if (octal !== undefined) return { code: Number.parseInt(octal, 8), length: 3 };
  const hex = /^(?:[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})/.exec(text)?.[0];
  if (hex === undefined || (isBytes && /^u/i.test(hex))) return undefined;
  const code = Number.parseInt(hex.slice(1), 16);
  const isSurrogate = code >= 0xd8_00 && code < 0xe0_00;
  return code > 0x10_ff_ff || isSurrogate ? undefined : { code, length: hex.length };
}
