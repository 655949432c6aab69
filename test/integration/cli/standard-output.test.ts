/** What a command says arrives whole, however slowly it is read, and nobody minds a reader who goes away. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { constants, createReadStream, openSync, closeSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { bundle, runMeshlens } from './built-command.ts';

let folder = '';
let whole = '';
const args = ['analyze', '.', '--no-cache', '--format', 'json'];

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'meshlens-output-'));
  const documents = Array.from({ length: 400 }, (_, index) =>
    [
      'apiVersion: networking.istio.io/v1',
      'kind: VirtualService',
      `metadata: { name: route-${String(index)}, namespace: shop }`,
      'spec: { hosts: [a], htp: [] }',
    ].join('\n'),
  );
  await writeFile(path.join(folder, 'routes.yaml'), documents.join('\n---\n'));
  whole = (await runMeshlens(args, { cwd: folder })).out;
  // More than a pipe holds.
  assert.ok(whole.length > 300_000);
});
after(() => rm(folder, { recursive: true, force: true }));

const exitOf = (child: ReturnType<typeof spawn>): Promise<number | null> =>
  new Promise((resolve) => child.once('exit', resolve));

test('a pipe of which the writer must not wait gets all of it', { skip: process.platform === 'win32' }, async () => {
  const pipe = path.join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const writing = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  const child = spawn(process.execPath, [bundle, ...args], { cwd: folder, stdio: ['ignore', writing, 'ignore'] });
  const ended = exitOf(child);
  const reading = createReadStream(pipe, { encoding: 'utf8', highWaterMark: 1024 });
  let text = '';
  for await (const chunk of reading as AsyncIterable<string>) {
    text += chunk;
    if (text.length >= whole.length) break;
  }
  closeSync(writing);
  assert.equal(await ended, 1);
  assert.equal(text, whole);
});

test('a reader who goes away is no error', async () => {
  const child = spawn(process.execPath, [bundle, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = exitOf(child);
  child.stdout.destroy();
  assert.equal(await ended, 0);
  assert.equal(err, '');
});
