/** Port-forward over WebSocket against a server that does everything wrong that servers, pods and networks do. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import * as net from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, test } from 'node:test';
import fc from 'fast-check';
import type { WebSocket } from 'ws';
import { TunnelFailure } from '../../../../src/engine/dataplane/tunnels/tunnel-failure.ts';
import { PodConnector } from '../../../../src/engine/dataplane/tunnels/worker/pod-connector.ts';
import {
  portForwardTimes,
  type PortForwardStream,
  type PortForwardTimes,
} from '../../../../src/engine/dataplane/tunnels/worker/port-forward-stream.ts';
import type { WebSocketTarget } from '../../../../src/engine/web-socket-target.ts';
import { until } from '../../until.ts';
import { Cleanup } from '../mesh-kit.ts';
import {
  podTarget,
  portBytes,
  serverOf,
  startFakeKubelet,
  status,
  type Behaviour,
  type FakeKubelet,
  type FakeKubeletOptions,
} from './fake-kubelet.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

async function start(options: FakeKubeletOptions = {}): Promise<FakeKubelet> {
  const kubelet = await startFakeKubelet(options);
  cleanup.add(() => kubelet.stop());
  return kubelet;
}

interface ConnectOptions {
  readonly over?: Partial<WebSocketTarget>;
  readonly times?: Partial<PortForwardTimes>;
  readonly handshakeMs?: number;
  readonly signal?: AbortSignal;
}

function connect(
  kubelet: { readonly url: string },
  pod: string,
  options: ConnectOptions = {},
): Promise<PortForwardStream> {
  const connector = new PodConnector({
    dial: (target) => Promise.resolve(serverOf(kubelet, target, options.over)),
    times: { ...portForwardTimes, ...options.times },
    ...(options.handshakeMs === undefined ? {} : { handshakeMs: options.handshakeMs }),
  });
  return connector.connect(podTarget(pod), options.signal ?? new AbortController().signal);
}

async function connectTo(serve: (webSocket: WebSocket, port: number) => void, options: ConnectOptions = {}) {
  const kubelet = await start({ pods: { web: { serve } } });
  const stream = await connect(kubelet, 'web', options);
  cleanup.add(() => void stream.destroy());
  return { kubelet, stream };
}

/** A program in a pod. */
async function listen(onConnection: (socket: net.Socket) => void): Promise<number> {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    cleanup.add(() => void socket.destroy());
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanup.add(() => void server.close());
  return (server.address() as net.AddressInfo).port;
}

const data = (text: string): Buffer => Buffer.from(`\0${text}`);
const complaint = (text: string): Buffer => Buffer.from(`\x01${text}`);
function sendPorts(webSocket: WebSocket, port: number): void {
  webSocket.send(Buffer.of(0, ...portBytes(port)));
  webSocket.send(Buffer.of(1, ...portBytes(port)));
}

async function failureOf(work: Promise<unknown>): Promise<TunnelFailure> {
  const failure = await work.then(
    () => assert.fail('it did not fail'),
    (error: unknown) => error,
  );
  assert.ok(failure instanceof TunnelFailure, String(failure));
  return failure;
}

/** Reads to the end; what came, and how it failed if it did. */
async function readAll(stream: PortForwardStream): Promise<{ text: string; failure: TunnelFailure | undefined }> {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('error', () => undefined);
  await new Promise((resolve) => stream.once('close', resolve));
  return { text: Buffer.concat(chunks).toString('utf8'), failure: stream.failure };
}

test('bytes arrive as they were sent, both ways, however they are cut', async () => {
  const port = await listen((socket) => void socket.pipe(socket));
  const kubelet = await start({ pods: { echo: { local: port } } });
  const cuts = fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(cuts, async (sizes) => {
      const stream = await connect(kubelet, 'echo');
      const chunks = sizes.map((size) => randomBytes(size));
      const sent = Buffer.concat(chunks);
      const received: Buffer[] = [];
      let length = 0;
      const all = new Promise<void>((resolve) => {
        stream.on('data', (chunk: Buffer) => {
          received.push(chunk);
          length += chunk.length;
          if (length >= sent.length) resolve();
        });
      });
      for (const chunk of chunks) stream.write(chunk);
      await all;
      stream.destroy();
      assert.ok(Buffer.concat(received).equals(sent));
    }),
    { numRuns: 15 },
  );
});

const prefixes: readonly { readonly name: string; readonly messages: readonly Buffer[] }[] = [
  { name: 'in one message each', messages: [Buffer.of(0, 0x90, 0x1f), Buffer.of(1, 0x90, 0x1f), data('hello')] },
  { name: 'byte by byte', messages: [Buffer.of(0, 0x90), Buffer.of(1, 0x90), Buffer.of(0, 0x1f), data('hello')] },
  { name: 'with data behind it', messages: [Buffer.of(0, 0x90, 0x1f, 0x68, 0x65), data('llo')] },
  { name: 'cut, with data behind it', messages: [Buffer.of(0, 0x90), Buffer.of(0, 0x1f, 0x68), data('ello')] },
  {
    name: 'among empty messages',
    messages: [Buffer.of(0), Buffer.of(), Buffer.of(0, 0x90, 0x1f), Buffer.of(0), data('hello')],
  },
];
for (const { name, messages } of prefixes) {
  test(`the port's two bytes are no data: ${name}`, async () => {
    const { stream } = await connectTo((webSocket) => {
      for (const message of messages) webSocket.send(message);
      webSocket.close(1000);
    });
    assert.deepEqual(await readAll(stream), { text: 'hello', failure: undefined });
  });
}

test('a reply sent long after our end arrives', async () => {
  const port = await listen((socket) => {
    socket.resume();
    socket.once('data', () => setTimeout(() => socket.end('late reply'), 300));
  });
  const kubelet = await start({ pods: { late: { local: port } } });
  const stream = await connect(kubelet, 'late');
  stream.end('question');
  assert.deepEqual(await readAll(stream), { text: 'late reply', failure: undefined });
  await until('the end of its connection', () => kubelet.open === 0);
});

test('after our end a pod that says nothing more is left after a while, one that talks is not', async () => {
  const { stream, kubelet } = await connectTo(
    (webSocket, port) => {
      sendPorts(webSocket, port);
      let left = 4;
      const talk = setInterval(() => {
        if (left-- > 0) webSocket.send(data('.'));
        else clearInterval(talk);
      }, 100);
      cleanup.add(() => clearInterval(talk));
    },
    { times: { halfOpenMs: 250 } },
  );
  stream.end();
  assert.deepEqual(await readAll(stream), { text: '....', failure: undefined });
  await until('the end of its connection', () => kubelet.open === 0);
});

test('the end of the pod is read after everything it said, by a reader that was asleep', async () => {
  const body = randomBytes(700_000);
  const { stream, kubelet } = await connectTo((webSocket, port) => {
    sendPorts(webSocket, port);
    for (let at = 0; at < body.length; at += 32_768) {
      webSocket.send(Buffer.concat([Buffer.of(0), body.subarray(at, at + 32_768)]));
    }
    webSocket.close(1000);
  });
  await until('a full buffer', () => stream.readableLength >= stream.readableHighWaterMark);
  assert.ok(stream.readableLength < 400_000, `holds ${stream.readableLength} bytes`);
  assert.ok((await buffer(stream)).equals(body));
  await until('the end of its connection', () => kubelet.open === 0);
});

test('a pod that does not read holds the writer back', async () => {
  const { stream } = await connectTo((webSocket, port) => {
    sendPorts(webSocket, port);
    webSocket.pause();
  });
  let written = 0;
  const chunk = randomBytes(64 * 1024);
  const fill = (): void => {
    while (!stream.writableNeedDrain) {
      written += chunk.length;
      stream.write(chunk);
      assert.ok(written < 64 * 1024 * 1024, 'takes everything');
    }
  };
  stream.on('drain', fill);
  fill();
  // The kernel's buffers take some megabytes; then nothing moves any more.
  let before = -1;
  await until('a standstill', async () => {
    if (before === written) return true;
    before = written;
    await new Promise((resolve) => setTimeout(resolve, 300));
    return false;
  });
  assert.ok(written > 0);
});

const complaints: readonly { readonly text: string; readonly reason: string; readonly says: RegExp }[] = [
  {
    text: 'error forwarding port 8080 to pod abc, uid : failed to execute portforward in network namespace "/var/run/netns/cni-1": failed to connect to localhost:8080 inside namespace "abc", IPv4: dial tcp4 127.0.0.1:8080: connect: connection refused',
    reason: 'refused',
    says: /^Nothing listens on port 8080 of pod web in namespace shop\. The program must listen on localhost/,
  },
  {
    text: 'error forwarding port 8080 to pod abc, uid : pod not found ("web_shop")',
    reason: 'pod-gone',
    says: /^Pod web in namespace shop does not exist any more\.$/,
  },
  {
    text: 'error forwarding port 8080 to pod abc, uid : container not running (abc)',
    reason: 'pod-unavailable',
    says: /does not run now \(.*container not running \(abc\)\)/,
  },
  {
    text: 'error forwarding port 8080 to pod abc, uid : read tcp4: connection reset by peer',
    reason: 'lost',
    says: /^The connection to port 8080 of pod web in namespace shop failed \(.*reset by peer\)\.$/,
  },
];
for (const { text, reason, says } of complaints) {
  test(`what the kubelet says is wrong becomes the failure: ${reason}`, async () => {
    const { stream } = await connectTo((webSocket, port) => {
      sendPorts(webSocket, port);
      webSocket.send(data('before'));
      // In two messages, as a long one may come.
      webSocket.send(complaint(text.slice(0, 40)));
      webSocket.send(complaint(text.slice(40)));
      webSocket.close(1000);
    });
    const { text: read, failure } = await readAll(stream);
    assert.equal(read, 'before');
    assert.equal(failure?.reason, reason);
    assert.match(failure.message, says);
    assert.equal(stream.errored, failure);
  });
}

test('a complaint without a close ends the stream too, and terminals are safe from it', async () => {
  const { stream } = await connectTo((webSocket, port) => {
    sendPorts(webSocket, port);
    webSocket.send(complaint(`\u001b[2Jsomething\nis wrong${'!'.repeat(100_000)}`));
  });
  const { failure } = await readAll(stream);
  assert.equal(failure?.reason, 'lost');
  assert.match(failure.message, /\( \[2Jsomething is wrong!{200,}…\)|\(\[2Jsomething is wrong!{200,}…\)/);
  assert.ok(failure.message.length < 500);
});

test('a connection that breaks off is no normal end', async () => {
  const { stream } = await connectTo((webSocket, port) => {
    sendPorts(webSocket, port);
    webSocket.send(data('half an ans'), () => webSocket.terminate());
  });
  const { text, failure } = await readAll(stream);
  assert.equal(text, 'half an ans');
  assert.equal(failure?.reason, 'lost');
  assert.match(failure.message, /broke off/);
});

test('messages of other channels do nothing, also those that close streams in version 5', async () => {
  const { stream } = await connectTo((webSocket, port) => {
    sendPorts(webSocket, port);
    for (const channel of [255, 255, 2, 3, 77]) webSocket.send(Buffer.of(channel, 0));
    webSocket.send(Buffer.of(255, 1));
    webSocket.send(data('still here'));
    webSocket.close(1000);
  });
  assert.deepEqual(await readAll(stream), { text: 'still here', failure: undefined });
  assert.equal(process.stdin.destroyed, false);
});

const nonsense: readonly { readonly name: string; readonly send: (webSocket: WebSocket) => void }[] = [
  { name: 'text', send: (webSocket) => webSocket.send('hello') },
  { name: 'a message without bounds', send: (webSocket) => webSocket.send(Buffer.alloc(5 * 1024 * 1024)) },
  { name: 'an odd close', send: (webSocket) => webSocket.close(1011, 'internal') },
];
for (const { name, send } of nonsense) {
  test(`what is no port-forward fails: ${name}`, async () => {
    const { stream, kubelet } = await connectTo((webSocket, port) => {
      sendPorts(webSocket, port);
      send(webSocket);
    });
    assert.equal((await readAll(stream)).failure?.reason, 'protocol');
    await until('the end of its connection', () => kubelet.open === 0);
  });
}

test('a server that answers no pings is dead; one that is slow to read is given more time', async () => {
  const kubelet = await start({ answersPings: false, pods: { web: { serve: sendPorts } } });
  const times = { pingMs: 30, deadPings: 2 };
  const idle = await connect(kubelet, 'web', { times });
  const busy = await connect(kubelet, 'web', { times });
  busy.write('unread, as far as we know');
  const order: string[] = [];
  const ends = [
    readAll(idle).then(({ failure }) => order.push(`idle ${failure?.reason}`)),
    readAll(busy).then(({ failure }) => order.push(`busy ${failure?.reason}`)),
  ];
  await Promise.all(ends);
  assert.deepEqual(order, ['idle lost', 'busy lost']);
});

test('a reader that is asleep is not taken for a dead server', async () => {
  const { stream } = await connectTo(
    (webSocket, port) => {
      sendPorts(webSocket, port);
      for (let i = 0; i < 40; i++) webSocket.send(Buffer.alloc(32_769));
    },
    { times: { pingMs: 20, deadPings: 2 } },
  );
  await until('a full buffer', () => stream.readableLength >= stream.readableHighWaterMark);
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(stream.destroyed, false);
  let length = 0;
  stream.on('data', (chunk: Buffer) => (length += chunk.length));
  await until('all of it', () => length === 40 * 32_768);
});

interface Answer {
  readonly name: string;
  readonly behaviour: Behaviour;
  readonly reason: string;
  readonly says: RegExp;
}

const answers: readonly Answer[] = [
  {
    name: 'forbidden to create',
    behaviour: {
      status: 403,
      body: status(
        'pods "web" is forbidden: User "guest" cannot create resource "pods/portforward" in API group "" in the namespace "shop"',
      ),
    },
    reason: 'forbidden',
    says: /^User guest of test lacks the verb create on pods\/portforward in namespace shop\. Ask an administrator/,
  },
  {
    name: 'forbidden, without a word',
    behaviour: { status: 403, body: '' },
    reason: 'forbidden',
    says: /^The user of test lacks the verbs get and create on pods\/portforward in namespace shop\./,
  },
  {
    name: 'a pod that is gone',
    behaviour: { status: 404, body: status('pods "web" not found') },
    reason: 'pod-gone',
    says: /^Pod web in namespace shop does not exist any more\.$/,
  },
  {
    name: 'a pod without a node',
    behaviour: { status: 400, body: status('pod web does not have a host assigned') },
    reason: 'pod-unavailable',
    says: /cannot be reached now \(pod web does not have a host assigned\)\. It may not run yet\./,
  },
  {
    name: 'a node that is down',
    behaviour: { status: 502, body: status('error dialing backend: dial tcp 10.1.0.4:10250: i/o timeout') },
    reason: 'pod-unavailable',
    says: /could not reach the node of pod web in namespace shop: it answered 502 \(error dialing backend.*i\/o timeout\)/,
  },
  {
    name: 'too many requests',
    behaviour: { status: 429, body: status('too many') },
    reason: 'pod-unavailable',
    says: /too busy/,
  },
  {
    name: 'a page of a proxy',
    behaviour: { status: 200, body: '<html>Welcome to the guest network</html>' },
    reason: 'protocol',
    says: /answered 200 instead of opening a WebSocket\. A proxy on the way must let WebSocket upgrades through\./,
  },
  {
    name: 'an answer without end',
    behaviour: { status: 500, body: 'x'.repeat(3_000_000) },
    reason: 'pod-unavailable',
    says: /^.{100,500}$/,
  },
];
for (const { name, behaviour, reason, says } of answers) {
  test(`an answer instead of a WebSocket is told in words: ${name}`, async () => {
    const kubelet = await start({ pods: { web: behaviour } });
    const failure = await failureOf(connect(kubelet, 'web'));
    assert.equal(failure.reason, reason);
    assert.match(failure.message, says);
    await until('the end of its connection', () => kubelet.sockets === 0);
  });
}

test('another subprotocol is refused', async () => {
  const kubelet = await start({ subprotocol: 'v9.channel.k8s.io', pods: { web: { serve: sendPorts } } });
  assert.equal((await failureOf(connect(kubelet, 'web'))).reason, 'protocol');
  await until('the end of its connection', () => kubelet.sockets === 0);
});

test('refused credentials are asked for anew, once', async () => {
  let token = 'new';
  const kubelet = await start({ token: () => token, pods: { web: { serve: sendPorts } } });
  const asked: (WebSocketTarget | undefined)[] = [];
  const connector = new PodConnector({
    dial: (target, refused) => {
      asked.push(refused);
      const authorization = refused === undefined ? 'Bearer old' : 'Bearer new';
      return Promise.resolve(serverOf(kubelet, target, { headers: { authorization } }));
    },
  });
  const stream = await connector.connect(podTarget('web'), new AbortController().signal);
  stream.destroy();
  assert.deepEqual(
    asked.map((refused) => refused?.headers['authorization']),
    [undefined, 'Bearer old'],
  );
  token = 'newer still';
  const failure = await failureOf(connector.connect(podTarget('web'), new AbortController().signal));
  assert.equal(failure.reason, 'unauthorized');
  assert.match(failure.message, /does not accept the credentials\. Sign in/);
  assert.equal(asked.length, 4);
  assert.deepEqual(
    kubelet.upgrades.map(({ authorization }) => authorization),
    ['Bearer old', 'Bearer new', 'Bearer old', 'Bearer new'],
  );
});

test('credentials that cannot be had, or not in time, are told in words', async () => {
  const signal = new AbortController().signal;
  const failing = new PodConnector({ dial: () => Promise.reject(new Error('Run aws sso login.')) });
  const failure = await failureOf(failing.connect(podTarget('web'), signal));
  assert.equal(failure.reason, 'credentials');
  assert.match(failure.message, /Run aws sso login\./);
  const hanging = new PodConnector({ dial: () => new Promise(() => undefined), handshakeMs: 100 });
  assert.match((await failureOf(hanging.connect(podTarget('web'), signal))).message, /take too long/);
});

test('an API server that is down is told, and nothing stays behind', async () => {
  const kubelet = await startFakeKubelet();
  await kubelet.stop();
  const failure = await failureOf(connect(kubelet, 'web'));
  assert.equal(failure.reason, 'unreachable');
  assert.match(
    failure.message,
    /^The API server of test cannot be reached: the connection is refused\. Is the cluster running\?$/,
  );
});

for (const scheme of ['ws', 'wss']) {
  test(`a server that accepts and says nothing is given up (${scheme})`, async () => {
    const sockets = new Set<net.Socket>();
    const port = await listen((socket) => {
      sockets.add(socket.resume());
      socket.on('end', () => socket.end());
      socket.on('close', () => sockets.delete(socket));
    });
    const failure = await failureOf(connect({ url: `${scheme}://127.0.0.1:${port}` }, 'web', { handshakeMs: 200 }));
    assert.equal(failure.reason, 'timeout');
    assert.match(failure.message, /did not open pod web within 0\.2 s/);
    await until('the end of its connection', () => sockets.size === 0);
  });
}

test('a dial that is given up leaves nothing behind', async () => {
  const sockets = new Set<net.Socket>();
  const port = await listen((socket) => {
    sockets.add(socket.resume());
    socket.on('end', () => socket.end());
    socket.on('close', () => sockets.delete(socket));
  });
  const abort = new AbortController();
  const work = failureOf(connect({ url: `wss://127.0.0.1:${port}` }, 'web', { signal: abort.signal }));
  await until('the connection', () => sockets.size === 1);
  abort.abort();
  assert.equal((await work).reason, 'aborted');
  await until('the end of its connection', () => sockets.size === 0);
});

test('a stream that is destroyed closes its connection', async () => {
  const { stream, kubelet } = await connectTo(sendPorts);
  await until('the connection', () => kubelet.open === 1);
  stream.destroy();
  await until('the end of its connection', () => kubelet.sockets === 0);
});

test('200 streams at once carry their own bytes', async () => {
  const port = await listen((socket) => void socket.pipe(socket));
  const kubelet = await start({ pods: { echo: { local: port } } });
  const streams = await Promise.all(Array.from({ length: 200 }, () => connect(kubelet, 'echo')));
  const outcomes = await Promise.all(
    streams.map(async (stream) => {
      const sent = randomBytes(100_000);
      const hash = createHash('sha256');
      let length = 0;
      const done = new Promise<void>((resolve) => {
        stream.on('data', (chunk: Buffer) => {
          hash.update(chunk);
          length += chunk.length;
          if (length >= sent.length) resolve();
        });
      });
      stream.write(sent);
      await done;
      stream.destroy();
      return hash.digest('hex') === createHash('sha256').update(sent).digest('hex');
    }),
  );
  assert.equal(outcomes.filter(Boolean).length, 200);
  await until('the end of all connections', () => kubelet.sockets === 0);
});
