// The Node and the npm that our scripts start other things with, and how a failure of npm is told.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/** A failure whose message is meant for the person; it is printed without a stack. */
export class UserError extends Error {}

/** The pinned Node of `node_modules`, so that scripts started with an older Node still run what needs the newer one. */
export function pinnedNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const pinned = path.join(root, 'node_modules', 'node', 'bin', name);
  if (existsSync(pinned)) return pinned;
  const [major] = process.versions.node.split('.').map(Number);
  if (major >= 24) return process.execPath;
  throw new UserError(
    `This is Node ${process.versions.node}, and the pinned Node 24 is not in node_modules. Run "npm install" first; if install scripts are off, install Node 24.`,
  );
}

/** Refuses a Node that is too old even to fetch the pinned one. */
export function checkNode() {
  const [major] = process.versions.node.split('.').map(Number);
  if (major < 20) throw new UserError(`Node ${process.versions.node} is too old: Meshlens needs Node 20 or newer.`);
}

/**
 * Runs npm in `directory` and returns when it is done.
 * @param {readonly string[]} args
 * @param {string} directory
 */
export async function npm(args, directory) {
  const cli = process.env.npm_execpath;
  const env = cleanEnvironment();
  const command =
    cli && /npm-cli\.[cm]?js$/.test(cli)
      ? { file: process.execPath, args: [cli, ...args], shell: false }
      : { file: 'npm', args: [...args], shell: process.platform === 'win32' };
  const output = await run(command.file, command.args, { cwd: directory, env, shell: command.shell });
  if (output.code === 0) return;
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT/.test(output.text)) {
    throw new UserError(
      'npm cannot reach its registry. Check the network, the proxy and the "registry" setting of npm, then try again.',
    );
  }
  if (/ENOSPC/.test(output.text)) throw new UserError('The disk is full: about 700 MB are needed in the cache folder.');
  throw new UserError(`"npm ${args.join(' ')}" failed:\n${output.text.split('\n').slice(-25).join('\n')}`);
}

/** npm hands its own options to what it runs; a nested npm must not take `--omit`, `--prefix` and the like from us. */
function cleanEnvironment() {
  const keep =
    /^npm_config_(registry|cafile|ca|proxy|https_proxy|noproxy|userconfig|globalconfig|cache|offline|prefer_offline|strict_ssl)$/i;
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) || keep.test(name) || name === 'npm_execpath'),
  );
}

/**
 * Runs a program to its end and gathers what it prints.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<{ code: number | null, text: string }>}
 */
export function run(file, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...args], { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let text = '';
    child.stdout?.on('data', (chunk) => (text += chunk));
    child.stderr?.on('data', (chunk) => (text += chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, text }));
  });
}
