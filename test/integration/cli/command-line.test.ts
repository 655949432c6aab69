/** The built command, as a person or a CI job runs it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { filesModel } from '../../../src/cli/files-model.ts';
import { bundle, runMeshlens, type Result } from './built-command.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const bookinfo = path.join(root, 'samples/bookinfo');
let folder = '';

function meshlens(args: readonly string[], input = ''): Promise<Result> {
  return runMeshlens(args, { cwd: folder, input });
}

const route = (host: string): string => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: bookinfo }
spec:
  hosts: [reviews]
  http:
    - match: [{ headers: { end-user: { exact: jason } } }]
      route: [{ destination: { host: ${host} } }]
    - route: [{ destination: { host: reviews } }]
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: bookinfo }
spec: { ports: [{ name: http, port: 9080 }] }
`;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'meshlens-cli-'));
  await writeFile(path.join(folder, 'good.yaml'), route('reviews'));
  await writeFile(path.join(folder, 'bad.yaml'), route('reviewz'));
});
after(() => rm(folder, { recursive: true, force: true }));

test('analyze says what is wrong, where, and ends with 1', async () => {
  const good = await meshlens(['analyze', 'good.yaml']);
  assert.deepEqual([good.code, good.err], [0, '']);
  const bad = await meshlens(['analyze', 'bad.yaml']);
  assert.equal(bad.code, 1);
  // Six spaces and the 31 characters of `route: [{ destination: { host: ` stand before it.
  assert.match(bad.out, /bad\.yaml:9:38 /);
  assert.match(bad.out, /No service `reviewz` in namespace `bookinfo`\. Did you mean `reviews`\?/);
  assert.equal((await meshlens(['analyze', 'bad.yaml', '--fail-on', 'never'])).code, 0);
});

test('analyze gives rules another severity, by any of their names, and says what it could not check', async () => {
  for (const name of ['MESH1203', 'unknown-host', 'IST0101'])
    assert.equal((await meshlens(['analyze', 'bad.yaml', '--rule', `${name}=off`])).code, 0);
  for (const [given, said] of [
    ['unknown-hst=off', /No rule is called "unknown-hst"\. Did you mean `unknown-host`/],
    ['unknown-host=of', /such as MESH1203=off, not "unknown-host=of"/],
  ] as const) {
    const strange = await meshlens(['analyze', 'bad.yaml', '--rule', given]);
    assert.equal(strange.code, 2);
    assert.match(strange.err, said);
  }
  const { out } = await meshlens(['analyze', 'good.yaml', '--undecided', '--format', 'json']);
  assert.match(out, /MESH9003/);
});

test('the bundle finds in every example what the sources find, whatever it loads late', async () => {
  const examples = path.join(root, 'test/fixtures/checks');
  const { out } = await meshlens(['analyze', examples, '--format', 'json']);
  const { result } = await filesModel().analyze({ files: [examples] });
  assert.ok(result.diagnostics.length > 500);
  assert.deepEqual(JSON.parse(out), JSON.parse(JSON.stringify(result)));
  // Rules in CEL, broken texts and regular expressions each have a library that is loaded on first use.
  const rules = new Set(result.diagnostics.map(({ rule }) => rule));
  for (const rule of ['cel-rule', 'yaml-syntax', 'invalid-regex']) assert.ok(rules.has(rule), rule);
});

test('analyze reads standard input', async () => {
  assert.equal((await meshlens(['analyze', '-'], route('reviews'))).code, 0);
  assert.equal((await meshlens(['analyze', '-'], route('reviewz'))).code, 1);
});

test('analyze asks only whether objects would be accepted', async () => {
  assert.equal((await meshlens(['analyze', 'bad.yaml', '--layer', 'admission'])).code, 0);
  const refused = await meshlens(['analyze', '-', '--layer', 'admission'], route('my_service'));
  assert.equal(refused.code, 1);
  assert.match(refused.out, /MESH2230/);
  assert.equal((await meshlens(['analyze', 'bad.yaml', '--layer', 'all'])).code, 2);
});

test('machines get JSON, SARIF 2.1.0 and GitHub annotations', async () => {
  const json: unknown = JSON.parse((await meshlens(['analyze', 'bad.yaml', '--format', 'json'])).out);
  assert.ok(json && typeof json === 'object' && 'diagnostics' in json && Array.isArray(json.diagnostics));
  const sarif: unknown = JSON.parse((await meshlens(['analyze', 'bad.yaml', '--format', 'sarif'])).out);
  assert.ok(sarif && typeof sarif === 'object' && 'version' in sarif);
  assert.equal(sarif.version, '2.1.0');
  assert.match(
    (await meshlens(['analyze', 'bad.yaml', '--format', 'github'])).out,
    /^::error file=.*bad\.yaml,line=9,/m,
  );
});

test('what cannot be read ends with 2', async () => {
  const missing = await meshlens(['analyze', 'nowhere.yaml']);
  assert.equal(missing.code, 2);
  assert.match(missing.err, /nowhere\.yaml/);
  assert.equal((await meshlens(['analyze', '--format', 'xml'])).code, 2);
});

test('route follows the header and names the line', async () => {
  const args = ['route', 'good.yaml', '--from', 'bookinfo', '--to', 'reviews:9080', '--format', 'json'];
  const jason: unknown = JSON.parse((await meshlens([...args, '--header', 'end-user=jason'])).out);
  assert.ok(jason && typeof jason === 'object' && 'route' in jason && jason.route && typeof jason.route === 'object');
  assert.equal('rule' in jason.route && jason.route.rule, 'http[0]');
  const text = await meshlens(['route', 'good.yaml', '--from', 'bookinfo', '--to', 'reviews:9080']);
  assert.match(text.out, /^Forwarded\n {2}by VirtualService bookinfo\/reviews, http\[1\] .*good\.yaml:10/);
});

test('batch answers line by line, in order, mistakes included', async () => {
  const lines = [
    { jsonrpc: '2.0', id: 1, method: 'mesh/analyze', params: { files: [path.join(folder, 'bad.yaml')] } },
    { jsonrpc: '2.0', id: 'two', method: 'mesh/nothing' },
    { jsonrpc: '2.0', id: 3, method: 'mesh/route', params: {} },
    { jsonrpc: '2.0', method: 'mesh/analyze', params: { resources: [] } },
  ];
  const input = [
    ...lines.map((line) => JSON.stringify(line)),
    'nonsense',
    JSON.stringify({ jsonrpc: '2.0', id: 5, method: 'mesh/analyze', params: { resources: [] } }),
  ].join('\n');
  const { code, out } = await meshlens(['batch'], input);
  assert.equal(code, 0);
  const answers = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: unknown; error?: { code: number }; result?: unknown });
  assert.deepEqual(
    answers.map(({ id, error }) => [id, error?.code]),
    [
      [1, undefined],
      ['two', -32601],
      [3, -32602],
      [null, -32700],
      [5, undefined],
    ],
  );
  assert.deepEqual(answers.at(-1)?.result, { diagnostics: [], documents: 0 });
});

test('topology draws the mesh of a file and leaves nothing running', async () => {
  const { code, out, err } = await meshlens([
    'topology',
    '--file',
    path.join(bookinfo, 'meshlens.yaml'),
    '--window',
    '4s',
    '--format',
    'mermaid',
  ]);
  assert.equal(code, 0, err);
  for (const name of ['productpage', 'details', 'reviews', 'ratings', 'ingress', 'traffic'])
    assert.ok(out.includes(name), `${name} in ${out}`);
});

test('demo says where things are, and Ctrl+C ends it with everything it started', async () => {
  const child = spawn(process.execPath, [bundle, 'demo'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => {
    let isTold = false;
    child.stdout.on('data', () => {
      // A second one would not wait for the services to end.
      if (!isTold && out.includes('Stop with Ctrl+C')) isTold = child.kill('SIGINT');
    });
    child.once('exit', resolve);
  });
  assert.equal(code, 0, out);
  assert.match(out, /Gateway ingress: http:\/\/127\.0\.0\.1:\d+\n/);
  const gateway = /Gateway ingress: (\S+)/.exec(out)?.[1] ?? '';
  await assert.rejects(fetch(gateway), 'the gateway is closed');
});
