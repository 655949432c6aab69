/** Turns changes of fields into edits of the characters of one document. Offsets are relative to the document. */
import type { FieldPath } from '../../../shared/text.ts';
import { isRecord, valueAt } from '../../../shared/untrusted.ts';
import type { YamlDocument } from '../documents/yaml-document.ts';
import { writeBlock, writeFlow, writeKey, writeScalar } from './yaml-writing.ts';

export interface OffsetEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Undefined where the text does not allow the change (it stands behind an alias, or in an unusual layout). */
type Edit = OffsetEdit | undefined;

export function replaceValue(document: YamlDocument, path: FieldPath, value: string | number | boolean): Edit {
  const scalar = document.scalarAt(path);
  const whole = document.offsetsOf(path, 'entry');
  if (!scalar || scalar.style === 'block' || !whole.exact) return undefined;
  const inner = document.offsetsOf(path, 'value');
  if (scalar.style === 'quoted' && typeof value === 'string' && /^[\w ./*:@~^$()|+-]+$/.test(value)) {
    // A text that had to be escaped is replaced with its quotes, which `value` then contains.
    const hasQuotes = document.text.slice(inner.start, inner.end) === scalar.source;
    if (!hasQuotes) return { start: inner.start, end: inner.end, text: value };
  }
  const end = whole.end;
  const text = writeScalar(value);
  return { start: end - scalar.source.length, end, text };
}

export function quote(document: YamlDocument, path: FieldPath): Edit {
  const scalar = document.scalarAt(path);
  const { start, end } = document.offsetsOf(path, 'value');
  if (scalar?.style !== 'plain' || document.text.slice(start, end) !== scalar.source) return undefined;
  return { start, end, text: JSON.stringify(scalar.source) };
}

export function renameKey(document: YamlDocument, path: FieldPath, key: string): Edit {
  const { start, end, exact } = document.offsetsOf(path, 'key');
  if (!exact || end <= start) return undefined;
  const source = document.text.slice(start, end);
  if (source.startsWith('&') || source.includes('\n')) return undefined;
  return { start, end, text: /^["']/.test(source) ? JSON.stringify(key) : writeKey(key) };
}

/** Takes away a field or an item with the lines it stands on. */
export function removeEntry(document: YamlDocument, path: FieldPath): Edit {
  const { text } = document;
  const entry = document.offsetsOf(path, 'lines');
  const parent = path.slice(0, -1);
  if (!entry.exact) return undefined;
  if (document.isFlow(parent) === true) return removeFromFlow(text, entry);
  const siblings = valueAt(document.value, parent);
  const count = Array.isArray(siblings) ? siblings.length : isRecord(siblings) ? Object.keys(siblings).length : 0;
  // Without its last entry the parent would be null.
  if (count <= 1 && parent.length > 0) return removeEntry(document, parent);
  const start = typeof path.at(-1) === 'number' ? dashBefore(text, entry.start) : entry.start;
  if (start === undefined) return undefined;
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const end = endOfLine(text, trimmedEnd(text, start, entry.end));
  if (/^[ ]*$/.test(text.slice(lineStart, start)))
    return { start: lineStart, end: Math.min(end + 1, text.length), text: '' };
  // The first field of a list item shares its line with the dash: the next field moves up to it.
  const next = /^[^\S\n]*(?:#[^\n]*)?\n+[^\S\n]*/.exec(text.slice(trimmedEnd(text, start, entry.end)));
  return next === null ? undefined : { start, end: trimmedEnd(text, start, entry.end) + next[0].length, text: '' };
}

function removeFromFlow(text: string, entry: { start: number; end: number }): Edit {
  const after = /^\s*,\s*/.exec(text.slice(entry.end));
  if (after) return { start: entry.start, end: entry.end + after[0].length, text: '' };
  const before = /,\s*$/.exec(text.slice(0, entry.start));
  return { start: entry.start - (before?.[0].length ?? 0), end: entry.end, text: '' };
}

/** Adds a field to a mapping, below the field `after` if that is there, else at its end. */
export function insertField(
  document: YamlDocument,
  path: FieldPath,
  key: string,
  value: unknown,
  after: string | undefined,
): Edit {
  const { text } = document;
  const mapping = valueAt(document.value, path);
  if (!isRecord(mapping)) return undefined;
  const isFlow = document.isFlow(path);
  const keys = Object.keys(mapping);
  const sibling = after !== undefined && Object.hasOwn(mapping, after) ? after : keys.at(-1);
  if (isFlow === undefined || sibling === undefined) return undefined;
  const entry = document.offsetsOf([...path, sibling], 'lines');
  if (!entry.exact) return undefined;
  const end = trimmedEnd(text, entry.start, entry.end);
  if (isFlow) return { start: end, end, text: `, ${writeKey(key)}: ${writeFlow(value)}` };
  const column = columnOf(text, entry.start);
  const at = endOfLine(text, end);
  return { start: at, end: at, text: `\n${' '.repeat(column)}${writeEntry(key, value, column)}` };
}

/** Adds an item at the end of a list that is there and not empty. */
export function appendItem(document: YamlDocument, path: FieldPath, value: unknown): Edit {
  const { text } = document;
  const items = valueAt(document.value, path);
  const isFlow = document.isFlow(path);
  if (!Array.isArray(items) || items.length === 0 || isFlow === undefined) return undefined;
  const entry = document.offsetsOf([...path, items.length - 1], 'lines');
  if (!entry.exact) return undefined;
  const end = trimmedEnd(text, entry.start, entry.end);
  if (isFlow) return { start: end, end, text: `, ${writeFlow(value)}` };
  const dash = dashBefore(text, entry.start);
  if (dash === undefined) return undefined;
  const column = columnOf(text, dash);
  const at = endOfLine(text, end);
  return { start: at, end: at, text: `\n${' '.repeat(column)}- ${writeBlock(value, column + 2)}` };
}

function writeEntry(key: string, value: unknown, column: number): string {
  if (Array.isArray(value) && value.length > 0) {
    const indent = ' '.repeat(column + 2);
    return `${writeKey(key)}:${value.map((item) => `\n${indent}- ${writeBlock(item, column + 4)}`).join('')}`;
  }
  if (isRecord(value) && Object.keys(value).length > 0) {
    return `${writeKey(key)}:\n${' '.repeat(column + 2)}${writeBlock(value, column + 2)}`;
  }
  return `${writeKey(key)}: ${writeFlow(value)}`;
}

/** Offset of the `-` that starts an item. */
function dashBefore(text: string, start: number): number | undefined {
  const before = /-[ \t]*(?:#[^\n]*)?(?:\r?\n[ \t]*)?$/.exec(text.slice(Math.max(0, start - 400), start));
  return before ? start - before[0].length : undefined;
}

/** Block scalars end behind their line break; everything else is edited up to its last character. */
function trimmedEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && /\s/.test(text.charAt(at - 1))) at--;
  return at;
}

function endOfLine(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  if (newline < 0) return text.length;
  return text.charAt(newline - 1) === '\r' && newline > offset ? newline - 1 : newline;
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}
