// `npm start`: builds and packages the extension, installs it into a real VS Code and opens the sample in it.
//   npm start -- [--browser] [--port N] [FOLDER]
// The desktop `code` is taken where it is on the PATH; otherwise, and with --browser, code-server from npm.
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureCodeServer, freePort, installExtensions, startCodeServer } from './code-server.mjs';
import { cacheRoot } from './code-server/cache.mjs';
import { checkNode, pinnedNode, run, UserError } from './code-server/programs.mjs';
import { packageExtension } from './package.mjs';

const root = path.dirname(import.meta.dirname);
const preferredPort = 7410;
const usage = `Usage: npm start -- [--browser] [--port N] [FOLDER]
  --browser   use code-server in the browser even if the desktop VS Code is there
  --port N    port of the editor in the browser (default ${preferredPort}, or any free one)
  FOLDER      what to open (default samples/bookinfo)`;

/** So that the sample is seen and not the editor's own welcome. Written once; the person may change them. */
const settings = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  // Every instance listens somewhere; offers to forward each of them would only be in the way.
  'remote.autoForwardPorts': false,
  'meshlens.localMesh.autoStart': true,
};

const say = (line) => console.log(line);

try {
  await start();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function start() {
  checkNode();
  const options = readOptions();
  const folder = path.resolve(options.folder ?? path.join(root, 'samples', 'bookinfo'));
  if (!existsSync(folder)) throw new UserError(`${folder} does not exist.`);
  const vsix = await packaged();
  const desktop = options.browser ? undefined : await desktopCode();
  if (desktop) await openDesktop(desktop, vsix, folder);
  else await openBrowser(vsix, folder, options.port);
}

function readOptions() {
  let parsed;
  try {
    parsed = parseArgs({
      options: { browser: { type: 'boolean' }, port: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
  } catch (error) {
    throw new UserError(`${error.message}\n${usage}`);
  }
  const { values, positionals } = parsed;
  if (values.help) {
    say(usage);
    process.exit(0);
  }
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port < 65_536)) {
    throw new UserError(`"${values.port}" is not a port.\n${usage}`);
  }
  return { browser: values.browser === true, port, folder: positionals[0] };
}

/** The package of the present sources; made anew only if one of them is newer. */
async function packaged() {
  if (!existsSync(path.join(root, 'node_modules', 'esbuild'))) {
    throw new UserError('The dependencies are not installed. Run "npm install" first.');
  }
  const vsix = path.join(root, 'meshlens.vsix');
  const made = existsSync(vsix) ? (await stat(vsix)).mtimeMs : 0;
  const sources = [
    'src',
    'media',
    'scripts/build.mjs',
    'package.json',
    'package.nls.json',
    '.vscodeignore',
    'package-lock.json',
  ];
  const newest = Math.max(...(await Promise.all(sources.map((name) => newestIn(path.join(root, name))))));
  if (made > newest) {
    say('The extension is built and packaged already.');
    return vsix;
  }
  say('Building the extension.');
  const { code, text } = await run(pinnedNode(), [path.join(root, 'scripts', 'build.mjs')], { cwd: root });
  if (code !== 0) throw new UserError(`The build failed:\n${text}`);
  say('Packaging it.');
  await packageExtension(vsix);
  return vsix;
}

async function newestIn(place) {
  const found = await stat(place).catch(() => undefined);
  if (found === undefined) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  const names = await readdir(place);
  return Math.max(0, ...(await Promise.all(names.map((name) => newestIn(path.join(place, name))))));
}

/** The desktop VS Code of the PATH, if it is new enough for the extension. */
async function desktopCode() {
  const shell = process.platform === 'win32';
  const answer = await run('code', ['--version'], { shell }).catch(() => undefined);
  if (answer === undefined || answer.code !== 0) return undefined;
  const [version = ''] = answer.text.trim().split('\n');
  const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  const [needed, has] = [manifest.engines.vscode.replace('^', ''), version].map((text) => text.split('.').map(Number));
  const isNewEnough = has[0] > needed[0] || (has[0] === needed[0] && has[1] >= needed[1]);
  if (isNewEnough) return { version, shell };
  say(
    `VS Code ${version || '?'} is on the PATH, but ${manifest.engines.vscode.replace('^', '')} is needed; using the browser.`,
  );
  return undefined;
}

async function openDesktop({ version, shell }, vsix, folder) {
  say(`Installing it into VS Code ${version}.`);
  const quoted = (text) => (shell ? `"${text}"` : text);
  const installed = await run('code', ['--install-extension', quoted(vsix), '--force'], { shell });
  if (installed.code !== 0) throw new UserError(`VS Code refused the extension:\n${installed.text}`);
  const opened = await run('code', ['--new-window', quoted(folder)], { shell });
  if (opened.code !== 0) throw new UserError(`VS Code did not open ${folder}:\n${opened.text}`);
  say(`Opened ${folder} in VS Code. Trust the workspace to let the local mesh run.`);
}

async function openBrowser(vsix, folder, wantedPort) {
  const port = await choosePort(wantedPort);
  const entry = await ensureCodeServer(say);
  const home = path.join(cacheRoot(), 'start');
  const userData = path.join(home, 'data');
  const extensions = path.join(home, 'extensions');
  await writeOnce(path.join(userData, 'User', 'settings.json'), JSON.stringify(settings, undefined, 2));
  await installUnlessThere(entry, vsix, extensions, userData, home);
  say('Starting the editor.');
  const editor = await startCodeServer({ entry, folder, port, extensions, userData });
  let isEnding = false;
  const end = async () => {
    if (isEnding) return;
    isEnding = true;
    say('\nEnding the editor and everything it started.');
    await editor.stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void end());
  say(`\nOpen ${editor.url}\nCtrl+C ends it.`);
  const code = await editor.exited;
  if (!isEnding) throw new UserError(`The editor ended by itself (${code ?? 'killed'}).`);
}

/** Installing takes a second or two; the package that is installed is known by its time and size. */
async function installUnlessThere(entry, vsix, extensions, userData, home) {
  const { mtimeMs, size } = await stat(vsix);
  const mark = path.join(home, 'installed');
  const wanted = `${mtimeMs} ${size} ${entry}`;
  const present = await readFile(mark, 'utf8').catch(() => '');
  if (present === wanted && existsSync(path.join(extensions, 'extensions.json'))) return;
  say('Installing the extension into the editor.');
  await installExtensions({ entry, vsix: [vsix], extensions, userData });
  await writeFile(mark, wanted);
}

async function writeOnce(file, text) {
  await mkdir(path.dirname(file), { recursive: true });
  if (!existsSync(file)) await writeFile(file, `${text}\n`);
}

async function choosePort(wanted) {
  if (wanted !== undefined && wanted !== 0) {
    const port = await freePort(wanted);
    if (port === undefined)
      throw new UserError(`Port ${wanted} is in use. Choose another with --port, or leave it out.`);
    return port;
  }
  const port = (wanted === undefined ? await freePort(preferredPort) : undefined) ?? (await freePort());
  if (port === undefined) throw new UserError('No loopback port is free.');
  return port;
}
