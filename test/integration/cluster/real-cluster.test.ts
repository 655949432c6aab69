/** The harness itself: what other tests lean on. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { realClusterMissing } from '../../cluster/real-cluster.ts';
import { isRunning } from '../registry/process-probe.ts';
import { until } from '../until.ts';

const module = pathToFileURL(path.resolve(import.meta.dirname, '../../cluster/real-cluster.ts')).href;

test('a cluster ends with the test process, even one that is killed', { skip: realClusterMissing }, async () => {
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `const { startRealCluster } = await import(${JSON.stringify(module)});
       const cluster = await startRealCluster({ withoutCrds: true });
       await cluster.apply('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"kept","namespace":"default"}}');
       await cluster.restartApiServer();
       console.log(JSON.stringify([cluster.folder, (await cluster.kubectl('get', 'configmap', 'kept', '-o', 'name')).trim()]));
       setInterval(() => {}, 1000);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    const line = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()));
      child.once('exit', () => reject(new Error('The process that holds the cluster ended.')));
    });
    const [folder, kept] = JSON.parse(line) as [string, string];
    assert.equal(kept, 'configmap/kept');
    const pids = (await readFile(path.join(folder, 'pids'), 'utf8'))
      .split('\n')
      .filter((entry) => entry !== '')
      .map((entry) => Number(entry.split(' ')[0]));
    assert.equal(pids.length, 5);
    assert.deepEqual(pids.filter(isRunning), pids);
    // A program that one of them left behind, as an agent that is killed leaves its Envoy.
    const left = spawn('sleep', ['600'], { cwd: folder, detached: true, stdio: 'ignore' });
    child.kill('SIGKILL');
    await until('the end of its processes', () => ![...pids, left.pid ?? 0].some(isRunning));
    await until('the end of its folder', () => !existsSync(folder));
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
});
