import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as net from 'node:net';
import path from 'node:path';
import { createTunnels } from '../../src/engine/dataplane/tunnels/create-tunnels.ts';
import { download, upload } from '../cluster/bulk-data.ts';
import { dialerOf, kubectlPortForward, podTarget, startPod } from '../cluster/port-forward.ts';
import { realClusterMissing, startRealCluster, type RealCluster } from '../cluster/real-cluster.ts';
import { digits, median, type BenchRow } from './table.ts';

const rounds = 7;
const size = 128 * 1024 * 1024;
const connectionsARound = 20;

/** Milliseconds from a connect until the pod has answered one byte. */
async function firstByte(to: net.NetConnectOpts): Promise<number> {
  const startedAt = performance.now();
  const socket = net.connect(to);
  socket.write('.');
  await once(socket, 'data');
  const took = performance.now() - startedAt;
  socket.destroy();
  return took;
}

async function connections(to: net.NetConnectOpts): Promise<number> {
  const taken: number[] = [];
  for (let i = 0; i < connectionsARound; i++) taken.push(await firstByte(to));
  return median(taken);
}

/** Port-forward of our own beside kubectl's, to the same process behind a pod of a real API server, rounds interleaved. */
export async function benchTunnels(): Promise<readonly BenchRow[]> {
  if (realClusterMissing !== false) throw new Error(realClusterMissing);
  const program = spawn(process.execPath, [path.join(import.meta.dirname, 'subjects/bulk-pod.ts'), String(size)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(program, 'exit');
  const cluster = await startRealCluster({ withoutCrds: true, nodes: 1 });
  try {
    const [said] = (await once(program.stdout, 'data')) as [Buffer];
    const [send = 0, take = 0, echo = 0] = said.toString().trim().split(' ').map(Number);
    await startPod(cluster, 'bulk', { 1: send, 2: take, 3: echo });
    return await measure(cluster);
  } finally {
    program.kill();
    await gone;
    await cluster.stop();
  }
}

async function measure(cluster: RealCluster): Promise<readonly BenchRow[]> {
  using dial = await dialerOf(cluster);
  const tunnels = createTunnels({ dial });
  const kubectl = [];
  try {
    const ways: {
      ours: net.NetConnectOpts;
      kubectl: net.NetConnectOpts;
      run: (to: net.NetConnectOpts) => Promise<number>;
    }[] = [];
    const runs = [
      (to: net.NetConnectOpts) => download(to, size),
      (to: net.NetConnectOpts) => upload(to, size),
      connections,
    ];
    for (const [index, run] of runs.entries()) {
      const forward = await kubectlPortForward(cluster, 'bulk', index + 1);
      kubectl.push(forward);
      ways.push({
        ours: { path: await tunnels.open(String(index), [podTarget('bulk', index + 1)]) },
        kubectl: { host: '127.0.0.1', port: forward.port },
        run,
      });
    }
    const results = [];
    for (const { run, ...way } of ways) {
      // What is compiled and cached on the way is paid by nobody.
      await run(way.ours);
      await run(way.kubectl);
      const ours: number[] = [];
      const theirs: number[] = [];
      for (let round = 0; round < rounds; round++) {
        ours.push(await run(way.ours));
        theirs.push(await run(way.kubectl));
      }
      results.push({ ours: median(ours), kubectl: median(theirs) });
    }
    const [down, up, first] = results;
    const rate = (what: string, result = { ours: NaN, kubectl: NaN }): BenchRow => ({
      what,
      ours: `${digits(result.ours)} MB/s (${digits(result.ours / result.kubectl, 2)} ×)`,
      peer: `kubectl port-forward ${digits(result.kubectl)} MB/s`,
      budget: "≥ kubectl's",
      met: result.ours >= result.kubectl,
    });
    return [
      rate('bytes from a pod through port-forward, one stream', down),
      rate('bytes into a pod through port-forward, one stream', up),
      {
        what: 'new connection into a pod until its first byte',
        ours: `${digits(first?.ours ?? NaN)} ms`,
        peer: `kubectl port-forward ${digits(first?.kubectl ?? NaN)} ms`,
        budget: '≤ 50 ms',
        met: (first?.ours ?? Infinity) <= 50,
      },
    ];
  } finally {
    await tunnels.dispose();
    for (const forward of kubectl) await forward.stop();
  }
}
