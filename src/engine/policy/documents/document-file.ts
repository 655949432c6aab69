/** Files as the policy engine sees them: text, its documents, and the objects each declares. */
import { isDeepStrictEqual } from 'node:util';
import { isConfigurationFile } from '../../../shared/configuration-file.ts';
import type { FieldPath, Range } from '../../../shared/text.ts';
import type { MeshObject } from '../../model/mesh-object.ts';
import { splitDocuments } from './split-documents.ts';
import type { DeclaredObject, ReadOptions } from './declared-objects.ts';
import { declaredObjects } from './declared-objects.ts';
import type { RangePart } from './syntax-tree.ts';
import { isInChartTemplates } from './templates.ts';
import { YamlDocument } from './yaml-document.ts';

/** Longest file that is read, in UTF-16 units. */
const maximumFileLength = 10 * 1024 * 1024;

/** One document at its present place in a file. */
export interface FileDocument {
  readonly uri: string;
  /** Zero-based number in the file. */
  readonly index: number;
  /** Line of the file where it starts. */
  readonly line: number;
  readonly yaml: YamlDocument;
  readonly objects: readonly DeclaredObject[];
}

export interface DocumentFile {
  readonly uri: string;
  readonly text: string;
  /** Shown in an editor: its documents are read precisely. */
  readonly isOpen: boolean;
  /** Beyond the limit: nothing of it was read. */
  readonly isTooLong: boolean;
  readonly documents: readonly FileDocument[];
}

/** Where the policy engine finds text. */
export interface DocumentSource {
  /** Grows with every change. */
  readonly revision: number;
  files(): Iterable<DocumentFile>;
  /** Files with parts of objects that others declare: they name things, and declare nothing. */
  patches(): Iterable<DocumentFile>;
  file(uri: string): DocumentFile | undefined;
}

/**
 * Reads a file, taking over from `previous` every document whose text did not change, and the objects of those that only
 * changed in comments or layout.
 */
export function readDocumentFile(
  uri: string,
  text: string,
  isOpen: boolean,
  options: ReadOptions,
  previous?: DocumentFile,
): DocumentFile {
  if (text.length > maximumFileLength) return { uri, text: '', isOpen, isTooLong: true, documents: [] };
  const reusable = new Map<string, FileDocument[]>();
  for (const document of previous?.documents ?? []) {
    const same = reusable.get(document.yaml.text);
    if (same) same.push(document);
    else reusable.set(document.yaml.text, [document]);
  }
  const place = isConfigurationFile(uri) ? 'configuration-file' : isInChartTemplates(uri) ? 'chart' : 'anywhere';
  const documents = splitDocuments(text).map(({ text: part, line }, index): FileDocument => {
    const old = takeReusable(reusable, part, index);
    const yaml = old?.yaml ?? new YamlDocument(part, place);
    // The number of the document is part of where an object comes from.
    const before = previous?.documents[index];
    const isSame = before !== undefined && (before.yaml === yaml || isDeepStrictEqual(before.yaml.value, yaml.value));
    const objects = isSame ? before.objects : declaredObjects(yaml.value, uri, index, options);
    // At the same place it is the same value: what was found out about it is kept by it.
    if (before?.yaml === yaml && before.line === line && previous?.isOpen === isOpen) return before;
    return { uri, index, line, yaml, objects };
  });
  return { uri, text, isOpen, isTooLong: false, documents };
}

function takeReusable(reusable: Map<string, FileDocument[]>, text: string, index: number): FileDocument | undefined {
  const same = reusable.get(text);
  if (!same || same.length === 0) return undefined;
  const atIndex = same.findIndex((document) => document.index === index);
  return same.splice(Math.max(0, atIndex), 1)[0];
}

/** Moves a range of a document to its place in the file. */
export function placeInFile(document: FileDocument, range: Range): Range {
  const { line } = document;
  if (line === 0) return range;
  return {
    start: { line: range.start.line + line, character: range.start.character },
    end: { line: range.end.line + line, character: range.end.character },
  };
}

/** Where a field of an object stands in its file; undefined for objects that come from no file of this source. */
export function locateField(
  source: DocumentSource,
  object: MeshObject,
  path: FieldPath,
  part: RangePart = 'head',
): { readonly uri: string; readonly range: Range; readonly document: FileDocument } | undefined {
  const found = documentOf(source, object);
  if (!found) return undefined;
  const range = found.document.yaml.rangeOf([...found.declared.base, ...path], part);
  return { uri: found.document.uri, range: placeInFile(found.document, range), document: found.document };
}

/** The document that declares an object, and how. */
export function documentOf(
  source: DocumentSource,
  object: MeshObject,
): { readonly document: FileDocument; readonly declared: DeclaredObject } | undefined {
  if (object.origin.layer !== 'workspace' || object.origin.document === undefined) return undefined;
  const document = source.file(object.origin.source)?.documents[object.origin.document];
  const declared = document?.objects.find(
    ({ object: other }) =>
      other === object ||
      (other.kind === object.kind && other.name === object.name && other.namespace === object.namespace),
  );
  return document && declared && { document, declared };
}
