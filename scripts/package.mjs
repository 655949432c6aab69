// Packages the built extension.
//   node scripts/package.mjs [FILE]      default: meshlens.vsix
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { pinnedNode, run, UserError } from './code-server/programs.mjs';

const root = path.dirname(import.meta.dirname);

/**
 * Packages the extension in `folder` into `file`.
 * @param {string} file
 * @param {string} [folder]
 */
export async function packageExtension(file, folder = root) {
  const vsce = path.join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  // Everything is bundled; and pictures of the README stay relative, as no address of a repository is known.
  const flags = ['--no-dependencies', '--no-rewrite-relative-links', '--skip-license', '--allow-missing-repository'];
  const { code, text } = await run(
    pinnedNode(),
    [vsce, 'package', ...flags, '--allow-star-activation', '--out', file],
    {
      cwd: folder,
    },
  );
  if (code !== 0) throw new UserError(`The package could not be made:\n${text}`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const file = path.resolve(process.argv[2] ?? path.join(root, 'meshlens.vsix'));
  try {
    await packageExtension(file);
    console.log(file);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
