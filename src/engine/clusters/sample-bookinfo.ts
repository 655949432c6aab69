import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The sample stands beside `dist` in the package, and beside `src` in the repository. */
const folder = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? '../../../samples/bookinfo-kubernetes/' : '../samples/bookinfo-kubernetes/',
    import.meta.url,
  ),
);

/** YAML of Bookinfo for a cluster, all its files as one text. */
export async function sampleBookinfo(): Promise<string> {
  const names = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name)).sort();
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')));
  return texts.join('\n---\n');
}
