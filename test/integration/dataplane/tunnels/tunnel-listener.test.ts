/** The local sockets of tunnels: whose pod a connection reaches, and what of it is kept when pods and servers go. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import * as http from 'node:http';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, test } from 'node:test';
import type { PodTarget } from '../../../../src/engine/dataplane/tunnels/tunnels.ts';
import { PodConnector } from '../../../../src/engine/dataplane/tunnels/worker/pod-connector.ts';
import { TunnelListener } from '../../../../src/engine/dataplane/tunnels/worker/tunnel-listener.ts';
import { until } from '../../until.ts';
import {
  call,
  Cleanup,
  config,
  destination,
  endpoint,
  forward,
  istioRetry,
  noRetry,
  routes,
  rule,
  startApplication,
  startProxies,
  startServer,
  upstream,
} from '../mesh-kit.ts';
import { podTarget, portBytes, serverOf, startFakeKubelet, type Behaviour, type FakeKubelet } from './fake-kubelet.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

interface Way {
  readonly path: string;
  readonly listener: TunnelListener;
  /** `opened a`, `closed a`, `failed a: words`. */
  readonly events: string[];
}

async function openWay(kubelet: { readonly url: string }, targets: readonly PodTarget[]): Promise<Way> {
  const folder = await mkdtemp(path.join(tmpdir(), 'meshlens-test-'));
  cleanup.add(() => rm(folder, { recursive: true, force: true }));
  const events: string[] = [];
  const connector = new PodConnector({
    dial: (target) => Promise.resolve(serverOf(kubelet, target)),
    handshakeMs: 3000,
  });
  const listener = new TunnelListener(targets, connector, {
    onUndialed: ({ pod }, failure, again) => {
      if (!again) events.push(`failed ${pod}: ${failure.message}`);
    },
    onOpened: ({ pod }) => void events.push(`opened ${pod}`),
    onClosed: ({ pod }, failure) => void events.push(failure ? `failed ${pod}: ${failure.message}` : `closed ${pod}`),
  });
  const socket = path.join(folder, 'a');
  await listener.listen(socket);
  cleanup.add(() => listener.close(0));
  return { path: socket, listener, events };
}

async function start(pods: Readonly<Record<string, Behaviour>>, port = 0): Promise<FakeKubelet> {
  const kubelet = await startFakeKubelet({ pods, port });
  cleanup.add(() => kubelet.stop());
  return kubelet;
}

function connect(socketPath: string): net.Socket {
  const socket = net.connect({ path: socketPath, allowHalfOpen: true });
  socket.on('error', () => undefined);
  cleanup.add(() => void socket.destroy());
  return socket;
}

/** Says `question`, ends, and reads to the end. */
async function ask(socketPath: string, question = 'hello'): Promise<string> {
  const socket = connect(socketPath);
  socket.end(question);
  return text(socket).catch(() => 'reset');
}

/** Answers with its name and what it was told, when the client ended or said `hello`. */
async function startPod(name: string): Promise<Behaviour> {
  const server = await startServer(cleanup, (socket) => {
    socket.on('error', () => undefined);
    let said = '';
    socket.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.endsWith('hello')) socket.end(`${name} heard ${said}`);
    });
  });
  return { local: server.port };
}

test('connections go to the targets in turn', async () => {
  const kubelet = await start({ a: await startPod('a'), b: await startPod('b'), c: await startPod('c') });
  const { path: socket } = await openWay(
    kubelet,
    ['a', 'b', 'c'].map((pod) => podTarget(pod)),
  );
  const answers = [];
  for (let i = 0; i < 6; i++) answers.push(await ask(socket));
  assert.deepEqual(
    answers,
    ['a', 'b', 'c', 'a', 'b', 'c'].map((pod) => `${pod} heard hello`),
  );
});

test('a target that cannot be dialled is passed over, told, and tried last for a while', async () => {
  const kubelet = await start({ b: await startPod('b') });
  const { path: socket, events } = await openWay(kubelet, [podTarget('gone'), podTarget('b')]);
  for (let i = 0; i < 4; i++) assert.equal(await ask(socket), 'b heard hello');
  await until('all events', () => events.length === 9);
  assert.deepEqual(
    events.filter((event) => event.startsWith('failed')),
    ['failed gone: Pod gone in namespace shop does not exist any more.'],
  );
});

test('a port that refuses is passed over too, though the tunnel stood: the next hears every byte', async () => {
  const kubelet = await start({ refusing: { local: 1 }, b: await startPod('b') });
  const { path: socket, events } = await openWay(kubelet, [podTarget('refusing'), podTarget('b')]);
  const said = `${'x'.repeat(50_000)}hello`;
  assert.ok((await ask(socket, said)) === `b heard ${said}`, 'bytes are missing');
  assert.match(events[1] ?? '', /^failed refusing: Nothing listens on port 8080 of pod refusing/);
});

test('what a pod may have read is not said to another', async () => {
  const kubelet = await start({
    dying: {
      serve(webSocket, port) {
        webSocket.send(Buffer.of(0, ...portBytes(port), 0x21));
        webSocket.send(Buffer.of(1, ...portBytes(port)));
        webSocket.once('message', () => {
          webSocket.send(Buffer.from('\x01error forwarding port: connection refused'), () => webSocket.close(1000));
        });
      },
    },
    b: await startPod('b'),
  });
  const { path: socket, events } = await openWay(kubelet, [podTarget('dying'), podTarget('b')]);
  assert.equal(await ask(socket), '!');
  await until('its end', () => events.length === 2);
  assert.deepEqual(
    events.map((event) => event.split(' ').slice(0, 2).join(' ')),
    ['opened dying', 'failed dying:'],
  );
});

test('without any target, or with none that works, the client is let go', async () => {
  const kubelet = await start({});
  const { path: socket, listener } = await openWay(kubelet, []);
  assert.match(await ask(socket), /^$|reset/);
  listener.update([podTarget('gone'), podTarget('gone-too')]);
  assert.match(await ask(socket), /^$|reset/);
});

test('new targets take new connections; those that stand stay where they are', async () => {
  const echo = await startServer(cleanup, (socket) => void socket.on('error', () => undefined).pipe(socket));
  const kubelet = await start({ old: { local: echo.port }, fresh: await startPod('fresh') });
  const { path: socket, listener } = await openWay(kubelet, [podTarget('old')]);
  const standing = connect(socket);
  standing.write('one');
  assert.equal(String((await once(standing, 'data'))[0]), 'one');
  listener.update([podTarget('fresh')]);
  assert.equal(await ask(socket), 'fresh heard hello');
  standing.write('two');
  assert.equal(String((await once(standing, 'data'))[0]), 'two');
});

test('a client waits while the API server is started again, and loses nothing', async () => {
  const pod = await startPod('a');
  const before = await start({ a: pod });
  const { path: socket, events } = await openWay(before, [podTarget('a')]);
  await before.stop();
  const answer = ask(socket);
  await until('the first dial', () => events.length > 0);
  await start({ a: pod }, before.port);
  assert.equal(await answer, 'a heard hello');
  assert.match(events[0] ?? '', /^failed a: The API server of test cannot be reached/);
  assert.deepEqual(events.slice(1, 2), ['opened a']);
});

test('a reply sent after the client ended arrives; then nothing stays', async () => {
  const server = await startServer(cleanup, (socket) => {
    socket.once('data', () => setTimeout(() => socket.end('late'), 300));
  });
  const kubelet = await start({ a: { local: server.port } });
  const { path: socket } = await openWay(kubelet, [podTarget('a')]);
  assert.equal(await ask(socket), 'late');
  await until('the end of its connection', () => kubelet.sockets === 0);
});

test('a client that ends and leaves frees its port-forward, and all it said arrived', async () => {
  let heard = 0;
  const server = await startServer(cleanup, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => (heard += chunk.length));
  });
  const kubelet = await start({ a: { local: server.port } });
  const { path: socket } = await openWay(kubelet, [podTarget('a')]);
  const client = net.connect(socket);
  client.end(Buffer.alloc(500_000), () => client.destroy());
  await until('the end of its connection', () => heard === 500_000 && kubelet.sockets === 0);
});

test('a client that breaks off frees its port-forward', async () => {
  const server = await startServer(cleanup, (socket) => void socket.on('error', () => undefined).resume());
  const kubelet = await start({ a: { local: server.port } });
  const { path: socket, events } = await openWay(kubelet, [podTarget('a')]);
  const client = connect(socket);
  await until('the tunnel', () => events.includes('opened a'));
  client.destroy();
  await until('the end of its connection', () => kubelet.sockets === 0 && events.includes('closed a'));
});

test('an API server that is killed ends what is under way', async () => {
  const server = await startServer(cleanup, (socket) => void socket.on('error', () => undefined).pipe(socket));
  const kubelet = await start({ a: { local: server.port } });
  const { path: socket, events } = await openWay(kubelet, [podTarget('a')]);
  const client = connect(socket);
  client.write('one');
  assert.equal(String((await once(client, 'data'))[0]), 'one');
  const ended = once(client, 'close');
  client.resume();
  client.on('end', () => client.end());
  await kubelet.stop();
  await ended;
  assert.match(events.at(-1) ?? '', /^failed a: The connection to pod a in namespace shop broke off/);
});

test('close lets connections finish, and ends those that do not', async () => {
  const server = await startServer(cleanup, (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => setTimeout(() => socket.end('done'), 200));
  });
  const kubelet = await start({ a: { local: server.port } });
  const { path: socket, listener, events } = await openWay(kubelet, [podTarget('a')]);
  const finishing = ask(socket);
  const silent = connect(socket);
  await until('both tunnels', () => events.filter((event) => event === 'opened a').length === 2);
  const closing = listener.close(600);
  await assert.rejects(once(net.connect(socket), 'connect'));
  assert.equal(await finishing, 'done');
  assert.equal(silent.readableEnded, false);
  await closing;
  await until('the end of all connections', () => kubelet.sockets === 0);
});

test('200 clients at once', async () => {
  const kubelet = await start({ a: await startPod('a'), b: await startPod('b') });
  const { path: socket } = await openWay(kubelet, [podTarget('a'), podTarget('b')]);
  const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => ask(socket, `${i} hello`)));
  assert.deepEqual(
    answers.map((answer) => answer.replace(/^[ab] heard /, '')),
    Array.from({ length: 200 }, (_, i) => `${i} hello`),
  );
  assert.equal(answers.filter((answer) => answer.startsWith('a')).length, 100);
  await until('the end of all connections', () => kubelet.sockets === 0);
});

test('a proxy takes a failed dial for a failed connect, and the next endpoint', async () => {
  const application = await startApplication(cleanup, (_request, response) => void response.end('from b'));
  const kubelet = await start({ b: { local: application.port } });
  const gone = await openWay(kubelet, [podTarget('gone')]);
  const b = await openWay(kubelet, [podTarget('b')]);
  const endpoints = [
    endpoint('reviews/gone', 9080, { address: gone.path, inboundTls: 'strict', principal: 'spiffe://x/ns/a/sa/b' }),
    endpoint('reviews/b', 9080, { address: b.path, inboundTls: 'strict', principal: 'spiffe://x/ns/a/sa/b' }),
  ];
  const proxies = startProxies(cleanup);
  const configOf = (list: typeof endpoints, retry = istioRetry) =>
    config({
      routes: routes([rule({ action: forward({ destinations: [destination()], retry }) })], [upstream(list)]),
    });
  const { outbound } = await proxies.apply(configOf(endpoints));
  const port = outbound['proxy'] ?? 0;
  for (let i = 0; i < 6; i++) {
    const answer = await call(port);
    assert.deepEqual([answer.status, answer.body], [200, 'from b']);
  }
  assert.ok(gone.events.length > 0, 'the endpoint that is gone was never tried');
  const { access } = await proxies.report();
  assert.deepEqual([...new Set(access.map(({ upstreamHost }) => upstreamHost))], ['reviews/b']);
  const onlyGone = await proxies.apply(configOf(endpoints.slice(0, 1), noRetry));
  const answer = await call(onlyGone.outbound['proxy'] ?? 0);
  assert.equal(answer.status, 503);
  assert.match(answer.body, /connect error: Pod gone in namespace shop does not exist any more\./);
});

test('a proxy takes any socket path for an endpoint, also one that is no tunnel', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'meshlens-test-'));
  cleanup.add(() => rm(folder, { recursive: true, force: true }));
  const socket = path.join(folder, 'plain');
  const server = http.createServer((_request, response) => void response.end('plain'));
  await once(server.listen(socket), 'listening');
  cleanup.add(() => {
    server.closeAllConnections();
    server.close();
  });
  const upstreams = [upstream([endpoint('reviews/a', 9080, { address: socket })])];
  const { outbound } = await startProxies(cleanup).apply(config({ routes: routes([rule()], upstreams) }));
  assert.equal((await call(outbound['proxy'] ?? 0)).body, 'plain');
});
