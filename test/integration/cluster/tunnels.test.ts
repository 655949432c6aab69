/** Tunnels into pods of a real cluster: through its API server and a kubelet's port-forward, beside kubectl. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import * as http from 'node:http';
import * as net from 'node:net';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { createTunnels } from '../../../src/engine/dataplane/tunnels/create-tunnels.ts';
import type { TunnelEvent, Tunnels } from '../../../src/engine/dataplane/tunnels/tunnels.ts';
import { download, serveDownloads, serveUploads, upload } from '../../cluster/bulk-data.ts';
import { dialerOf, kubectlPortForward, podTarget, startPod } from '../../cluster/port-forward.ts';
import { realClusterMissing, startRealCluster, type RealCluster } from '../../cluster/real-cluster.ts';
import { until } from '../until.ts';

const bulk = 64 * 1024 * 1024;

describe('tunnels into a real cluster', { skip: realClusterMissing }, () => {
  let cluster: RealCluster;
  let tunnels: Tunnels;
  const events: TunnelEvent[] = [];
  const servers: net.Server[] = [];
  const cleanup = new Set<net.Socket>();
  const echoing = new Set<net.Socket>();
  const disposables: Disposable[] = [];
  let echoPort = 0;

  async function serve(onSocket: (socket: net.Socket) => void): Promise<number> {
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined);
      cleanup.add(socket);
      socket.once('close', () => cleanup.delete(socket));
      onSocket(socket);
    });
    servers.push(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return (server.address() as net.AddressInfo).port;
  }

  /** Sends, reads as much, and leaves. */
  async function echo(path: string, sent: Buffer): Promise<Buffer> {
    const socket = net.connect(path);
    socket.on('error', () => undefined);
    socket.write(sent);
    const chunks: Buffer[] = [];
    let length = 0;
    try {
      for await (const chunk of socket) {
        chunks.push(chunk as Buffer);
        length += (chunk as Buffer).length;
        if (length >= sent.length) break;
      }
    } catch {
      // What came until then is the answer.
    }
    socket.destroy();
    return Buffer.concat(chunks);
  }

  const isEchoing = async (path: string): Promise<boolean> => String(await echo(path, Buffer.from('ping'))) === 'ping';
  const settled = (): Promise<unknown> => until('the end of all streams', () => tunnels.streams === 0);

  before(async () => {
    cluster = await startRealCluster({ withoutCrds: true, nodes: 1 });
    const dial = await dialerOf(cluster);
    const dialAsGuest = await dialerOf(cluster, 'guest');
    disposables.push(dial, dialAsGuest);
    tunnels = createTunnels({
      dial: (target, refused) => (target.context === 'guest' ? dialAsGuest : dial)(target, refused),
    });
    tunnels.onEvent((event) => events.push(event));
    echoPort = await serve((socket) => {
      echoing.add(socket);
      socket.once('close', () => echoing.delete(socket));
      // kwok's kubelet keeps its connection to the program until that closes it; a real one closes it after a second.
      socket.setTimeout(2000, () => socket.destroy()).pipe(socket);
    });
    const web = http.createServer(
      (request, response) => void response.end(`${request.method ?? ''} ${request.url ?? ''}`),
    );
    servers.push(web);
    await once(web.listen(0, '127.0.0.1'), 'listening');
    await startPod(cluster, 'app', {
      80: (web.address() as net.AddressInfo).port,
      7: echoPort,
      9: 1,
      5001: await serve(serveDownloads),
      5002: await serve(serveUploads(bulk)),
    });
    const path = await tunnels.open('echo', [podTarget('app', 7)]);
    await until('the pod to answer', () => isEchoing(path));
  });

  after(async () => {
    await tunnels?.dispose();
    for (const disposable of disposables) disposable[Symbol.dispose]();
    for (const server of servers) server.close();
    for (const socket of cleanup) socket.destroy();
    await cluster?.stop();
  });

  test('an HTTP client reaches a process behind a pod by the path of a socket', async () => {
    const socketPath = await tunnels.open('web', [podTarget('app', 80)]);
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      http.get({ socketPath, path: '/metrics?x=1', agent: false }, resolve).on('error', reject);
    });
    let body = '';
    for await (const chunk of response) body += String(chunk);
    assert.equal(body, 'GET /metrics?x=1');
    await settled();
  });

  test('200 streams at once, byte for byte', async () => {
    const path = await tunnels.open('echo', [podTarget('app', 7)]);
    const same = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const sent = randomBytes(60_000);
        const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
        return hash(await echo(path, sent)) === hash(sent);
      }),
    );
    assert.equal(same.filter(Boolean).length, 200);
    await settled();
  });

  test('bulk data beside kubectl, while another reader stalls', async (t) => {
    const down = await tunnels.open('download', [podTarget('app', 5001)]);
    const up = await tunnels.open('upload', [podTarget('app', 5002)]);
    const stalled = net.connect(down);
    stalled.on('error', () => undefined);
    stalled.write('1000000000000\n');
    await once(stalled, 'readable');
    await download({ path: down }, bulk);
    const before = process.memoryUsage.rss();
    const kubectlDown = await kubectlPortForward(cluster, 'app', 5001);
    const kubectlUp = await kubectlPortForward(cluster, 'app', 5002);
    try {
      const rates = { ours: [0, 0], kubectl: [0, 0] };
      for (let round = 0; round < 2; round++) {
        const measured = {
          ours: [await download({ path: down }, bulk), await upload({ path: up }, bulk)],
          kubectl: [
            await download({ host: '127.0.0.1', port: kubectlDown.port }, bulk),
            await upload({ host: '127.0.0.1', port: kubectlUp.port }, bulk),
          ],
        };
        for (const who of ['ours', 'kubectl'] as const) {
          rates[who] = rates[who].map((best, index) => Math.max(best, measured[who][index] ?? 0));
        }
      }
      const [ourDown = 0, ourUp = 0] = rates.ours;
      const [theirDown = 0, theirUp = 0] = rates.kubectl;
      t.diagnostic(
        `down ${ourDown.toFixed(0)} MB/s, kubectl ${theirDown.toFixed(0)}, ratio ${(ourDown / theirDown).toFixed(2)}; ` +
          `up ${ourUp.toFixed(0)} MB/s, kubectl ${theirUp.toFixed(0)}, ratio ${(ourUp / theirUp).toFixed(2)}`,
      );
      // The bench holds the bar; how a busy machine shares its processors among threads says nothing.
      assert.ok(ourDown > 2 && ourUp > 2, 'bytes hardly move');
      const growth = process.memoryUsage.rss() - before;
      assert.ok(growth < 96 * 1024 * 1024, `memory grew by ${(growth / 1e6).toFixed(0)} MB`);
    } finally {
      await kubectlDown.stop();
      await kubectlUp.stop();
      stalled.destroy();
    }
    await settled();
  });

  test('what is wrong is told in words: no rights, no pod, nothing listens', async () => {
    const failureOf = async (name: string, target: Parameters<Tunnels['open']>[1][number]): Promise<string> => {
      const path = await tunnels.open(name, [target]);
      assert.equal(String(await echo(path, Buffer.from('ping'))), '');
      const event = await until('the event', () => events.find((each) => each.name === name && each.kind === 'failed'));
      return event.message ?? '';
    };
    assert.match(
      await failureOf('guest', podTarget('app', 7, 'guest')),
      /^User guest of guest lacks the verb (get|create) on pods\/portforward in namespace default\. Ask an administrator/,
    );
    assert.equal(
      await failureOf('missing', podTarget('no-such-pod', 7)),
      'Pod no-such-pod in namespace default does not exist any more.',
    );
    assert.match(
      await failureOf('refused', podTarget('app', 9)),
      /^Nothing listens on port 9 of pod app in namespace default\./,
    );
  });

  test('a pod that is replaced: new connections reach the new one', async () => {
    await startPod(cluster, 'old', { 7: echoPort });
    const path = await tunnels.open('replaced', [podTarget('old', 7), podTarget('fresh', 7)]);
    await until('the first pod to answer', () => isEchoing(path));
    await cluster.kubectl('delete', 'pod', 'old', '--force', '--grace-period=0');
    await startPod(cluster, 'fresh', { 7: echoPort });
    await until('the new pod to answer', () => isEchoing(path));
    for (let i = 0; i < 5; i++) assert.ok(await isEchoing(path));
    await startPod(cluster, 'old', { 7: echoPort });
    const again = await tunnels.open('again', [podTarget('old', 7)]);
    await until('the pod of the same name to answer', () => isEchoing(again));
  });

  test('50 rounds leave no socket behind', { skip: process.platform !== 'linux' }, async () => {
    const path = await tunnels.open('echo', [podTarget('gone', 7), podTarget('app', 9), podTarget('app', 7)]);
    const descriptors = (): number => readdirSync('/proc/self/fd').length;
    const round = async (): Promise<void> => {
      for (const ok of await Promise.all([1, 2, 3].map(() => isEchoing(path)))) assert.ok(ok);
    };
    await round();
    await settled();
    await until('the end of the connections behind the pod', () => echoing.size === 0);
    const before = descriptors();
    for (let i = 0; i < 50; i++) await round();
    await settled();
    await until(`no more than ${before} descriptors`, () => echoing.size === 0 && descriptors() <= before);
  });

  test('the API server is started again: what is under way ends, what comes next waits and works', async () => {
    const path = await tunnels.open('restart', [podTarget('app', 7)]);
    const standing = net.connect(path);
    standing.on('error', () => undefined);
    standing.write('ping');
    await once(standing, 'data');
    const ended = once(standing, 'close');
    const restarted = cluster.restartApiServer();
    await ended;
    const failed = events.findLast((event) => event.name === 'restart' && event.kind === 'failed');
    assert.match(failed?.message ?? '', /^The connection to pod app in namespace default broke off/);
    // Opened while it is down.
    const waiting = isEchoing(path);
    await restarted;
    const outcome = await waiting;
    await until('the pod to answer', async () => outcome || (await isEchoing(path)));
  });
});
