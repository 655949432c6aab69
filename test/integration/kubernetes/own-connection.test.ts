/** Answers that are read over connections of their own: the wire as servers and troubles write it, and what comes of it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttp } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createServer } from 'node:tls';
import { gzipSync } from 'node:zlib';
import type { KubeStream, KubeTransport } from '../../../src/engine/discovery/kubernetes/transport/kube-transport.ts';
import { AbruptServer } from '../../kubernetes/abrupt-server.ts';
import { Http2Front } from '../../kubernetes/http2-front.ts';
import { until } from '../until.ts';
import { base64, transportOf } from './access-context.ts';
import { canary, failureOf, fails } from './access-failures.ts';
import { startAccessServer } from './access-server.ts';
import { authority, certificate, secureServer, trusting, type Handler } from './secure-server.ts';

const ask = { path: '/watch', ownConnection: true };

interface Wire {
  readonly transport: KubeTransport;
  /** What was sent, as text. */
  readonly asked: () => string;
  readonly open: () => number;
}

/** A server that answers each head it reads as the test writes. */
async function wireOf(t: TestContext, answer: (socket: Socket) => void): Promise<Wire> {
  let asked = '';
  const tls = createServer(certificate, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data: Buffer) => {
      asked += data.toString();
      if (asked.endsWith('\r\n\r\n')) answer(socket);
    });
  });
  const sockets = new Set<Socket>();
  tls.on('connection', (socket: Socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', () => undefined));
  });
  tls.listen(0, '127.0.0.1');
  await once(tls, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    tls.close();
  });
  const address = tls.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const cluster = { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': base64(authority.pem) };
  const transport = await transportOf(t, cluster, { token: canary }, { compression: true });
  return { transport, asked: () => asked, open: () => sockets.size };
}

const ok = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const chunked = `${ok}Transfer-Encoding: chunked\r\n\r\n`;

const wholes: readonly { readonly name: string; readonly wire: string; readonly body: string }[] = [
  { name: 'chunks', wire: `${chunked}6\r\none\ntw\r\n2\r\no\n\r\n0\r\n\r\n`, body: 'one\ntwo\n' },
  {
    name: 'sizes with zeros before them, in both cases',
    wire: `${chunked}00A\r\n0123456789\r\n0a\r\n0123456789\r\n0\r\n\r\n`,
    body: '01234567890123456789',
  },
  {
    name: 'extensions of chunks and trailers',
    wire: `${chunked}3;name="a;b"\r\none\r\n0;last\r\nX-Sum: 1\r\n\r\n`,
    body: 'one',
  },
  {
    name: 'a line end and a size within a chunk',
    wire: `${chunked}9\r\n\r\n0\r\n\r\nab\r\n0\r\n\r\n`,
    body: '\r\n0\r\n\r\nab',
  },
  { name: 'no chunk', wire: `${chunked}0\r\n\r\n`, body: '' },
  { name: 'a length', wire: `${ok}Content-Length: 3\r\n\r\none`, body: 'one' },
  { name: 'a length of nothing', wire: `${ok}Content-Length: 0\r\n\r\n`, body: '' },
  {
    name: 'answers before the answer',
    wire: `HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n${chunked}1\r\nx\r\n0\r\n\r\n`,
    body: 'x',
  },
];

for (const { name, wire, body } of wholes) {
  test(`${name}: read alike, wherever the bytes are cut`, async (t) => {
    let cut = 0;
    const { transport } = await wireOf(t, (socket) => void send(socket, wire, cut));
    // 0: byte by byte.
    for (cut of [0, 1, 7, wire.length - 1, wire.length]) {
      const stream = await transport.stream(ask);
      assert.deepEqual([stream.status, stream.headers['content-type']], [200, 'application/json']);
      assert.equal(await text(stream.body), body);
    }
  });
}

async function send(socket: Socket, wire: string, cut: number): Promise<void> {
  if (cut > 0) {
    socket.write(wire.slice(0, cut));
    await turn();
    socket.write(wire.slice(cut));
    return;
  }
  for (const byte of wire) {
    socket.write(byte);
    await turn();
  }
}

test('an answer without a length lasts until the connection ends', async (t) => {
  const { transport } = await wireOf(t, (socket) => socket.end(`${ok}\r\none`));
  assert.equal(await text((await transport.stream(ask)).body), 'one');
});

const broken: readonly (readonly [name: string, wire: string, reason: 'protocol' | 'unreachable', words: RegExp])[] = [
  ['no HTTP', 'SSH-2.0-OpenSSH_9\r\n\r\n', 'protocol', /not HTTP/],
  ['HTTP/2 that nobody asked for', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'protocol', /not HTTP/],
  ['a size that is none', `${chunked}xyz\r\n`, 'protocol', /not HTTP/],
  ['no size', `${chunked}\r\none\r\n`, 'protocol', /not HTTP/],
  ['a negative size', `${chunked}-1\r\none\r\n`, 'protocol', /not HTTP/],
  ['a size that no number holds', `${chunked}fffffffffffffffffff\r\none`, 'protocol', /not HTTP/],
  ['a chunk that is longer than it says', `${chunked}2\r\none\r\n0\r\n\r\n`, 'protocol', /not HTTP/],
  ['an extension without end', `${chunked}1;${'x'.repeat(10_000)}`, 'protocol', /not HTTP/],
  ['a head without end', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}`, 'protocol', /not HTTP/],
  [
    'both a length and chunks',
    `${ok}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n0\r\n\r\n`,
    'protocol',
    /not HTTP/,
  ],
  ['nothing', '', 'unreachable', /connection/],
  ['half a head', 'HTTP/1.1 200 OK\r\nX:', 'unreachable', /connection/],
  ['half a chunk', `${chunked}5\r\non`, 'unreachable', /in the middle of its answer/],
  ['no last chunk', `${chunked}3\r\none\r\n`, 'unreachable', /in the middle of its answer/],
  ['less than the length', `${ok}Content-Length: 10\r\n\r\none`, 'unreachable', /in the middle of its answer/],
];

for (const [name, wire, reason, words] of broken) {
  test(`${name}, then the end of the connection: a failure in words`, async (t) => {
    const { transport, open } = await wireOf(t, (socket) => socket.end(wire));
    await fails(
      transport.stream(ask).then(({ body }) => text(body)),
      reason,
      words,
    );
    await until('the connection to be let go', () => open() === 0);
  });
}

test('what an answer was asked with is what any other is asked with, and nothing can be written into it', async (t) => {
  const { transport, asked } = await wireOf(t, (socket) => socket.write(`${ok}Content-Length: 0\r\n\r\n`));
  const { body } = await transport.stream({ ...ask, query: { watch: true, labelSelector: 'a=b\r\nX: y' } });
  await text(body);
  const [line = '', ...headers] = asked().trim().split('\r\n');
  assert.equal(line, 'GET /watch?watch=true&labelSelector=a%3Db%0D%0AX%3A+y HTTP/1.1');
  assert.deepEqual(
    new Map(headers.map((header) => header.split(': ', 2) as [string, string])).get('authorization'),
    `Bearer ${canary}`,
  );
  assert.ok(
    headers.includes('accept-encoding: gzip') && headers.some((header) => header.startsWith('host: 127.0.0.1:')),
  );
  await fails(transport.stream({ ...ask, headers: { accept: 'x\r\nX: y' } }), 'protocol', /does not allow/);
  await fails(transport.stream({ ...ask, path: '/a b' }), 'protocol', /does not allow/);
  await fails(transport.stream({ ...ask, path: '/a\r\nX: y' }), 'protocol', /does not allow/);
});

test('what is read later is what came, though the memory it came into is used again', async (t) => {
  const lines = Array.from({ length: 4000 }, (_, at) => `${String(at).padStart(6, '0')}${'x'.repeat(200)}\n`);
  const server = await secureServer(t, (_, response) => {
    for (const line of lines) response.write(line);
    response.end();
  });
  const transport = await transportOf(t, trusting(server));
  for (const isSlow of [false, true]) {
    const { body } = await transport.stream(ask);
    let seen = '';
    for await (const piece of body) {
      if (isSlow && seen.length % 7 === 0) await turn();
      seen += String(piece);
    }
    assert.equal(seen, lines.join(''));
  }
  const { body } = await transport.stream(ask);
  let seen = '';
  body.on('data', (piece: Buffer) => {
    seen += piece.toString();
    body.pause();
    setImmediate(() => body.resume());
  });
  await once(body, 'end');
  assert.equal(seen, lines.join(''));
});

test('compressed answers are read, and refusals with their words', async (t) => {
  const long = 'a line\n'.repeat(50_000);
  const server = await secureServer(t, (request, response) => {
    if (request.url !== '/watch') response.writeHead(403).end('not for you');
    else response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(long));
  });
  const transport = await transportOf(t, trusting(server), {}, { compression: true });
  assert.equal(await text((await transport.stream(ask)).body), long);
  const refused = await transport.stream({ ...ask, path: '/other' });
  assert.deepEqual([refused.status, await text(refused.body)], [403, 'not for you']);
});

test('a limit, a timeout, the caller and the end of the transport end it, and its connection', async (t) => {
  const handle: Handler = (request, response) => {
    if (request.url !== '/watch') return;
    response.writeHead(200).write('x'.repeat(100_000));
  };
  const server = await secureServer(t, handle);
  const transport = await transportOf(t, trusting(server));
  const reading = ({ body }: KubeStream): Promise<string> => text(body);
  await fails(transport.stream({ ...ask, maxBytes: 50_000 }).then(reading), 'too-large', /more than 49 KiB/);
  await fails(transport.stream({ ...ask, path: '/never', timeoutMs: 60 }), 'timeout', /did not answer within/);
  const caller = new AbortController();
  const aborted = failureOf(transport.stream({ ...ask, signal: caller.signal }).then(reading));
  await until('it to be there', () => server.open() === 1);
  caller.abort();
  assert.equal((await aborted).reason, 'aborted');
  await fails(transport.stream({ ...ask, signal: AbortSignal.abort() }), 'aborted', /Not wanted/);
  const destroyed = await transport.stream(ask);
  destroyed.body.destroy();
  await until('the connections to be let go', () => server.open() === 0);
  const last = failureOf(transport.stream(ask).then(reading));
  await until('another to be there', () => server.open() === 1);
  transport.dispose();
  assert.equal((await last).reason, 'aborted');
  await until('its connection to be let go', () => server.open() === 0);
});

test('a reader that waits holds the sender, not the memory', async (t) => {
  let written = 0;
  const piece = Buffer.alloc(64 * 1024);
  const server = await secureServer(t, (_, response) => {
    const more = (): void => {
      while (response.write(piece)) written += piece.length;
      written += piece.length;
      response.once('drain', more);
    };
    more();
  });
  const transport = await transportOf(t, trusting(server));
  const { body } = await transport.stream(ask);
  let before = -1;
  await until('the sender to wait', async () => {
    const isStill = before === written;
    before = written;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return isStill && written > 0;
  });
  assert.ok(written < 20 * 1024 * 1024, `${written} bytes were taken`);
  const waited = written;
  body.resume();
  await until('the sender to go on', () => written > 2 * waited);
  body.destroy();
});

test('what may gather comes in few pieces, and all of it', async (t) => {
  let tell: (line: string) => void = () => undefined;
  const server = await secureServer(t, (_, response) => {
    response.writeHead(200).flushHeaders();
    tell = (line) => void response.write(line);
  });
  const transport = await transportOf(t, trusting(server));
  const { body, gather } = await transport.stream(ask);
  let seen = '';
  let turns = 0;
  let isCounted = false;
  body.on('error', () => undefined);
  body.on('data', (piece: Buffer) => {
    seen += piece.toString();
    if (isCounted) return;
    isCounted = true;
    turns++;
    setImmediate(() => (isCounted = false));
  });
  assert.equal(gather(), true);
  for (let at = 0; at < 200; at++) {
    tell(`${at}\n`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const all = Array.from({ length: 200 }, (_, at) => `${at}\n`).join('');
  await until('all of it', () => seen === all);
  assert.ok(turns < 40, `read in ${turns} turns`);
  // Long ones are not held back by it.
  tell('y'.repeat(20 * 1024 * 1024));
  await until('much at once', () => seen.length === all.length + 20 * 1024 * 1024, 5000);
  body.destroy();
});

test('some have connections of their own; what is more shares one, as all do of a server without HTTP/1.1', async (t) => {
  const behind = await startAccessServer((_, response) => void response.writeHead(200).write('line\n'));
  t.after(() => behind.close());
  for (const http1 of [true, false]) {
    const front = new Http2Front({ port: behind.port, tls: certificate, http1 });
    await front.start();
    t.after(() => front.stop());
    const cluster = { server: front.url, 'certificate-authority-data': base64(authority.pem) };
    const transport = await transportOf(t, cluster, { token: canary });
    const bodies = [];
    for (let at = 0; at < 10; at++) {
      const { body } = await transport.stream(ask);
      body.on('error', () => undefined).resume();
      bodies.push(body);
    }
    assert.equal(front.open, http1 ? 5 : 1);
    for (const body of bodies) body.destroy();
    await until('only the shared one to be left', () => front.open === 1);
    const { body } = await transport.stream(ask);
    body.on('error', () => undefined).resume();
    assert.equal(front.open, http1 ? 2 : 1);
    transport.dispose();
  }
});

test('a server without TLS is read alike, and one that goes away in the middle is told of', async (t) => {
  const server = new AbruptServer(createHttp((_, response) => void response.writeHead(200).write('line\n')));
  const port = await server.listen(0);
  t.after(() => server.close());
  const transport = await transportOf(t, { server: `http://127.0.0.1:${port}` });
  const { body } = await transport.stream(ask);
  let seen = '';
  body.on('data', (piece: Buffer) => (seen += piece.toString()));
  const end = failureOf(once(body, 'end'));
  await until('the first line', () => seen === 'line\n');
  server.cut();
  assert.match((await end).message, /in the middle of its answer/);
});
