import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const sample = path.resolve(import.meta.dirname, '../../../samples/bookinfo');

/** A copy of the sample whose gateway takes any free port and whose reviews get these weights (v1, v2, v3). The caller removes it. */
export async function weightedBookinfo(weights: readonly [number, number, number]): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'meshlens-weighted-'));
  await cp(sample, folder, { recursive: true });
  const change = async (name: string, edit: (text: string) => string): Promise<void> => {
    const file = path.join(folder, name);
    await writeFile(file, edit(await readFile(file, 'utf8')));
  };
  await change('meshlens.yaml', (text) => text.replace('port: 8080', 'port: 0'));
  const left = [...weights];
  await change('reviews-route.yaml', (text) => text.replace(/weight: \d+/g, () => `weight: ${left.shift() ?? 0}`));
  return folder;
}
