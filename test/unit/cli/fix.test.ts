/** `meshlens analyze --fix`: what it writes, what it leaves alone, and what it says. */
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { analyzeCommand } from '../../../src/cli/commands/analyze.ts';
import { filesModel } from '../../../src/cli/files-model.ts';
import { fixFiles } from '../../../src/cli/fix-files.ts';
import { type CommandRun, commandRun } from './command-run.ts';

const service = `apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: bookinfo }
spec: { ports: [{ name: http, port: 9080 }] }
`;

const route = (host: string, retry = ''): string => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: bookinfo }
spec:
  hosts: [reviews]
  http:
    - route: [{ destination: { host: ${host} } }]${retry}
`;

let folder = '';
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'meshlens-fix-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const inFolder = (name: string): string => path.join(folder, name);
const textOf = (name: string): string => readFileSync(inFolder(name), 'utf8');

const run = (...args: readonly string[]): Promise<CommandRun> =>
  commandRun([analyzeCommand], ['analyze', '--config', 'none', ...args], { cwd: folder });

describe('analyze --fix', () => {
  beforeEach(async () => {
    await rm(folder, { recursive: true, force: true });
    folder = await mkdtemp(path.join(tmpdir(), 'meshlens-fix-'));
    await writeFile(inFolder('service.yaml'), service);
  });

  test('writes the fix and finds nothing any more', async () => {
    await writeFile(inFolder('route.yaml'), route('reviewz'));
    const { code, out, err } = await run('--fix');
    assert.deepEqual(
      { code, out, err },
      {
        code: 0,
        out: 'No findings, 2 documents read.\n',
        err: 'Fixed 1 finding in 1 file.\n',
      },
    );
    assert.equal(textOf('route.yaml'), route('reviews'));
    assert.equal(textOf('service.yaml'), service);
  });

  test('keeps line ends, a byte order mark and all that it does not fix', async () => {
    const windows = (text: string): string => `\uFEFF# Größe: “1”\n${text}`.replaceAll('\n', '\r\n');
    await writeFile(inFolder('route.yaml'), windows(route('reviewz')));
    assert.equal((await run('--fix')).code, 0);
    assert.equal(textOf('route.yaml'), windows(route('reviews')));
  });

  test('shows and counts what is left, in the text as it is now', async () => {
    await writeFile(inFolder('route.yaml'), route('reviewz').replace('hosts: [reviews]', 'hosts: [reviews, reviews]'));
    await writeFile(inFolder('other.yaml'), route('nobody-knows-it').replace('name: reviews', 'name: other'));
    const { code, out, err } = await run('--fix', 'other.yaml', 'route.yaml', 'service.yaml');
    assert.equal(code, 1);
    assert.match(out, /No service `nobody-knows-it` in namespace `bookinfo`/);
    assert.doesNotMatch(out, /reviewz/);
    assert.match(err, /^Fixed \d findings? in 1 file\.\n$/);
    assert.match(textOf('other.yaml'), /nobody-knows-it/);
  });

  test('what is found nowhere is written nowhere', async () => {
    await writeFile(inFolder('route.yaml'), route('reviews'));
    const times = ['route.yaml', 'service.yaml'].map((name) => statSync(inFolder(name)).mtimeMs);
    const { code, err } = await run('--fix');
    assert.deepEqual([code, err], [0, 'Nothing to fix.\n']);
    assert.deepEqual(
      ['route.yaml', 'service.yaml'].map((name) => statSync(inFolder(name)).mtimeMs),
      times,
    );
  });

  test('rules that are switched off fix nothing', async () => {
    await writeFile(inFolder('route.yaml'), route('reviewz'));
    const { err } = await run('--fix', '--rule', 'unknown-host=off');
    assert.equal(err, 'Nothing to fix.\n');
    assert.equal(textOf('route.yaml'), route('reviewz'));
  });

  test('a file that is no UTF-8 is left alone, and the others are written', async () => {
    const latin = Buffer.concat([
      Buffer.from('# Gr'),
      Buffer.from([0xf6, 0xdf]),
      Buffer.from(`e\n${route('reviewz')}`),
    ]);
    await writeFile(inFolder('latin.yaml'), latin);
    const second = (host: string): string => route(host).replace('{ name: reviews,', '{ name: second,');
    await writeFile(inFolder('route.yaml'), second('reviewz').replace('hosts: [reviews]', 'hosts: [second.example]'));
    const { code, err } = await run('--fix');
    assert.equal(code, 2);
    assert.match(
      err,
      /latin\.yaml is not valid UTF-8 and was left alone\. Save it as UTF-8 and run it again\.\n1 file written\./,
    );
    assert.deepEqual(readFileSync(inFolder('latin.yaml')), latin);
    assert.match(textOf('route.yaml'), /host: reviews \}/);
  });

  test('a file that somebody changes meanwhile keeps the change', async () => {
    await writeFile(inFolder('route.yaml'), route('reviewz'));
    const model = filesModel();
    const fixing = fixFiles(
      { files: [folder] },
      async (question) => {
        const found = await model.analyze(question);
        writeFileSync(inFolder('route.yaml'), `# mine\n${route('reviewz')}`);
        return found;
      },
      { cwd: folder, err: () => undefined },
    );
    await assert.rejects(
      fixing,
      /route\.yaml has changed meanwhile and was left alone\. Run it again\.\n0 files written\./,
    );
    assert.equal(textOf('route.yaml'), `# mine\n${route('reviewz')}`);
  });

  test('standard input has no file to write', async () => {
    const { code, err } = await run('--fix', '-');
    assert.equal(code, 2);
    assert.match(err, /Name the files instead of -/);
  });
});
