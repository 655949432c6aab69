// A real editor from npm: code-server, installed on first use without a compiler and without its install scripts.
//   node scripts/code-server.mjs      installs it, if it is not there, and prints where
import { spawn } from 'node:child_process';
import { copyFile, readFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { cached } from './code-server/cache.mjs';
import { npm, pinnedNode, run, UserError } from './code-server/programs.mjs';

const pins = path.join(import.meta.dirname, 'code-server');

/** The pinned version of code-server. */
export async function codeServerVersion() {
  const manifest = JSON.parse(await readFile(path.join(pins, 'package.json'), 'utf8'));
  return manifest.dependencies['code-server'];
}

/**
 * Installs code-server into the cache if it is not there, and returns the script that starts it.
 * @param {(line: string) => void} [say]
 * @returns {Promise<string>}
 */
export async function ensureCodeServer(say = () => {}) {
  const version = await codeServerVersion();
  const home = await cached(`code-server-${version}`, (directory) => install(directory, version, say), say);
  return entryOf(home);
}

function entryOf(home) {
  return path.join(home, 'node_modules', 'code-server', 'out', 'node', 'entry.js');
}

async function install(directory, version, say) {
  say(`Installing code-server ${version} (VS Code for the browser) from npm; about 600 MB, once.`);
  for (const file of ['package.json', 'package-lock.json'])
    await copyFile(path.join(pins, file), path.join(directory, file));
  // Its own install scripts would compile native modules; what they are needed for has prebuilt binaries or is optional.
  await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], directory);
  const lib = path.join(directory, 'node_modules', 'code-server', 'lib', 'vscode');
  const inner = ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  say('Installing the parts of the editor.');
  await npm(inner, lib);
  say('Installing its built-in extensions.');
  await npm(inner, path.join(lib, 'extensions'));
  await replaceSpdlog(path.join(lib, 'node_modules', '@vscode', 'spdlog'));
  const check = await run(pinnedNode(), [entryOf(directory), '--version']);
  if (check.code !== 0 || !check.text.includes(version)) {
    throw new UserError(`code-server was installed but does not run:\n${check.text}`);
  }
}

/** Without its native part the module cannot be loaded, and the editor would have no logs and no output channels. */
async function replaceSpdlog(directory) {
  const probe = await run(pinnedNode(), ['-e', `require(${JSON.stringify(directory)})`]);
  if (probe.code !== 0) await copyFile(path.join(pins, 'spdlog.cjs'), path.join(directory, 'index.js'));
}

/**
 * Installs extensions (paths of `.vsix` files) for an editor with these folders.
 * @param {{ entry: string, vsix: readonly string[], extensions: string, userData: string }} options
 */
export async function installExtensions({ entry, vsix, extensions, userData }) {
  const args = vsix.flatMap((file) => ['--install-extension', file]);
  const folders = ['--extensions-dir', extensions, '--user-data-dir', userData];
  const { code, text } = await run(pinnedNode(), [entry, ...args, '--force', ...folders], { env: editorEnvironment() });
  if (code !== 0) throw new UserError(`The editor refused the extension:\n${text}`);
}

/**
 * Starts the editor on `folder` and resolves when it answers.
 * @param {{ entry: string, folder: string, port: number, extensions: string, userData: string, trust?: boolean, env?: Record<string, string>, log?: (text: string) => void }} options
 * @returns {Promise<{ url: string, pid: number, exited: Promise<number | null>, stop: () => Promise<void> }>}
 */
export async function startCodeServer({
  entry,
  folder,
  port,
  extensions,
  userData,
  trust = true,
  env = {},
  log = () => {},
}) {
  const args = [
    ...['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`],
    ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
    ...(trust ? ['--disable-workspace-trust'] : []),
    ...['--extensions-dir', extensions, '--user-data-dir', userData],
    // The configuration file of a code-server that the person has of his own must not be read.
    ...['--config', path.join(userData, 'code-server.yaml')],
  ];
  const child = spawn(pinnedNode(), [entry, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...editorEnvironment(), ...env },
    // A group of its own: what the editor starts can be ended with it, and Ctrl+C reaches it through us only.
    detached: process.platform !== 'win32',
  });
  let printed = '';
  const take = (chunk) => {
    printed = (printed + chunk).slice(-20_000);
    log(String(chunk));
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const exited = new Promise((resolve) => {
    child.once('close', resolve);
    child.once('error', () => resolve(null));
  });
  const url = `http://127.0.0.1:${port}`;
  const stop = () => stopGroup(child, exited);
  for (const deadline = Date.now() + 60_000; ;) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new UserError(`code-server ended while it started:\n${printed}`);
    }
    if (await answers(`${url}/healthz`)) break;
    if (Date.now() > deadline) {
      await stop();
      throw new UserError(`code-server did not answer within a minute:\n${printed}`);
    }
    await delay(100);
  }
  const query = encodeURIComponent(folder).replaceAll('%2F', '/');
  return { url: `${url}/?folder=${query}`, pid: child.pid, exited, stop };
}

async function answers(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

async function stopGroup(child, exited) {
  const signal = (name) => {
    try {
      if (process.platform === 'win32') child.kill(name);
      else process.kill(-child.pid, name);
    } catch {
      // Already gone.
    }
  };
  signal('SIGTERM');
  const gone = await Promise.race([exited.then(() => true), delay(5_000, false, { ref: false })]);
  if (!gone) signal('SIGKILL');
  await exited;
}

/** The editor must not think it runs inside another editor or another code-server. */
function editorEnvironment() {
  const foreign =
    /^(VSCODE_|ELECTRON_|CODE_SERVER_|CS_DISABLE|NODE_OPTIONS$|NODE_TEST_CONTEXT$|npm_)|^(PASSWORD|HASHED_PASSWORD)$/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

/**
 * A port that is free now: `wanted` itself, or any where 0 is wanted.
 * @param {number} wanted
 * @returns {Promise<number | undefined>} undefined when `wanted` is taken
 */
export function freePort(wanted = 0) {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => resolve(undefined));
    probe.listen(wanted, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(await ensureCodeServer((line) => console.log(line)));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
