/** What commands say of clusters without one: the kubeconfig, a context that is not there, a server that is not. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { clustersCommand } from '../../../src/cli/commands/clusters.ts';
import { routeCommand } from '../../../src/cli/commands/route.ts';
import { topologyCommand } from '../../../src/cli/commands/topology.ts';
import { type CommandRun, commandRun } from '../../unit/cli/command-run.ts';

let folder: string;
let kubeconfig: string;

/** A port that nobody listens on: it was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'meshlens-cli-'));
  kubeconfig = path.join(folder, 'config');
  await writeFile(
    kubeconfig,
    `apiVersion: v1
kind: Config
current-context: away
clusters: [{name: away, cluster: {server: "http://127.0.0.1:${await freePort()}"}}]
users: [{name: me, user: {token: canary-token}}]
contexts:
- {name: away, context: {cluster: away, user: me, namespace: shop}}
- {name: broken, context: {cluster: nowhere, user: me}}
`,
  );
});
after(() => rm(folder, { recursive: true }));

async function run(...args: readonly string[]): Promise<CommandRun> {
  const commands = [clustersCommand, routeCommand, topologyCommand];
  const ran = await commandRun(commands, [...args, '--kubeconfig', kubeconfig], { cwd: folder });
  assert.doesNotMatch(ran.out + ran.err, /canary/);
  return ran;
}

test('as a process: waits until it knows that a server is away, says so and ends with 3', async () => {
  const main = path.resolve(import.meta.dirname, '../../../src/cli/main.ts');
  for (const command of ['topology', 'proxy']) {
    const child = spawn(process.execPath, [main, command, '--context', 'away', '--kubeconfig', kubeconfig], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    const code = await new Promise((resolve) => child.once('close', resolve));
    assert.equal(code, 3, err);
    assert.match(err, /127\.0\.0\.1:\d+/);
    assert.doesNotMatch(err, /canary|Warning|at file:/);
  }
});

test('a kubeconfig of which nothing can be read is unreadable input', async () => {
  const good = kubeconfig;
  kubeconfig = path.join(folder, 'torn');
  try {
    await writeFile(kubeconfig, '{{{');
    const { code, err } = await run('clusters');
    assert.equal(code, 2);
    assert.match(err, /torn is not valid YAML/);
  } finally {
    kubeconfig = good;
  }
});

test('lists contexts, the current one marked, with what is wrong', async () => {
  const { code, out } = await run('clusters');
  assert.equal(code, 0);
  assert.match(out, /^\* away {2}http:\/\/127\.0\.0\.1:\d+, namespace shop, by token\n/);
  assert.match(out, /\n {2}broken .*nowhere/);
});

test('a server that is away is exit code 3', async () => {
  const { code, err } = await run('route', '--context', 'away', '--from', 'shop/till', '--to', 'books:80');
  assert.equal(code, 3);
  assert.match(err, /127\.0\.0\.1:\d+/);
});

test('a context that cannot be used is exit code 3, with the reason', async () => {
  const { code, err } = await run('topology', '--context', 'broken');
  assert.equal(code, 3);
  assert.match(err, /names the cluster “nowhere”/);
});

test('a context that is not there is wrong usage', async () => {
  const { code, err } = await run('topology', '--context', 'other');
  assert.equal(code, 2);
  assert.match(err, /There is no context other in .*config/);
});
