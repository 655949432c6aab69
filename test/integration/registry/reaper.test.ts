import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, describe, test } from 'node:test';
import { ReaperClient } from '../../../src/engine/discovery/registry/reaper-client.ts';
import { isRunning } from './process-probe.ts';
import { until } from '../until.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'reaper-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Ignores SIGTERM; starts a child in its group and one in a session of its own; both go on for ever. */
const tree = path.join(folder, 'tree.mjs');
writeFileSync(
  tree,
  `import { spawn } from 'node:child_process';
   process.on('SIGTERM', () => {});
   const forever = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)";
   const child = spawn(process.execPath, ['-e', forever], { stdio: 'ignore' });
   const stray = spawn(process.execPath, ['-e', forever], { stdio: 'ignore', detached: true });
   console.log('parent ' + process.pid);
   console.log('child ' + child.pid);
   console.log('stray ' + stray.pid);
   setInterval(() => {}, 1000);`,
);

/** What a failing test would leave behind. */
const started: number[] = [];
afterEach(() => {
  for (const pid of started.splice(0)) {
    if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  }
});

interface StandIn {
  readonly engine: ChildProcess;
  readonly pids: ReadonlyMap<string, readonly number[]>;
}

/** Starts an engine with two instances of the tree and waits until all of them are named. */
async function startStandIn(): Promise<StandIn> {
  const script = path.join(import.meta.dirname, 'engine-stand-in.ts');
  const engine = spawn(process.execPath, [script, `node ${tree}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  const pids = new Map<string, number[]>();
  const own = engine.pid;
  assert.ok(own !== undefined);
  let output = '';
  engine.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  await until('every process is named', () => {
    pids.clear();
    for (const [, name = '', pid] of output.matchAll(/^(\w+) (\d+)$/gm)) {
      pids.set(name, [...(pids.get(name) ?? []), Number(pid)]);
    }
    started.push(...[...pids.values()].flat(), own);
    return pids.get('stray')?.length === 2 && pids.get('child')?.length === 2 && pids.has('reaper');
  });
  return { engine, pids };
}

function childrenOf(parent: number): readonly number[] {
  const text = readFileSync(`/proc/${parent}/task/${parent}/children`, 'latin1');
  return text.trim().split(' ').map(Number);
}

function commandOf(pid: number): string {
  return isRunning(pid) ? readFileSync(`/proc/${pid}/cmdline`, 'latin1') : '';
}

const skip = process.platform === 'linux' ? false : 'processes that leave their group are found on Linux only';

describe('when the engine dies', { skip }, () => {
  for (const signal of ['SIGKILL', 'SIGTERM', 'SIGABRT'] as const) {
    test(`by ${signal} nothing it started survives`, async () => {
      const { engine, pids } = await startStandIn();
      const all = [...pids.values()].flat();
      assert.deepEqual(
        all.filter((pid) => !isRunning(pid)),
        [],
      );
      engine.kill(signal);
      await until('all are gone, the reaper too', () => !all.some(isRunning));
    });
  }

  test('SIGTERM sent to the reaper does not take it away', async () => {
    const { engine, pids } = await startStandIn();
    const all = [...pids.values()].flat();
    const [reaper = 0] = pids.get('reaper') ?? [];
    process.kill(reaper, 'SIGTERM');
    engine.kill('SIGKILL');
    await until('all are gone, the reaper too', () => !all.some(isRunning));
  });

  test('a reaper that was killed is replaced, and the new one knows the groups', async () => {
    const { engine, pids } = await startStandIn();
    const [reaper = 0] = pids.get('reaper') ?? [];
    process.kill(reaper, 'SIGKILL');
    await until('a new one runs', () =>
      childrenOf(engine.pid ?? 0).some((pid) => pid !== reaper && commandOf(pid).includes('reaper.ts')),
    );
    const all = [...pids.values()].flat();
    engine.kill('SIGKILL');
    await until('all are gone', () => !all.some(isRunning));
  });

  test('an orderly end takes what is left along', async () => {
    const { engine, pids } = await startStandIn();
    const all = [...pids.values()].flat();
    engine.kill('SIGUSR2');
    await until('all are gone', () => !all.some(isRunning));
  });
});

test('a reaper without groups ends with its client', async () => {
  const client = new ReaperClient();
  const { pid } = client;
  assert.ok(pid !== undefined && isRunning(pid));
  await client.close();
  assert.equal(isRunning(pid), false);
});

test('groups that were taken back are left alone', async () => {
  const client = new ReaperClient();
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
  const pid = child.pid ?? 0;
  client.add(pid);
  client.remove(pid);
  await client.close();
  assert.ok(isRunning(pid));
  child.kill('SIGKILL');
});
