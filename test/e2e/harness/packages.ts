import { existsSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pinnedNode, run } from '../../../scripts/code-server/programs.mjs';
import { packageExtension } from '../../../scripts/package.mjs';

const root = path.resolve(import.meta.dirname, '../../..');

/** Packages to install into an editor under test. */
export interface Packages {
  readonly meshlens: string;
  readonly companion: string;
}

let made: Promise<Packages> | undefined;

/** Packages the extension (or takes the `.vsix` that `MESHLENS_VSIX` names) and the companion, once a test file. */
export function packages(): Promise<Packages> {
  made ??= create();
  return made;
}

async function create(): Promise<Packages> {
  const folder = await mkdtemp(path.join(tmpdir(), 'meshlens-vsix-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const companion = path.join(folder, 'companion.vsix');
  await packageExtension(companion, path.join(root, 'test/e2e/companion'));
  const given = process.env['MESHLENS_VSIX'];
  if (given !== undefined) return { meshlens: path.resolve(given), companion };
  if (!existsSync(path.join(root, 'dist/meshlens.js'))) {
    const { code, text } = await run(pinnedNode(), [path.join(root, 'scripts/build.mjs')], { cwd: root });
    if (code !== 0) throw new Error(`The build failed:\n${text}`);
  }
  const meshlens = path.join(folder, 'meshlens.vsix');
  await packageExtension(meshlens);
  return { meshlens, companion };
}
