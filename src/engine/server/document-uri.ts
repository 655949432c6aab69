import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * The URI by which the engine knows a document. Editors and Node.js write different characters as they are (`@`, `(`,
 * `+`): of files it is what Node.js makes of their path, or a file would be two, one on disk and one in the editor.
 */
export function documentUri(uri: string): string {
  if (!uri.startsWith('file:')) return uri;
  try {
    return pathToFileURL(fileURLToPath(uri)).href;
  } catch {
    // Not of this machine: it stands for nothing on disk.
    return uri;
  }
}
