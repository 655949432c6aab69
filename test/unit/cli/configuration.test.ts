/** Which configuration file `meshlens analyze` goes by. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { analyzeCommand } from '../../../src/cli/commands/analyze.ts';
import { fieldOf, listOf, valueAt } from '../../../src/shared/untrusted.ts';
import { commandRun } from './command-run.ts';

let folder = '';

const route = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart}
spec:
  hosts: [cart.example.com]
  http:
    - route: [{destination: {host: cartt.shop.svc.corp.example}}]
---
apiVersion: v1
kind: Service
metadata: {name: cart}
spec: {ports: [{name: http, port: 80}]}
`;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'meshlens-configuration-'));
  const files: Readonly<Record<string, string>> = {
    '.meshlensrc.yaml': 'rules: {unknown-host: off}',
    'project/.git/HEAD': '',
    'project/.meshlensrc.yaml':
      'rules: {unknown-host: warning}\nmesh: {clusterDomain: corp.example, defaultNamespace: shop}',
    'project/app/route.yaml': route,
    'project/strict/.meshlensrc.yaml': 'mesh: {clusterDomain: other.example}',
    'project/strict/route.yaml': route,
    'bare/.git/HEAD': '',
    'bare/route.yaml': route,
    'broken.yaml': 'rules:\n  unknown-host: loud\n',
    'torn.yaml': 'rules: {unknown-host: off}\n: [\n',
    'vain/.meshlensrc.yaml': 'rules: {no-such-rule: off}',
    'odd.yaml':
      'rules:\n  unknown-host: hint\n  no-such-rule: off\nmesh: {clusterDomain: corp.example, defaultNamespace: shop}',
    'quiet.yaml': 'rules: {no-such-rule: off, configuration-without-effect: off}',
    'hints.yaml': 'rules: {unknown-host: hint}\nmesh: {clusterDomain: corp.example, defaultNamespace: shop}',
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
});
after(() => rm(folder, { recursive: true, force: true }));

async function analyze(
  cwd: string,
  args: readonly string[],
  input = '',
): Promise<{
  readonly code: number;
  readonly found: readonly string[];
  /** File and line of each. */
  readonly places: readonly string[];
  readonly documents: unknown;
  readonly err: string;
}> {
  const { code, out, err } = await commandRun([analyzeCommand], ['analyze', ...args, '--format', 'json'], {
    cwd: path.join(folder, cwd),
    input,
  });
  const result: unknown = out === '' ? {} : JSON.parse(out);
  const found = listOf(fieldOf(result, 'diagnostics')).map(
    (each) => `${String(fieldOf(each, 'severity'))} ${String(fieldOf(each, 'rule'))}`,
  );
  const places = listOf(fieldOf(result, 'diagnostics')).map((each) => {
    const name = String(fieldOf(each, 'uri')).split('/').at(-1) ?? '';
    return `${name}:${String(Number(valueAt(each, ['range', 'start', 'line'])) + 1)}`;
  });
  return { code, found, places, documents: fieldOf(result, 'documents'), err };
}

const warning = ['warning unknown-host'];
const cases: readonly (readonly [string, string, readonly string[], readonly string[]])[] = [
  ['the folder analyzed', 'project', ['app'], warning],
  ['a file below the configuration, from elsewhere', '', ['project/app/route.yaml'], warning],
  ['a glob', '', ['project/app/*.yaml'], warning],
  ['below the folder it lies in', 'project/app', [], warning],
  ['not beyond the folder of the repository', 'bare', [], []],
  ['the command line counts before it', 'project', ['app', '--rule', 'IST0101=error'], ['error unknown-host']],
  ['nor does its namespace count then', 'project', ['app', '--namespace', 'other'], []],
  ['a file that is named', 'project', ['app', '--config', '../hints.yaml'], ['hint unknown-host']],
  [
    'no file',
    'project',
    ['app', '--config', 'none', '--cluster-domain', 'corp.example', '--namespace', 'shop'],
    ['error unknown-host'],
  ],
];
for (const [name, cwd, args, expected] of cases) {
  test(name, async () => {
    const { found, documents, err } = await analyze(cwd, args);
    assert.deepEqual([found, documents, err], [expected, 2, '']);
  });
}

test('standard input goes by the folder it is read in', async () => {
  assert.deepEqual((await analyze('project', ['-'], route)).found, warning);
});

test('warnings of the file count for --fail-on like others', async () => {
  assert.equal((await analyze('project', ['app'])).code, 0);
  assert.equal((await analyze('project', ['app', '--fail-on', 'warning'])).code, 1);
});

test('a configuration that cannot be read ends with 2', async () => {
  const { code, err } = await analyze('project', ['--config', 'nowhere.yaml']);
  assert.equal(code, 2);
  assert.match(err, /nowhere\.yaml/);
});

test('a configuration that says something else than it seems to ends with 2, and says where', async () => {
  for (const [name, line] of [
    ['broken.yaml', 2],
    ['torn.yaml', 2],
  ] as const) {
    const { code, err } = await analyze('project', ['--config', `../${name}`]);
    assert.equal(code, 2, name);
    assert.match(err, new RegExp(`${name}, line ${String(line)}: .`));
  }
});

test('what a named configuration says in vain is told at its place, and ends nothing', async () => {
  const { code, found, places } = await analyze('project', ['app', '--config', '../odd.yaml']);
  assert.deepEqual([code, found], [0, ['warning configuration-without-effect', 'hint unknown-host']]);
  assert.deepEqual(places, ['odd.yaml:3', 'route.yaml:7']);
});

test('a named configuration has a say in its own findings, and the command line after it', async () => {
  assert.deepEqual((await analyze('bare', ['--config', '../quiet.yaml'])).found, []);
  const { found } = await analyze('bare', ['--config', '../quiet.yaml', '--rule', 'MESH9004=hint']);
  assert.deepEqual(found, ['hint configuration-without-effect']);
});

test('a configuration that is named and among the files has its findings once', async () => {
  const { found } = await analyze('vain', ['--config', '.meshlensrc.yaml']);
  assert.deepEqual(found, ['warning configuration-without-effect']);
});
