/** What `analyze` keeps, where, and when it answers from there. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { runMeshlens, type Result } from './built-command.ts';

let folder = '';
let project = '';
let caches = '';

const route = (host: string): string => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: bookinfo }
spec:
  hosts: [reviews]
  http:
    - route: [{ destination: { host: ${host} } }]
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: bookinfo }
spec: { ports: [{ name: http, port: 9080 }] }
`;

const gateway = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: ingress, namespace: bookinfo }
spec:
  selector: { app: ingress }
  servers: [{ hosts: ['*'], port: { name: http, number: 80, protocol: HTTP } }]
`;

function analyze(...more: readonly string[]): Promise<Result> {
  return runMeshlens(['analyze', project, '--format', 'json', ...more], { cwd: folder });
}

/** Has the one answer that is kept say something that no analysis finds. */
async function mark(
  place: string,
  change = (text: string): string => text.replaceAll('reviewz', 'kept'),
): Promise<void> {
  const [name = '', ...others] = await readdir(place);
  assert.deepEqual(others, []);
  const file = path.join(place, name);
  await writeFile(file, change(await readFile(file, 'utf8')));
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'meshlens-cache-'));
  project = path.join(folder, 'project');
  caches = path.join(folder, 'caches');
  await mkdir(project);
  await writeFile(path.join(project, 'route.yaml'), route('reviewz'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('the same question of the same files is answered from the folder for caches, which is private', async () => {
  const place = path.join(caches, 'meshlens', 'findings');
  const plain = await analyze('--no-cache');
  await assert.rejects(readdir(caches));
  assert.deepEqual(await analyze(), plain);
  assert.deepEqual(await analyze(), plain);
  await mark(place);
  assert.match((await analyze()).out, /kept/);
  assert.equal((await analyze()).code, 1);
  assert.deepEqual(await analyze('--no-cache'), plain);
  assert.doesNotMatch((await analyze('--rule', 'MESH1203=warning')).out, /kept/);
  assert.deepEqual(await readdir(project), ['route.yaml']);
  if (process.platform === 'win32') return;
  for (const each of [caches, path.dirname(place), place]) assert.equal((await stat(each)).mode & 0o777, 0o700);
  for (const name of await readdir(place)) assert.equal((await stat(path.join(place, name))).mode & 0o777, 0o600);
});

test('it is asked for again when any of it changed, or what is kept is broken', async () => {
  const cache = path.join(folder, 'named');
  const run = (): Promise<Result> => analyze('--cache', cache);
  const plain = await run();
  await mark(cache);
  assert.match((await run()).out, /kept/);
  await mark(cache, (text) => text.slice(0, 40));
  assert.deepEqual(await run(), plain);
  await mark(cache);
  // A configuration above the files counts too.
  await writeFile(path.join(folder, '.meshlensrc.yaml'), 'rules: { MESH1203: off }\n');
  assert.equal((await run()).code, 0);
  await rm(path.join(folder, '.meshlensrc.yaml'));
  assert.match((await run()).out, /kept/);
  await writeFile(path.join(project, 'more.yaml'), route('reviewz').replaceAll('bookinfo', 'other'));
  assert.doesNotMatch((await run()).out, /kept/);
});

test('the code of the format is the same from there, text too', async () => {
  for (const format of ['text', 'sarif', 'github']) {
    const plain = await analyze('--no-cache', '--format', format);
    await analyze('--format', format);
    assert.deepEqual(await analyze('--format', format), plain);
  }
});

test('what hangs on the time of day is not told of another', async () => {
  await writeFile(path.join(project, 'gateway.yaml'), gateway);
  const cache = path.join(folder, 'named');
  const plain = await analyze('--cache', cache);
  await mark(cache);
  assert.match((await analyze('--cache', cache)).out, /kept/);
  await mark(cache, (text) => text.replace(/"holdsUntil":\d+/, '"holdsUntil":1000'));
  assert.deepEqual(await analyze('--cache', cache), plain);
});

test('a folder of a file system that makes none is given up at once', { skip: !existsSync('/proc/self') }, async () => {
  const named = await analyze('--cache', '/proc/nobody/has/this');
  assert.match(named.err, /^The findings were not kept: /);
});

test('a folder for caches that cannot be written is nobody’s concern, one that was named is', async () => {
  await writeFile(caches, '');
  const plain = await analyze('--no-cache');
  assert.deepEqual(await analyze(), plain);
  const named = await analyze('--cache', path.join(caches, 'below'));
  assert.deepEqual([named.code, named.out], [plain.code, plain.out]);
  assert.match(named.err, /^The findings were not kept: /);
});

test('few are kept, and those that were asked for last', async () => {
  const cache = path.join(folder, 'named');
  await analyze('--cache', cache);
  const [first = ''] = await readdir(cache);
  for (let index = 0; index < 70; index++) {
    const file = path.join(cache, `${String(index).padStart(64, '0')}.json`);
    await writeFile(file, '{}');
    await utimes(file, 1000 + index, 1000 + index);
  }
  await utimes(path.join(cache, first), 1, 1);
  await writeFile(path.join(cache, 'somebody-else.txt'), '');
  // To ask for it makes it the youngest; to keep another makes room.
  await analyze('--cache', cache);
  await analyze('--cache', cache, '--rule', 'MESH1203=warning');
  const names = await readdir(cache);
  assert.equal(names.length, 65);
  assert.ok(names.includes(first) && names.includes('somebody-else.txt'));
  assert.ok(names.includes(`${'69'.padStart(64, '0')}.json`) && !names.includes(`${'07'.padStart(64, '0')}.json`));
});
