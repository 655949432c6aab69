/** Our side of a WebSocket against a server by hand: the handshake, closes and pings to the byte, and a socket that is slow. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import * as net from 'node:net';
import { afterEach, test } from 'node:test';
import { openWebSocket } from '../../../../src/engine/dataplane/tunnels/websocket/handshake.ts';
import { WebSocketConnection } from '../../../../src/engine/dataplane/tunnels/websocket/web-socket.ts';
import { until } from '../../until.ts';
import { Cleanup } from '../mesh-kit.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const longestMessage = 1024 * 1024;
const bytes = { headBytes: 0, writeHead: () => undefined };
const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');

interface Opened {
  readonly protocol: string | undefined;
  readonly webSocket: WebSocketConnection;
  /** All that was told of the connection. */
  readonly said: string[];
}

interface Handshake {
  readonly server: net.Socket;
  /** Of the request. */
  readonly head: string;
  readonly accept: string;
  /** What the handshake came to. */
  readonly outcome: Promise<string | Opened>;
}

async function ask(): Promise<Handshake> {
  const listener = net.createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  cleanup.add(() => void listener.close());
  const client = net.connect((listener.address() as net.AddressInfo).port, '127.0.0.1');
  client.on('error', () => undefined);
  cleanup.add(() => void client.destroy());
  const [server] = (await once(listener, 'connection')) as [net.Socket];
  server.on('error', () => undefined);
  cleanup.add(() => void server.destroy());
  const outcome = new Promise<string | Opened>((resolve) => {
    openWebSocket(client, new URL('ws://api.test:8001/a/b?ports=80'), { authorization: 'Bearer t' }, ['x/1', 'y'], {
      onOpen(protocol, head) {
        const said: string[] = [];
        const webSocket = new WebSocketConnection({ socket: client }, longestMessage, {
          onBytes: (data, begins) => said.push(`${begins ? 'message' : 'more'} ${data.toString('latin1')}`),
          onText: () => said.push('text'),
          onPong: () => said.push('pong'),
          onWritten: () => undefined,
          onViolation: (why) => said.push(`violation ${why}`),
          onClose: (code) => said.push(`closed ${code}`),
        });
        webSocket.start(head);
        resolve({ protocol, webSocket, said });
      },
      onAnswer: (status, body) => resolve(`${status} ${body}`),
      onError: (error) => resolve(error.message),
    });
  });
  let head = '';
  while (!head.includes('\r\n\r\n')) head += String((await once(server, 'data'))[0]);
  const key = /^sec-websocket-key: (.*)\r$/im.exec(head)?.[1] ?? '';
  assert.equal(Buffer.from(key, 'base64').length, 16);
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  return { server, head, accept, outcome };
}

async function opened({ outcome }: Handshake): Promise<Opened> {
  const reached = await outcome;
  if (typeof reached === 'string') assert.fail(reached);
  return reached;
}

async function refusal({ outcome }: Handshake): Promise<string> {
  const reached = await outcome;
  assert.ok(typeof reached === 'string', 'it was opened');
  return reached;
}

const switching = (accept: string, more = ''): string =>
  `HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${more}\r\n`;

interface Connected {
  readonly server: net.Socket;
  readonly webSocket: WebSocketConnection;
  readonly said: string[];
  /** Frames the server got, unmasked: their heads and payloads in hexadecimal. Short ones only. */
  readonly heard: () => readonly string[];
  /** The server saw the end of our side. */
  readonly ended: () => boolean;
}

async function connect(withAnswer: Buffer = Buffer.alloc(0)): Promise<Connected> {
  const handshake = await ask();
  const { server, accept } = handshake;
  const came: Buffer[] = [];
  let isEnded = false;
  server.on('data', (chunk: Buffer) => came.push(chunk));
  server.on('end', () => (isEnded = true));
  server.write(Buffer.concat([Buffer.from(switching(accept)), withAnswer]));
  const { webSocket, said } = await opened(handshake);
  const heard = (): readonly string[] => {
    const all = Buffer.concat(came);
    const frames: string[] = [];
    for (let at = 0; at < all.length;) {
      const length = (all[at + 1] ?? 0) & 0x7f;
      const key = all.subarray(at + 2, at + 6);
      const payload = Buffer.from(all.subarray(at + 6, at + 6 + length).map((byte, i) => byte ^ (key[i % 4] ?? 0)));
      frames.push(`${all.toString('hex', at, at + 2)} ${payload.toString('hex')}`);
      at += 6 + length;
    }
    return frames;
  };
  return { server, webSocket, said, heard, ended: () => isEnded };
}

test('asks as the RFC wants it, and takes the answer with what came behind it', async () => {
  const handshake = await ask();
  const { server, head, accept } = handshake;
  assert.match(head, /^GET \/a\/b\?ports=80 HTTP\/1\.1\r\n/);
  for (const line of [
    'authorization: Bearer t',
    'Host: api.test:8001',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Protocol: x/1, y',
  ]) {
    assert.ok(head.includes(`\r\n${line}\r\n`), line);
  }
  server.write(
    Buffer.concat([Buffer.from(switching(accept, 'Sec-WebSocket-Protocol: y\r\n')), hex('82 03 616263 82 01')]),
  );
  const { protocol, said } = await opened(handshake);
  assert.equal(protocol, 'y');
  server.write(hex('64'));
  await until('both messages', () => said.length === 2);
  assert.deepEqual(said, ['message abc', 'message d']);
});

const refusals: readonly { readonly name: string; readonly answer: (accept: string) => string; says: RegExp }[] = [
  {
    name: 'the answer to another key',
    answer: () => switching('s3pPLMBiTxaQ9kYGzzhZRbK+xOo='),
    says: /^its answer is not to our key$/,
  },
  {
    name: 'an extension nobody offered',
    answer: (accept) => switching(accept, 'Sec-WebSocket-Extensions: permessage-deflate\r\n'),
    says: /^it uses extensions that nobody offered$/,
  },
  {
    name: 'an upgrade to something else',
    answer: (accept) => switching(accept).replace('WebSocket', 'SPDY/3.1'),
    says: /^it upgrades to something else$/,
  },
  {
    name: 'an answer of HTTP',
    answer: () => 'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno',
    says: /^403 no$/,
  },
  { name: 'no HTTP', answer: () => 'SSH-2.0-OpenSSH_9.9\r\n', says: /Parse Error/ },
];
for (const { name, answer, says } of refusals) {
  test(`is no WebSocket: ${name}`, async () => {
    const handshake = await ask();
    handshake.server.write(answer(handshake.accept));
    assert.match(await refusal(handshake), says);
  });
}

test('a server that goes away before it answers', async () => {
  const handshake = await ask();
  handshake.server.destroy();
  assert.match(await refusal(handshake), /socket hang up|ECONNRESET/);
});

test('a close is answered with its code, and the connection ended', async () => {
  const { server, said, heard, ended } = await connect();
  server.write(hex('82 01 41 88 02 03e9'));
  await until('our end', ended);
  assert.deepEqual(heard(), ['8882 03e9']);
  server.end();
  await until('the close', () => said.length === 2);
  assert.deepEqual(said, ['message A', 'closed 1001']);
});

test('a close without a code is answered; a break is no close', async () => {
  const closed = await connect();
  closed.server.end(hex('88 00'));
  await until('the close', () => closed.said.length === 1);
  assert.deepEqual([closed.said, closed.heard()], [['closed 1005'], ['8882 03e8']]);
  const broken = await connect();
  broken.server.end();
  await until('the close', () => broken.said.length === 1);
  assert.deepEqual(broken.said, ['closed 1006']);
});

test('our close waits for that of the server, and what it says before is told', async () => {
  const { server, webSocket, said, heard, ended } = await connect();
  webSocket.close(1000);
  assert.equal(webSocket.isOpen, false);
  webSocket.send(bytes, [Buffer.from('late')], 4);
  webSocket.close(1001);
  await until('our close', () => heard().length === 1);
  assert.equal(ended(), false);
  server.write(hex('82 01 41 88 02 03e8'));
  await until('our end', ended);
  server.end();
  await until('the close', () => said.length === 2);
  assert.deepEqual([said, heard()], [['message A', 'closed 1000'], ['8882 03e8']]);
});

test('what is no frame is told, and closed with the code for it', async () => {
  for (const [frames, code] of [
    ['82 80 00000000', '03ea'],
    ['82 7f 0000000000100001', '03f1'],
  ] as const) {
    const { server, said, heard, ended } = await connect();
    server.write(hex(frames));
    await until('our end', ended);
    server.end();
    await until('the close', () => said.length === 2);
    assert.deepEqual(heard(), [`8882 ${code}`]);
    assert.match(said[0] ?? '', /^violation /);
    assert.equal(said[1], 'closed 1006');
  }
});

test('pings are answered with what they said, those that came with the handshake too', async () => {
  const { server, webSocket, said, heard } = await connect(hex('89 02 6869'));
  await until('a pong', () => heard().length === 1);
  server.write(hex('89 00'));
  await until('a pong', () => heard().length === 2);
  webSocket.ping();
  server.write(hex('8a 01 78'));
  await until('the pong', () => said.length === 1 && heard().length === 3);
  assert.deepEqual([said, heard()], [['pong'], ['8a82 6869', '8a80 ', '8980 ']]);
});

test('a server that does not read: what waits is told; its pings do not pile up; then all of it arrives', async () => {
  const handshake = await ask();
  const { server } = handshake;
  server.pause();
  server.write(switching(handshake.accept));
  const { webSocket, said } = await opened(handshake);
  const chunk = Buffer.alloc(64 * 1024, 'meshlens');
  let sent = 0;
  while (webSocket.waiting < 4 * 1024 * 1024) {
    webSocket.send(bytes, [chunk], chunk.length);
    sent++;
    await new Promise((resolve) => setImmediate(resolve));
  }
  const before = webSocket.waiting;
  for (let i = 0; i < 10_000; i++) server.write(hex('89 02 6869'));
  server.write(hex('82 01 41'));
  await until('what came behind the pings', () => said.length === 1);
  assert.ok(webSocket.waiting <= before, `${webSocket.waiting} bytes wait, before the pings ${before}`);
  webSocket.close(1000);
  let received = 0;
  server.on('data', (data: Buffer) => (received += data.length));
  server.resume();
  // Messages with heads of 14 bytes, and a close of 8.
  await until('the last byte', () => received === sent * (14 + chunk.length) + 8);
  assert.equal(webSocket.waiting, 0);
});
