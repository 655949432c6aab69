/**
 * Functions for texts: searches by regular expression, and those of the library that count characters, split or write
 * numbers another way than Kubernetes does.
 */
import type { CelFunc, CelInput } from '@bufbuild/cel';
import { CelScalar, celFunc, celMethod, listType, objectType } from '@bufbuild/cel';
import { DurationSchema } from '@bufbuild/protobuf/wkt';
import { RE2JS } from 're2js';
import { CelValueError } from './cel-value-error.ts';

const { STRING, INT, DOUBLE, DYN } = CelScalar;
const texts = listType(STRING);

function find(text: string, pattern: string): string {
  const matcher = RE2JS.compile(pattern).matcher(text);
  return matcher.find() ? (matcher.group() ?? '') : '';
}

function findAll(text: string, pattern: string, most: number): string[] {
  const matcher = RE2JS.compile(pattern).matcher(text);
  const found: string[] = [];
  while ((most < 0 || found.length < most) && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}

/** Characters, counted as code points. */
class Characters {
  readonly all: readonly string[];

  constructor(text: string) {
    this.all = Array.from(text);
  }

  /** An index up to the end. */
  index(value: bigint): number {
    if (value < 0n || value > BigInt(this.all.length)) throw new CelValueError(`no character ${String(value)}`);
    return Number(value);
  }

  part(start: bigint, end = BigInt(this.all.length)): string {
    const [from, to] = [this.index(start), this.index(end)];
    if (from > to) throw new CelValueError(`no characters from ${String(start)} to ${String(end)}`);
    return this.all.slice(from, to).join('');
  }

  /** Where the word begins, at `from` or after it; -1 for nowhere. */
  find(word: string, from = 0n): bigint {
    const wanted = Array.from(word);
    if (from > BigInt(this.all.length)) return -1n;
    for (let at = this.index(from); at + wanted.length <= this.all.length; at++) {
      if (this.#stands(wanted, at)) return BigInt(at);
    }
    return -1n;
  }

  /** Where the word begins, at `from` or before it. */
  findLast(word: string, from = BigInt(this.all.length)): bigint {
    const wanted = Array.from(word);
    if (from > BigInt(this.all.length)) return -1n;
    for (let at = Math.min(this.index(from), this.all.length - wanted.length); at >= 0; at--) {
      if (this.#stands(wanted, at)) return BigInt(at);
    }
    return -1n;
  }

  #stands(wanted: readonly string[], at: number): boolean {
    return wanted.every((character, index) => this.all[at + index] === character);
  }
}

/** At most `most` parts, of which the last keeps the rest; all where it is negative. */
function split(text: string, separator: string, most: bigint): string[] {
  const parts = separator === '' ? Array.from(text) : text.split(separator);
  if (most === 0n) return [];
  const count = most < 0n ? parts.length : Math.min(Number(most), parts.length);
  return [...parts.slice(0, count - 1), ...(count > 0 ? [parts.slice(count - 1).join(separator)] : [])];
}

function replace(text: string, old: string, by: string, most: bigint): string {
  const pieces = old === '' ? ['', ...Array.from(text), ''] : text.split(old);
  const count = most < 0n ? pieces.length - 1 : Math.min(Number(most), pieces.length - 1);
  const glue = (index: number): string => (index === 0 ? '' : index <= count ? by : old);
  return pieces.map((piece, index) => glue(index) + piece).join('');
}

/** Texts, whole numbers and flags; how other values are written is left open. */
function format(pattern: string, values: readonly unknown[]): string {
  let used = 0;
  return pattern.replaceAll(/%(.?)/gs, (_, verb: string) => {
    if (verb === '%') return '%';
    const value = values[used++];
    const isText = verb === 's' && (typeof value === 'string' || typeof value === 'boolean');
    if (isText || ((verb === 's' || verb === 'd') && typeof value === 'bigint')) return String(value);
    throw new Error('it writes a value in a form that is not known here');
  });
}

const decimalForm = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

function numberOf(text: string): number {
  if (decimalForm.test(text)) return Number(text);
  if (/^[+-]?(?:inf|infinity|nan|0[xX].*|.*_.*)$/i.test(text)) throw new Error('it reads a number of a rare form');
  throw new CelValueError(`\`${text}\` is no number`);
}

function wholeOf(text: string): bigint {
  if (!/^[+-]?\d{1,18}$/.test(text)) {
    if (/^[+-]?\d+$/.test(text)) throw new Error('it reads a very large number');
    throw new CelValueError(`\`${text}\` is no whole number`);
  }
  return BigInt(text.replace(/^\+/, ''));
}

const timestamp = objectType('google.protobuf.Timestamp');
const duration = objectType(DurationSchema);

export const textFunctions: readonly CelFunc[] = [
  celMethod('find', STRING, [STRING], STRING, function (pattern) {
    return find(this, pattern);
  }),
  celMethod('findAll', STRING, [STRING], texts, function (pattern) {
    return findAll(this, pattern, -1);
  }),
  celMethod('findAll', STRING, [STRING, INT], texts, function (pattern, most) {
    return findAll(this, pattern, Number(most));
  }),
  celMethod('charAt', STRING, [INT], STRING, function (index) {
    const characters = new Characters(this);
    return characters.all[characters.index(index)] ?? '';
  }),
  celMethod('indexOf', STRING, [STRING], INT, function (word) {
    return new Characters(this).find(word);
  }),
  celMethod('indexOf', STRING, [STRING, INT], INT, function (word, from) {
    return new Characters(this).find(word, from);
  }),
  celMethod('lastIndexOf', STRING, [STRING], INT, function (word) {
    return new Characters(this).findLast(word);
  }),
  celMethod('lastIndexOf', STRING, [STRING, INT], INT, function (word, from) {
    return new Characters(this).findLast(word, from);
  }),
  celMethod('substring', STRING, [INT], STRING, function (start) {
    return new Characters(this).part(start);
  }),
  celMethod('substring', STRING, [INT, INT], STRING, function (start, end) {
    return new Characters(this).part(start, end);
  }),
  celMethod('split', STRING, [STRING], texts, function (separator) {
    return split(this, separator, -1n);
  }),
  celMethod('split', STRING, [STRING, INT], texts, function (separator, most) {
    return split(this, separator, most);
  }),
  celMethod('replace', STRING, [STRING, STRING], STRING, function (old, by) {
    return replace(this, old, by, -1n);
  }),
  celMethod('replace', STRING, [STRING, STRING, INT], STRING, function (old, by, most) {
    return replace(this, old, by, most);
  }),
  celMethod('format', STRING, [listType(DYN)], STRING, function (values) {
    return format(this, [...values]);
  }),
  celMethod('getMilliseconds', duration, [], INT, function () {
    const { seconds, nanos } = this.message;
    return seconds * 1000n + BigInt(Math.trunc(nanos / 1_000_000));
  }),
  celFunc('double', [STRING], DOUBLE, numberOf),
  celFunc('int', [STRING], INT, wholeOf),
  celFunc('string', [timestamp], STRING, (): CelInput<typeof STRING> => {
    throw new Error('it writes a time, of which the form is not known here');
  }),
];
