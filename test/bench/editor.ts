import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { digits, median, type BenchRow } from './table.ts';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '../..');
const rounds = 15;

/** Loads a module in a fresh Node with a stand-in for the editor's API, and says how long that took in milliseconds. */
async function loadTime(module: string): Promise<number> {
  const script = `
    const Module = require('node:module');
    const anything = new Proxy(function () {}, { get: (_, name) => (name === Symbol.toPrimitive ? () => '' : anything), apply: () => anything, construct: () => anything });
    const load = Module._load;
    Module._load = (name, ...rest) => (name === 'vscode' ? anything : load(name, ...rest));
    const started = process.hrtime.bigint();
    require(process.argv[1]);
    console.log(Number(process.hrtime.bigint() - started) / 1e6);`;
  const { stdout } = await run(process.execPath, ['-e', script, module]);
  return Number(stdout.trim());
}

/** What the extension costs an editor: loading its entry, and its size. Its activation proper is measured end to end. */
export async function benchEditor(): Promise<readonly BenchRow[]> {
  await run(process.execPath, [path.join(root, 'scripts/build.mjs')], { cwd: root });
  const ours: number[] = [];
  const peers: number[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await loadTime(path.join(root, 'dist/extension.cjs')));
    peers.push(await loadTime(path.join(root, 'node_modules/vscode-languageclient/lib/node/main.js')));
  }
  await run(process.execPath, [path.join(root, 'scripts/package.mjs')], { cwd: root });
  const megabytes = (await stat(path.join(root, 'meshlens.vsix'))).size / 1024 / 1024;
  return [
    {
      what: 'loading the extension',
      ours: `${digits(median(ours))} ms`,
      peer: `vscode-languageclient alone ${digits(median(peers))} ms`,
      budget: '< 100 ms',
      met: median(ours) < 100,
    },
    { what: 'size of the .vsix', ours: `${digits(megabytes)} MB`, peer: '–', budget: '< 3 MB', met: megabytes < 3 },
  ];
}
