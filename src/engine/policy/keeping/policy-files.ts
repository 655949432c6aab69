import type { MeshObject } from '../../model/mesh-object.ts';
import type { DocumentFile } from '../documents/document-file.ts';
import { placeInFile } from '../documents/document-file.ts';
import type { PolicyFile, Rejection } from './policy-keeper.ts';

function unreadable(file: DocumentFile): Rejection | undefined {
  for (const document of file.documents) {
    const [problem] = document.yaml.problems(false);
    if (!problem) continue;
    const lines = document.yaml.lines;
    const range = placeInFile(document, { start: lines.positionAt(problem.start), end: lines.positionAt(problem.end) });
    const resource = document.objects[0]?.object ?? {
      apiVersion: '',
      kind: 'File',
      namespace: '',
      name: file.uri.split('/').at(-1) ?? file.uri,
    };
    const { apiVersion, kind, namespace, name } = resource;
    return {
      message: problem.message,
      source: { resource: { apiVersion, kind, namespace, name }, path: [], uri: file.uri, range },
    };
  }
  return undefined;
}

/** What of these files concerns a mesh. A workspace may hold policies of others as well; they are none of its business. */
export function policyFilesOf(
  files: readonly DocumentFile[],
  concerns: (object: MeshObject) => boolean,
): readonly PolicyFile[] {
  return files.flatMap((file) => {
    const problem = unreadable(file);
    if (problem) return [{ uri: file.uri, objects: [], unreadable: problem }];
    const objects = file.documents
      .flatMap((document) => document.objects.map(({ object }) => object))
      .filter((object) => object.name !== '' && concerns(object));
    return objects.length > 0 ? [{ uri: file.uri, objects }] : [];
  });
}
