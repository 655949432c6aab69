import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LocalMeshStatus } from '../../src/shared/local-mesh.ts';
import { EngineProcess } from '../integration/engine/engine-process.ts';
import { until } from '../integration/until.ts';
import { median, type BenchRow } from './table.ts';

const root = path.resolve(import.meta.dirname, '../..');
const kills = 20;
/** For reports and traffic of the mesh before the next kill. */
const calmMs = 2000;

async function runningMesh(engine: EngineProcess): Promise<LocalMeshStatus> {
  return await until(
    'the mesh runs',
    async () => {
      const status = await engine.request('mesh/local/status', {});
      const instances = status.workloads.flatMap((workload) => workload.instances);
      return status.phase === 'running' && instances.every(({ state }) => state === 'ready') ? status : undefined;
    },
    60_000,
  );
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

const seconds = (ms: number): string => (ms / 1000).toFixed(2);

/** From SIGKILL of the bundled engine until every service of the demo mesh is ready and the page is served again. */
export async function benchRestart(): Promise<readonly BenchRow[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'meshlens-bench-'));
  const storage = path.join(folder, '.storage');
  await cp(path.join(root, 'samples/bookinfo'), folder, { recursive: true });
  const file = path.join(folder, 'meshlens.yaml');
  await writeFile(file, (await readFile(file, 'utf8')).replace('port: 8080', 'port: 0'));
  const start = async (): Promise<EngineProcess> => {
    const engine = new EngineProcess(undefined, path.join(root, 'dist/meshlens.js'));
    await engine.open(folder, storage);
    return engine;
  };
  let engine = await start();
  try {
    await runningMesh(engine);
    const answered: number[] = [];
    const running: number[] = [];
    for (let kill = 0; kill < kills; kill += 1) {
      await new Promise((resolve) => setTimeout(resolve, calmMs));
      const killed = engine;
      const killedAt = performance.now();
      killed.child.kill('SIGKILL');
      engine = await start();
      killed.dispose();
      await engine.request('mesh/local/status', {});
      answered.push(performance.now() - killedAt);
      const { endpoints } = await runningMesh(engine);
      const page = `${endpoints.gateways.ingress ?? ''}/productpage`;
      await until('the page is served', async () => (await statusOf(page)) === 200);
      running.push(performance.now() - killedAt);
    }
    const longest = Math.max(...running);
    return [
      {
        what: `engine killed → it answers → the demo mesh runs and serves, median and longest of ${kills}`,
        ours: `${seconds(median(answered))} → ${seconds(median(running))} s, ${seconds(Math.max(...answered))} → ${seconds(longest)} s`,
        peer: '–',
        budget: 'always < 2 s',
        met: longest < 2000,
      },
    ];
  } finally {
    engine.child.stdin.end();
    await new Promise((resolve) => engine.child.once('exit', resolve));
    engine.dispose();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
