import type { Fix } from '../../../shared/diagnostics.ts';
import type { TextEdit } from '../../../shared/text.ts';
import type { DocumentSource, FileDocument } from '../documents/document-file.ts';
import { documentOf, placeInFile } from '../documents/document-file.ts';
import type { OffsetEdit } from './document-edits.ts';
import { appendItem, insertField, quote, removeEntry, renameKey, replaceValue } from './document-edits.ts';
import type { Change, FixPlan } from './fix-plan.ts';
import { writeBlock } from './yaml-writing.ts';

/** Says a fix in characters. Undefined where the text does not allow it: the finding then has no such fix. */
export function fixOf(source: DocumentSource, plan: FixPlan): Fix | undefined {
  const byUri = new Map<string, TextEdit[]>();
  for (const change of plan.changes) {
    const found = documentOf(source, change.object);
    if (!found || found.declared.isDerived) return undefined;
    const edit = editOf(source, found.document, found.declared.base, change);
    if (!edit) return undefined;
    const edits = byUri.get(found.document.uri);
    if (edits) edits.push(edit);
    else byUri.set(found.document.uri, [edit]);
  }
  return {
    title: plan.title,
    ...(plan.isPreferred === true && { isPreferred: true }),
    edits: [...byUri].map(([uri, edits]) => ({ uri, edits })),
  };
}

function editOf(
  source: DocumentSource,
  document: FileDocument,
  base: readonly (string | number)[],
  change: Change,
): TextEdit | undefined {
  if (change.type === 'append-document') return appendDocument(source, document.uri, change.value);
  const edit = offsetEditOf(document, [...base, ...change.path], change);
  if (!edit) return undefined;
  const isCrLf = document.yaml.text.includes('\r\n');
  const newText = isCrLf ? edit.text.replaceAll('\n', '\r\n') : edit.text;
  return { range: placeInFile(document, document.yaml.range(edit.start, edit.end)), newText };
}

function offsetEditOf(
  { yaml }: FileDocument,
  path: readonly (string | number)[],
  change: Exclude<Change, { type: 'append-document' }>,
): OffsetEdit | undefined {
  switch (change.type) {
    case 'replace-value':
      return replaceValue(yaml, path, change.value);
    case 'quote':
      return quote(yaml, path);
    case 'rename-key':
      return renameKey(yaml, path, change.key);
    case 'remove':
      return removeEntry(yaml, path);
    case 'insert-field':
      return insertField(yaml, path, change.key, change.value, change.after);
    case 'append-item':
      return appendItem(yaml, path, change.value);
  }
}

/** A stream of JSON goes on with the next object: kubectl reads no YAML in it. */
const beginsJson = (text: string): boolean => /^\s*\{\s*["}]/.test(text);

function appendDocument(source: DocumentSource, uri: string, value: unknown): TextEdit | undefined {
  const file = source.file(uri);
  const last = file?.documents.at(-1);
  if (!file || !last) return undefined;
  const { text } = file;
  // The last document ends where the file does, and knows its own lines already.
  const { end } = placeInFile(last, last.yaml.range(last.yaml.text.length, last.yaml.text.length));
  const isJson = beginsJson(last.yaml.text);
  const separator = `${text.endsWith('\n') ? '' : '\n'}${isJson ? '' : '---\n'}`;
  const written = isJson ? JSON.stringify(value, undefined, 2) : writeBlock(value, 0);
  return { range: { start: end, end }, newText: `${separator}${written}\n` };
}
