import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** How people call a file: relative to where they are if it is below, else absolute; other URIs as they are. */
export function fileName(uri: string, cwd: string | undefined): string {
  if (!uri.startsWith('file:')) return uri === 'stdin:-' ? 'standard input' : uri;
  try {
    const full = fileURLToPath(uri);
    const relative = cwd === undefined ? full : path.relative(cwd, full);
    return relative === '' || relative.startsWith('..') || path.isAbsolute(relative) ? full : relative;
  } catch {
    return uri;
  }
}
