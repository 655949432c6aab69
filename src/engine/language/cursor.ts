import type { FieldPath, Position, Range } from '../../shared/text.ts';
import type { MeshObject } from '../model/mesh-object.ts';
import type { DeclaredObject } from '../policy/documents/declared-objects.ts';
import type { DocumentSource, FileDocument } from '../policy/documents/document-file.ts';
import { placeInFile } from '../policy/documents/document-file.ts';
import { objectSchemaOf } from '../policy/schema/object-schema.ts';
import type { SchemaCatalog } from '../policy/schema/schema-catalog.ts';
import { schemaAt } from '../policy/schema/schema-at.ts';
import type { Schema } from '../policy/schema/schema.ts';

/** What stands at a position of a file. */
export interface Cursor {
  readonly document: FileDocument;
  /** The position within the document. */
  readonly position: Position;
  readonly declared?: DeclaredObject;
  /** Of the object. */
  readonly path: FieldPath;
  readonly part: 'key' | 'value';
  /** In the file. */
  readonly range: Range;
}

/** The document at a line of a file. */
export function documentAt(files: DocumentSource, uri: string, line: number): FileDocument | undefined {
  return files.file(uri)?.documents.findLast((document) => document.line <= line);
}

export function cursorAt(files: DocumentSource, uri: string, position: Position): Cursor | undefined {
  const document = documentAt(files, uri, position.line);
  if (!document) return undefined;
  const relative = { line: position.line - document.line, character: position.character };
  const found = document.yaml.nature === 'kubernetes' ? document.yaml.pathAt(relative) : undefined;
  if (!found) return undefined;
  const declared = declaredAt(document, found.path);
  const path = found.path.slice(declared?.base.length ?? 0);
  const isWholeScalar = found.part === 'value' && document.yaml.tree.scalarAt(found.path) !== undefined;
  const range = isWholeScalar
    ? document.yaml.rangeOf(found.path, 'value')
    : document.yaml.range(found.range.start, found.range.end);
  return {
    document,
    position: relative,
    ...(declared && { declared }),
    path,
    part: found.part,
    range: placeInFile(document, range),
  };
}

/** The innermost object that is itself written in the document and contains the path. */
function declaredAt(document: FileDocument, path: FieldPath): DeclaredObject | undefined {
  return document.objects.find(
    ({ base, isDerived }) => !isDerived && base.every((step, index) => path[index] === step),
  );
}

/** What is known of a field, from the definition of its kind or from a table of ours. */
export function schemaOf(
  { apiVersion, kind }: Pick<MeshObject, 'apiVersion' | 'kind'>,
  path: FieldPath,
  schemas: SchemaCatalog,
): Schema | undefined {
  const schema = schemas.find(apiVersion, kind);
  return schema && schemaAt(objectSchemaOf(schema, apiVersion), path);
}
