/** However the engine dies, nothing of its mesh is left, and the next engine goes on where it was. */
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import type { LocalMeshStatus } from '../../../src/shared/local-mesh.ts';
import { isRunning } from '../registry/process-probe.ts';
import { until } from '../until.ts';
import { pipeHolder } from './pipe-holder.ts';
import { accepts, descendantsOf, EngineProcess } from './engine-process.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const rounds = Number(process.env.MESHLENS_KILL_ROUNDS ?? 5);

/** From the death of the engine: the reaper gives processes a second to end, and a busy machine takes its time. */
const endPatience = 20_000;
const startPatience = 90_000;
/** From the death of the engine to its mesh running again. */
const readyPatience = 15_000;

interface Traces {
  readonly pids: readonly number[];
  readonly ports: readonly number[];
}

// Processes are looked up in /proc.
describe('the death of the engine', { skip: process.platform !== 'linux', timeout: (rounds + 6) * 120_000 }, () => {
  let folder = '';
  let storage = '';
  let engine: EngineProcess | undefined;
  /** Processes that only hold pipes open; the engine does not know them. */
  const holders: number[] = [];

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'meshlens-death-'));
    storage = path.join(folder, '.storage');
    await cp(path.join(root, 'samples/bookinfo'), folder, { recursive: true });
    const file = path.join(folder, 'meshlens.yaml');
    const text = await readFile(file, 'utf8');
    // Any port, as others may use the one of the sample.
    await writeFile(file, text.replace(/port: 8080/, 'port: 0'));
  });

  afterEach(() => {
    for (const pid of holders.splice(0)) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
    engine?.dispose();
    engine = undefined;
  });

  after(() => rm(folder, { recursive: true, force: true }));

  const start = async (parent?: 'own' | 'shared'): Promise<EngineProcess> => {
    const started = new EngineProcess(parent);
    engine = started;
    await started.open(folder, storage);
    return started;
  };

  const running = (of: EngineProcess): Promise<LocalMeshStatus> =>
    until(
      'the mesh runs',
      async () => {
        const status = await of.request('mesh/local/status', {});
        assert.notEqual(status.phase, 'failed', status.message);
        return status.phase === 'running' ? status : undefined;
      },
      startPatience,
    );

  /** Every process and every port of the engine and its mesh. */
  const tracesOf = async (of: EngineProcess, status: LocalMeshStatus): Promise<Traces> => {
    const instances = status.workloads.flatMap((workload) => workload.instances);
    const environments = await Promise.all(
      ['laptop', ...status.workloads.filter(({ kind }) => kind === 'process').map(({ name }) => name)].map((workload) =>
        of.request('mesh/proxyEnvironment', { workload }),
      ),
    );
    const addresses = [
      ...instances.flatMap(({ address, inbound }) => [address, inbound]),
      ...Object.values(status.endpoints.gateways),
      status.endpoints.registry,
      status.endpoints.metrics,
      status.endpoints.otlp,
      ...environments.map(({ HTTP_PROXY }) => HTTP_PROXY),
    ];
    const ports = addresses.flatMap((address) => {
      const port = /:(\d+)(\/|$)/.exec(address ?? '')?.[1];
      return port === undefined ? [] : [Number(port)];
    });
    const pids = descendantsOf(of.child.pid ?? 0).filter((pid) => !isPipeHolder(pid));
    const known = instances.flatMap(({ pid }) => pid ?? []);
    // Eight processes of Bookinfo, and the reaper beside them.
    assert.equal(known.length, 8);
    for (const pid of known) assert.ok(pids.includes(pid), `process ${pid} is a descendant`);
    assert.ok(pids.length >= known.length + 1, 'the reaper is there');
    assert.ok(ports.length >= 20);
    for (const port of ports) assert.ok(await accepts(port), `port ${port} is open`);
    return { pids: [...pids, of.child.pid ?? 0], ports: [...new Set(ports)] };
  };

  /** Gives how long it took, milliseconds. */
  const allGone = async ({ pids, ports }: Traces): Promise<number> => {
    const since = performance.now();
    await until('no process is left', () => !pids.some(isRunning), endPatience);
    await until(
      'no listener is left',
      async () => !(await Promise.all(ports.map(accepts))).includes(true),
      endPatience,
    );
    return Math.round(performance.now() - since);
  };

  const deaths: readonly {
    readonly how: string;
    readonly parent?: 'own' | 'shared';
    /** What its owner is told where the engine ends by itself, in order. */
    readonly exitCode?: number;
    readonly end: (of: EngineProcess) => void;
  }[] = [
    { how: 'SIGKILL', end: ({ child }) => void child.kill('SIGKILL') },
    { how: 'SIGTERM', exitCode: 0, end: ({ child }) => void child.kill('SIGTERM') },
    { how: 'its standard input is closed', exitCode: 0, end: ({ child }) => void child.stdin.end() },
    { how: 'its parent is killed', parent: 'own', end: ({ child }) => void child.kill('SIGKILL') },
    {
      how: 'its parent is killed, and somebody else holds its pipes',
      parent: 'shared',
      end: ({ child }) => void child.kill('SIGKILL'),
    },
  ];
  for (const { how, parent, exitCode, end } of deaths) {
    test(`${how}: every process is gone, every listener closed`, async (t) => {
      const current = await start(parent);
      const traces = await tracesOf(current, await running(current));
      holders.push(...descendantsOf(current.child.pid ?? 0).filter(isPipeHolder));
      assert.equal(holders.length, parent === 'shared' ? 1 : 0);
      end(current);
      const ms = await allGone(traces);
      if (exitCode !== undefined) {
        await until('its exit is told', () => current.child.exitCode !== null || current.child.signalCode !== null);
        assert.equal(current.child.exitCode, exitCode);
      }
      t.diagnostic(`${traces.pids.length} processes and ${traces.ports.length} ports gone after ${ms} ms`);
    });
  }

  test('what a person had stopped stays stopped after a kill, and all else runs', async () => {
    const killed = await start();
    await running(killed);
    await killed.request('mesh/service/stop', { name: 'ratings' });
    killed.child.kill('SIGKILL');
    const current = await start();
    killed.dispose();
    const status = await running(current);
    const states = status.workloads.flatMap(({ name, instances }) => instances.map(({ state }) => `${name} ${state}`));
    assert.deepEqual(states.filter((state) => !state.endsWith(' ready')).toSorted(), [
      'ratings-v1 stopped',
      'ratings-v1 stopped',
    ]);
    // The next mesh of this folder shall have all its processes.
    await current.request('mesh/service/start', { name: 'ratings' });
    await until('ratings run', async () => {
      const { workloads } = await current.request('mesh/local/status', {});
      return workloads.flatMap(({ instances }) => instances).every(({ state }) => state === 'ready');
    });
    current.child.stdin.end();
    await until('its exit is told', () => current.child.exitCode !== null);
  });

  test(`killed ${rounds} times: each time it answers again, the mesh runs again, and nothing is left`, async (t) => {
    const answered: number[] = [];
    const ready: number[] = [];
    let current = await start();
    let status = await running(current);
    for (let round = 0; round < rounds; round += 1) {
      const traces = await tracesOf(current, status);
      current.child.kill('SIGKILL');
      const killedAt = performance.now();
      const previous = current;
      // At once, as an editor does: while the reaper is still ending what the last one left.
      current = await start();
      previous.dispose();
      const first = await current.request('mesh/local/status', {});
      answered.push(performance.now() - killedAt);
      assert.equal(first.name === '' || first.name === 'bookinfo', true);
      status = await running(current);
      ready.push(performance.now() - killedAt);
      await allGone({ pids: traces.pids, ports: [] });
      const gateway = status.endpoints.gateways.ingress ?? '';
      await until('the gateway answers', async () => (await statusOf(`${gateway}/productpage`)) === 200);
      assert.equal(
        status.workloads.flatMap(({ instances }) => instances).every(({ state }) => state === 'ready'),
        true,
      );
      const events = await current.request('mesh/events', {});
      assert.ok(events.some(({ kind }) => kind === 'engine-restarted'));
    }
    const traces = await tracesOf(current, status);
    current.child.stdin.end();
    await allGone(traces);
    const times = (values: readonly number[]): string => {
      const sorted = values.toSorted((left, right) => left - right);
      return `median ${Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0)} ms, max ${Math.round(sorted.at(-1) ?? 0)} ms`;
    };
    // What a person waits for is measured by the bench; this only bounds it, on machines that do other things as well.
    const longest = Math.max(...ready);
    assert.ok(longest < readyPatience, `the mesh ran again only after ${Math.round(longest)} ms`);
    t.diagnostic(`${rounds} rounds; engine answers: ${times(answered)}; mesh runs: ${times(ready)}`);
  });
});

function isPipeHolder(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(pipeHolder);
  } catch {
    return false;
  }
}

function statusOf(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    http
      .get(url, { agent: false }, (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
      })
      .on('error', reject);
  });
}
