/** Tunnels as the engine uses them: a worker thread, sockets in a folder, and what a crash of either leaves behind. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { afterEach, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { createTunnels } from '../../../../src/engine/dataplane/tunnels/create-tunnels.ts';
import type { PodDialer, TunnelEvent, Tunnels } from '../../../../src/engine/dataplane/tunnels/tunnels.ts';
import { entryPoint } from '../../../../src/engine/entry-points.ts';
import type { WebSocketTarget } from '../../../../src/engine/web-socket-target.ts';
import { until } from '../../until.ts';
import { Cleanup, startServer } from '../mesh-kit.ts';
import {
  podTarget,
  serverOf,
  startFakeKubelet,
  type Behaviour,
  type FakeKubelet,
  type FakeKubeletOptions,
} from './fake-kubelet.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

async function start(
  pods: Readonly<Record<string, Behaviour>>,
  options: FakeKubeletOptions = {},
): Promise<FakeKubelet> {
  const kubelet = await startFakeKubelet({ ...options, pods });
  cleanup.add(() => kubelet.stop());
  return kubelet;
}

interface Opened {
  readonly tunnels: Tunnels;
  readonly events: TunnelEvent[];
  readonly threads: Worker[];
  readonly folder: string;
}

async function create(dial: PodDialer): Promise<Opened> {
  const folder = await mkdtemp(path.join(tmpdir(), 'meshlens-test-'));
  cleanup.add(() => rm(folder, { recursive: true, force: true }));
  const threads: Worker[] = [];
  const events: TunnelEvent[] = [];
  const tunnels = createTunnels({
    dial,
    temporaryFolder: folder,
    startWorker: () => {
      const worker = new Worker(entryPoint('tunnel-worker'));
      threads.push(worker);
      return worker;
    },
  });
  cleanup.add(() => tunnels.dispose());
  tunnels.onEvent((event) => events.push(event));
  return { tunnels, events, threads, folder };
}

const to =
  (kubelet: { readonly url: string }, over: Partial<WebSocketTarget> = {}): PodDialer =>
  (target) =>
    Promise.resolve(serverOf(kubelet, target, over));

async function startEcho(): Promise<Behaviour> {
  const server = await startServer(cleanup, (socket) => void socket.on('error', () => undefined).pipe(socket));
  return { local: server.port };
}

/** Sends, ends, and reads what comes back. */
async function echo(socketPath: string, said: string): Promise<string> {
  const socket = net.connect({ path: socketPath, allowHalfOpen: true });
  socket.on('error', () => undefined);
  socket.write(said);
  const chunks: string[] = [];
  try {
    for await (const chunk of socket) {
      chunks.push(String(chunk));
      if (chunks.join('').length >= said.length) break;
    }
  } catch {
    // What came until then is the answer.
  }
  socket.destroy();
  return chunks.join('');
}

test('a tunnel is opened, told of, given new targets and closed; nothing stays', async () => {
  const kubelet = await start({ a: await startEcho(), b: await startEcho() });
  const { tunnels, events, folder, threads } = await create(to(kubelet));
  assert.equal(threads.length, 0, 'a thread without need');
  const socket = await tunnels.open('prometheus', [podTarget('a')]);
  const [own = ''] = readdirSync(folder);
  assert.match(own, new RegExp(`^meshlens-tunnels-${process.pid}-.{6}$`));
  assert.equal(statSync(path.join(folder, own)).mode & 0o777, 0o700);
  assert.equal(path.dirname(socket), path.join(folder, own));
  assert.equal(await echo(socket, 'hello'), 'hello');
  await until('its end', () => events.length === 2);
  assert.deepEqual(events, [
    { name: 'prometheus', kind: 'opened', target: podTarget('a') },
    { name: 'prometheus', kind: 'closed', target: podTarget('a') },
  ]);
  assert.equal(await tunnels.open('prometheus', [podTarget('b')]), socket);
  const standing = net.connect(socket);
  standing.on('error', () => undefined).resume();
  await until('the new target', () => events[2]?.kind === 'opened' && events[2].target.pod === 'b');
  assert.equal(tunnels.streams, 1);
  const gone = once(standing, 'close');
  await tunnels.close('prometheus');
  await gone;
  assert.equal(existsSync(socket), false);
  assert.equal(tunnels.streams, 0);
  // Again under the same name: the same path.
  assert.equal(await tunnels.open('prometheus', [podTarget('a')]), socket);
  assert.equal(await echo(socket, 'again'), 'again');
  await tunnels.dispose();
  assert.deepEqual(readdirSync(folder), []);
  await assert.rejects(tunnels.open('prometheus', []), /closed/);
  await until('the end of all connections', () => kubelet.sockets === 0);
});

test('a dial that fails is told with the words of who finds the server', async () => {
  const { tunnels, events } = await create(() => Promise.reject(new Error('Sign in first.')));
  const socket = await tunnels.open('a', [podTarget('a')]);
  assert.equal(await echo(socket, 'hello'), '');
  await until('the event', () => events.length === 1);
  assert.deepEqual(events, [
    { name: 'a', kind: 'failed', target: podTarget('a'), message: 'Pod a cannot be dialled: Sign in first.' },
  ]);
});

test('refused credentials reach who finds the server, and no event holds them', async () => {
  const canary = 'canary-7f3a';
  let token = canary;
  const kubelet = await start({ a: await startEcho() }, { token: () => `${canary}-fresh` });
  const { tunnels, events } = await create((target, refused) => {
    if (refused?.headers['authorization'] === `Bearer ${canary}`) token = `${canary}-fresh`;
    return Promise.resolve(serverOf(kubelet, target, { headers: { authorization: `Bearer ${token}` } }));
  });
  assert.equal(await echo(await tunnels.open('a', [podTarget('a')]), 'hello'), 'hello');
  token = `${canary}-stale`;
  assert.equal(await echo(await tunnels.open('a', [podTarget('a')]), 'hello'), '');
  await until('the event', () => events.some(({ kind }) => kind === 'failed'));
  assert.doesNotMatch(JSON.stringify(events), /canary/);
});

test('a worker that crashes is started again with its sockets', async () => {
  const kubelet = await start({ a: await startEcho(), b: await startEcho() });
  const { tunnels, events, threads } = await create(to(kubelet));
  const first = await tunnels.open('first', [podTarget('a')]);
  const second = await tunnels.open('second', [podTarget('b')]);
  const standing = net.connect(first);
  standing.on('error', () => undefined).resume();
  await until('the tunnel', () => tunnels.streams === 1);
  await threads[0]?.terminate();
  assert.equal(tunnels.streams, 0);
  assert.deepEqual(
    events.filter(({ kind }) => kind === 'failed').map(({ name, message }) => `${name}: ${message}`),
    ['first', 'second'].map(
      (name) =>
        `${name}: The tunnels' worker crashed (it ended) and is started again; connections under way were lost.`,
    ),
  );
  // Asked while it is down: waits for the new worker.
  assert.equal(await tunnels.open('first', [podTarget('b')]), first);
  assert.equal(await echo(first, 'one'), 'one');
  assert.equal(await echo(second, 'two'), 'two');
  assert.equal(threads.length, 2);
  standing.destroy();
});

test(
  'folders of processes that died are removed, those of living ones are not',
  { skip: process.platform === 'win32' },
  async () => {
    const kubelet = await start({});
    const { tunnels, folder } = await create(to(kubelet));
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    const living = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    cleanup.add(() => living.kill());
    const served = net.createServer();
    cleanup.add(() => void served.close());
    const folders = [
      `meshlens-tunnels-${dead}-abcdef`,
      `meshlens-tunnels-${living.pid}-abcdef`,
      `meshlens-tunnels-${dead}-served`,
    ];
    for (const name of [...folders, `meshlens-tunnels-${dead}`, 'another'])
      mkdirSync(path.join(folder, name), { mode: 0o700 });
    // As of a process in another container, whose numbers are not ours.
    await once(served.listen(path.join(folder, folders[2] ?? '', 's')), 'listening');
    await tunnels.open('a', []);
    const left = readdirSync(folder).filter((name) => !name.startsWith(`meshlens-tunnels-${process.pid}-`));
    assert.deepEqual(left.sort(), ['another', `meshlens-tunnels-${dead}`, ...folders.slice(1)].sort());
  },
);

test(
  'a long path for temporary files does not keep sockets from being made',
  { skip: process.platform === 'win32' },
  async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'meshlens-test-'));
    cleanup.add(() => rm(folder, { recursive: true, force: true }));
    const long = path.join(folder, 'x'.repeat(100));
    mkdirSync(long);
    const kubelet = await start({ a: await startEcho() });
    const tunnels = createTunnels({ dial: to(kubelet), temporaryFolder: long });
    cleanup.add(() => tunnels.dispose());
    const socket = await tunnels.open('a name\nof any/length'.repeat(50), [podTarget('a')]);
    assert.ok(Buffer.byteLength(socket) < 104);
    assert.equal(await echo(socket, 'hello'), 'hello');
  },
);

test('200 streams at once carry their own bytes both ways', async () => {
  const kubelet = await start({ a: await startEcho(), b: await startEcho() });
  const { tunnels } = await create(to(kubelet));
  const socketPath = await tunnels.open('a', [podTarget('a'), podTarget('b')]);
  const same = await Promise.all(
    Array.from({ length: 200 }, async () => {
      const sent = randomBytes(150_000);
      const socket = net.connect(socketPath);
      socket.write(sent);
      const hash = createHash('sha256');
      let length = 0;
      for await (const chunk of socket) {
        hash.update(chunk as Buffer);
        length += (chunk as Buffer).length;
        if (length >= sent.length) break;
      }
      return length === sent.length && hash.digest('hex') === createHash('sha256').update(sent).digest('hex');
    }),
  );
  assert.equal(same.filter(Boolean).length, 200);
  await until('the end of all connections', () => tunnels.streams === 0 && kubelet.sockets === 0);
});

test(
  '50 rounds of streams, failures and restarts leave no socket behind',
  { skip: process.platform !== 'linux' },
  async () => {
    const kubelet = await start({ a: await startEcho(), sick: { status: 500, body: '' }, refusing: { local: 1 } });
    const { tunnels } = await create(to(kubelet));
    const descriptors = (): number => readdirSync('/proc/self/fd').length;
    const round = async (): Promise<void> => {
      const socket = await tunnels.open('a', [podTarget('refusing'), podTarget('gone'), podTarget('a')]);
      await Promise.all(Array.from({ length: 5 }, (_, i) => echo(socket, `${i}`)));
      await tunnels.open('b', [podTarget('gone')]);
      await echo(await tunnels.open('b', [podTarget('refusing')]), 'x');
      await tunnels.close('b');
    };
    const settled = (): Promise<unknown> =>
      until('the end of all connections', () => tunnels.streams === 0 && kubelet.sockets === 0);
    await round();
    await settled();
    const before = descriptors();
    for (let i = 0; i < 50; i++) {
      const t = performance.now();
      await round();
      if (i % 10 === 0) console.log('round', performance.now() - t);
    }
    await settled();
    await until(`no more than ${before} descriptors`, () => descriptors() <= before);
  },
);

test('a reader that stalls holds memory flat', { skip: process.platform === 'win32' }, async () => {
  // A pod that would send without end.
  const server = await startServer(cleanup, (socket) => {
    socket.on('error', () => undefined);
    const chunk = randomBytes(64 * 1024);
    const send = (): void => {
      while (socket.write(chunk));
    };
    socket.on('drain', send);
    send();
  });
  const kubelet = await start({ a: { local: server.port } });
  const engine = pathToFileURL(path.resolve(import.meta.dirname, '../../../../src/engine')).href;
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import net from 'node:net';
       import { Worker } from 'node:worker_threads';
       const { createTunnels } = await import('${engine}/dataplane/tunnels/create-tunnels.ts');
       const { entryPoint } = await import('${engine}/entry-points.ts');
       const tunnels = createTunnels({
         dial: async () => (${JSON.stringify(serverOf(kubelet, podTarget('a')))}),
         // The flags of this script are not the worker's.
         startWorker: () => new Worker(entryPoint('tunnel-worker'), { execArgv: [] }),
       });
       const path = await tunnels.open('a', [${JSON.stringify(podTarget('a'))}]);
       const read = net.connect(path);
       await new Promise((resolve) => { let bytes = 0; read.on('data', (chunk) => { bytes += chunk.length; if (bytes > 64e6) resolve(); }); });
       read.pause();
       const before = process.memoryUsage.rss();
       for (let i = 0; i < 30; i++) await new Promise((resolve) => setTimeout(resolve, 100));
       console.log(JSON.stringify({ before, after: process.memoryUsage.rss() }));
       read.destroy();
       await tunnels.dispose();`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  cleanup.add(() => child.kill('SIGKILL'));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [said, code] = await Promise.all([text(child.stdout), exited]);
  assert.equal(code, 0);
  const { before, after } = JSON.parse(said) as { before: number; after: number };
  const growth = after - before;
  // At the speed of a loopback, a relay without back-pressure takes hundreds of megabytes in that time.
  assert.ok(growth < 24 * 1024 * 1024, `grew by ${(growth / 1e6).toFixed(1)} MB`);
});
