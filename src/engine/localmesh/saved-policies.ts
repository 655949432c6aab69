import { fileURLToPath } from 'node:url';
import type { FieldPath } from '../../shared/text.ts';
import type { LocalMeshSpec } from '../discovery/registry/local-mesh-spec.ts';
import { isLocalMesh, readLocalMesh } from '../discovery/registry/local-mesh-file.ts';
import type { DocumentFile } from '../policy/documents/document-file.ts';
import { placeInFile } from '../policy/documents/document-file.ts';
import type { PolicyFile, Rejection } from './policy-keeper.ts';

/** A LocalMesh document as it was saved. */
export interface MeshFile {
  /** Path on disk. */
  readonly file: string;
  readonly uri: string;
  /** Absent where it has problems. */
  readonly spec?: LocalMeshSpec;
  readonly problems: readonly { readonly path: FieldPath; readonly message: string }[];
}

/** The LocalMesh documents of these files, in their order. */
export function meshFilesOf(files: readonly DocumentFile[]): readonly MeshFile[] {
  return files.flatMap(({ uri, documents }) =>
    documents.flatMap(({ yaml }) => {
      const { value } = yaml;
      if (!isLocalMesh(value) || !uri.startsWith('file:')) return [];
      const { mesh, problems } = readLocalMesh(value);
      return [{ file: fileURLToPath(uri), uri, problems, ...(mesh ? { spec: mesh } : {}) }];
    }),
  );
}

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

/**
 * What of these files concerns a mesh: objects of its namespace and of the root namespace. A workspace may hold policies of
 * other clusters as well; they are none of this mesh's business.
 */
export function policyFilesOf(files: readonly DocumentFile[], namespaces: ReadonlySet<string>): readonly PolicyFile[] {
  return files.flatMap((file) => {
    const problem = unreadable(file);
    if (problem) return [{ uri: file.uri, objects: [], unreadable: problem }];
    const objects = file.documents
      .flatMap((document) => document.objects.map(({ object }) => object))
      .filter(({ name, namespace }) => name !== '' && namespaces.has(namespace));
    return objects.length > 0 ? [{ uri: file.uri, objects }] : [];
  });
}
