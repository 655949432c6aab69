import { mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pinnedNode, run } from '../../../scripts/code-server/programs.mjs';
import { packageExtension } from '../../../scripts/package.mjs';

const root = path.resolve(import.meta.dirname, '../../..');

/** Packages to install into an editor under test, and the folder they lie in. */
export interface Packages {
  readonly meshlens: string;
  readonly companion: string;
  dispose(): Promise<void>;
}

/** Packages the extension (or takes the `.vsix` that `MESHLENS_VSIX` names) and the companion. */
export async function createPackages(): Promise<Packages> {
  const folder = await mkdtemp(path.join(tmpdir(), 'meshlens-vsix-'));
  const companion = path.join(folder, 'companion.vsix');
  await packageExtension(companion, path.join(root, 'test/e2e/companion'));
  const given = process.env['MESHLENS_VSIX'];
  const meshlens = given === undefined ? path.join(folder, 'meshlens.vsix') : path.resolve(given);
  if (given === undefined) {
    if (!existsSync(path.join(root, 'dist/extension.cjs')) || process.env['MESHLENS_BUILD'] !== undefined) {
      await mustRun([path.join(root, 'scripts/build.mjs')], root);
    }
    await packageExtension(meshlens);
  }
  return { meshlens, companion, dispose: () => rm(folder, { recursive: true, force: true }) };
}

async function mustRun(args: readonly string[], folder: string): Promise<void> {
  const { code, text } = await run(pinnedNode(), args, { cwd: folder });
  if (code !== 0) throw new Error(`${args.join(' ')} failed:\n${text}`);
}
