import { fileURLToPath } from 'node:url';
import type { FieldPath } from '../../shared/text.ts';
import type { LocalMeshSpec } from '../discovery/registry/local-mesh-spec.ts';
import { isLocalMesh, readLocalMesh } from '../discovery/registry/local-mesh-file.ts';
import type { DocumentFile } from '../policy/documents/document-file.ts';

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
