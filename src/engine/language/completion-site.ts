/**
 * Where something is being typed. The text at the cursor is seldom whole YAML, so a marker is put in its place, once as a
 * key and once as a value, and looked for in what the parser makes of it.
 */
import type { FieldPath, Range } from '../../shared/text.ts';
import type { FileDocument } from '../policy/documents/document-file.ts';
import { placeInFile } from '../policy/documents/document-file.ts';
import { SyntaxTree } from '../policy/documents/syntax-tree.ts';
import { isRecord, valueAt } from '../../shared/untrusted.ts';
import { maximumDocumentLength } from '../policy/documents/yaml-document.ts';

export interface CompletionSite {
  readonly type: 'key' | 'value';
  /** Of the mapping that gets the key, or of the value. */
  readonly path: FieldPath;
  /** The document with the marker in it. */
  readonly value: unknown;
  /** What is replaced, in the file. */
  readonly range: Range;
  readonly isFlow: boolean;
  /** What is typed stands between quotes. */
  readonly isQuoted: boolean;
  readonly hasColon: boolean;
  /** Columns between the indentation of the line and the key of the value: those of the dashes before it. */
  readonly keyOffset: number;
  /** It is one word of a text in which words stand between commas. */
  readonly isInText: boolean;
}

/** A key or value that nobody writes. */
const marker = 'meshlensCursor7d1f';

/** Nothing longer is completed; looking for the start of a word in a very long line would take for ever. */
const longestWord = 500;

/** The keys that stand in the mapping of a site already. */
export function keysBeside({ value, path }: CompletionSite): readonly string[] {
  const mapping = valueAt(value, path);
  return isRecord(mapping) ? Object.keys(mapping).filter((key) => key !== marker) : [];
}

export function completionSites(document: FileDocument, offset: number): readonly CompletionSite[] {
  const { text } = document.yaml;
  if (text.length > maximumDocumentLength) return [];
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const before = text.slice(lineStart, offset);
  if (/(?:^|\s)#/.test(before)) return [];
  const typed = /(?:[\w.*/@~-]|:(?=\S))*$/.exec(before.slice(-longestWord))?.[0] ?? '';
  // A lone dash begins an item.
  const word = typed === '-' ? '' : typed;
  const start = offset - word.length;
  const end =
    offset + (/^(?:[\w.*/@~-]|:(?=[^\s"']))*/.exec(text.slice(offset, offset + longestWord))?.[0].length ?? 0);
  const lead = before.slice(0, before.length - word.length);
  const range = placeInFile(document, document.yaml.range(start, end));
  const hasColon = /^["']?\s*:/.test(text.slice(end));
  const keyOffset = /^\s*((?:-\s+)*)/.exec(lead)?.[1]?.length ?? 0;
  const isQuoted = /["']$/.test(lead);
  const common = { range, hasColon, isQuoted, keyOffset, isInText: false };
  const sites: CompletionSite[] = [];
  if (/^\s*(?:-\s+)*["']?$/.test(lead) || /[{,]\s*["']?$/.test(lead)) {
    const key = isQuoted || hasColon ? marker : `${marker}: `;
    const root = new SyntaxTree(text.slice(0, start) + key + text.slice(end)).value;
    const path = search(root, [], (value) => isRecord(value) && Object.hasOwn(value, marker));
    const isFlow = /[{,]\s*["']?$/.test(lead);
    if (path) sites.push({ ...common, type: 'key', path, value: root, isFlow });
  }
  const isInText = /:\s+["']?[\w.-]+(?:,[\w.-]+)*,$/.test(lead.slice(-longestWord));
  if (!hasColon && (isInText || /(?::|-|\[|,)\s+["']?$/.test(lead) || /\[["']?$/.test(lead))) {
    const root = new SyntaxTree(text.slice(0, start) + marker + text.slice(end)).value;
    const path = search(root, [], (value) => value === marker || (isInText && isLastWord(value)));
    const isFlow = isInBraces(text.slice(0, start));
    if (path) sites.push({ ...common, type: 'value', path, value: root, isFlow, isInText });
  }
  return sites;
}

function isLastWord(value: unknown): boolean {
  return typeof value === 'string' && value.endsWith(`,${marker}`);
}

/** Whether more braces and brackets are opened than closed. */
function isInBraces(text: string): boolean {
  return text.replace(/[^{[]/g, '').length > text.replace(/[^}\]]/g, '').length;
}

const deepest = 60;

function search(value: unknown, path: FieldPath, accepts: (value: unknown) => boolean): FieldPath | undefined {
  if (accepts(value)) return path;
  if (path.length > deepest) return undefined;
  const entries: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? value.map((item: unknown, index) => [index, item] as const)
    : isRecord(value)
      ? Object.entries(value)
      : [];
  for (const [step, item] of entries) {
    const found = search(item, [...path, step], accepts);
    if (found) return found;
  }
  return undefined;
}
