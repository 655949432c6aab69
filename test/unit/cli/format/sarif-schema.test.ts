/** SARIF of real runs of `meshlens analyze`, held to the schema of OASIS by a validator that is not ours. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import Ajv04 from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import { analyzeCommand } from '../../../../src/cli/commands/analyze.ts';
import { fieldOf, listOf, valueAt } from '../../../../src/shared/untrusted.ts';
import { commandRun } from '../command-run.ts';

const fixtures = path.resolve(import.meta.dirname, '../../../fixtures/checks');
let folder = '';
let validate: (log: unknown) => readonly unknown[];

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'meshlens-sarif-'));
  const file = new URL(import.meta.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'));
  const schema: unknown = JSON.parse(await readFile(file, 'utf8'));
  assert.ok(typeof schema === 'object' && schema !== null);
  const ajv = new Ajv04.default({ allErrors: true, strict: false, unicodeRegExp: false });
  addFormats.default(ajv);
  const compiled = ajv.compile(schema);
  validate = (log) => (compiled(log) ? [] : (compiled.errors ?? []));
});
after(() => rm(folder, { recursive: true, force: true }));

async function analyze(args: readonly string[], input = ''): Promise<{ log: unknown; results: readonly unknown[] }> {
  const { out, err } = await commandRun([analyzeCommand], ['analyze', ...args, '--format', 'sarif'], {
    cwd: folder,
    input,
  });
  assert.equal(err, '');
  const log: unknown = JSON.parse(out);
  assert.deepEqual(validate(log), []);
  return { log, results: listOf(valueAt(log, ['runs', 0, 'results'])) };
}

const route = (host: string, comment = ''): string => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: bookinfo }
spec:
  hosts: [reviews]
  http:
    - route: [{ destination: { host: ${host} } }]${comment}
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: bookinfo }
spec: { ports: [{ name: http, port: 9080 }] }
`;

test('the schema refuses what is no such log', () => {
  assert.notDeepEqual(validate({ version: '2.1.0', runs: [{ tool: {} }] }), []);
});

test('every fixture of every rule, with what could not be checked', async () => {
  const { results } = await analyze([fixtures, '--undecided']);
  assert.ok(results.length > 500, `${results.length} results`);
  for (const part of ['fixes', 'relatedLocations'] as const)
    assert.ok(results.filter((result) => listOf(fieldOf(result, part)).length > 0).length > 100, part);
  const levels = new Set(results.map((result) => fieldOf(result, 'level')));
  assert.deepEqual([...levels].sort(), ['error', 'note', 'warning']);
});

test('nothing found', async () => {
  await writeFile(path.join(folder, 'good.yaml'), route('reviews'));
  assert.deepEqual((await analyze(['good.yaml'])).results, []);
});

test('what a comment switches off is left out', async () => {
  await writeFile(path.join(folder, 'off.yaml'), route('reviewz', ' # meshlens-disable-line unknown-host'));
  assert.deepEqual((await analyze(['off.yaml'])).results, []);
});

test('standard input', async () => {
  const { results } = await analyze(['-'], route('reviewz'));
  assert.equal(valueAt(results, [0, 'locations', 0, 'physicalLocation', 'artifactLocation', 'uri']), 'stdin:-');
});

const names: readonly (readonly [string, string])[] = [
  ['größe/日本 路由.yaml', 'gr%C3%B6%C3%9Fe/%E6%97%A5%E6%9C%AC%20%E8%B7%AF%E7%94%B1.yaml'],
  ['100%#?[a]/😀.yaml', '100%25%23%3F[a]/%F0%9F%98%80.yaml'],
  // A reference whose first part has a colon would be read as another scheme.
  ['cluster:prod.yaml', 'cluster%3Aprod.yaml'],
];
for (const [name, uri] of names) {
  test(`a file called ${name}`, async () => {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), route('reviewz'));
    const { log, results } = await analyze([name]);
    const artifact = valueAt(results, [0, 'locations', 0, 'physicalLocation', 'artifactLocation']);
    const written = String(fieldOf(artifact, 'uri'));
    assert.equal(fieldOf(artifact, 'uriBaseId'), 'SRCROOT');
    assert.equal(decodeURIComponent(written), name);
    assert.equal(written.replaceAll('%5B', '[').replaceAll('%5D', ']'), uri);
    const base = String(valueAt(log, ['runs', 0, 'originalUriBaseIds', 'SRCROOT', 'uri']));
    assert.equal(decodeURIComponent(new URL(written, base).pathname), path.join(folder, name));
  });
}
