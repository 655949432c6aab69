/** The codec against Node's own (llhttp), on both ends: what one side writes the other must read as meant. */
import assert from 'node:assert/strict';
import * as http from 'node:http';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import {
  Cleanup,
  config,
  endpoint,
  RawClient,
  routes,
  rule,
  startApplication,
  startProxies,
  startServer,
  upstream,
} from './mesh-kit.ts';

const cleanup = new Cleanup();
let nodePort = 0;
let proxyPort = 0;
/** What the upstream server of the response property answers next. */
let answer: readonly Buffer[] = [];
let rawAnswers = 0;
let rawProxyPort = 0;

before(async () => {
  // An application that tells what it understood.
  const application = await startApplication(cleanup, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => undefined);
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('latin1');
      const own = Object.entries(request.headers).filter(([name]) => name.startsWith('x-t'));
      response.end(JSON.stringify([request.method, request.url, own, body, request.trailers]));
    });
  });
  nodePort = application.port;
  const proxies = startProxies(cleanup);
  const bound = await proxies.apply(config({ routes: routes([rule()], [upstream([endpoint('a', nodePort)])]) }));
  proxyPort = bound.outbound['proxy'] ?? 0;
  const raw = await startServer(cleanup, (socket) => {
    socket.once('data', () => {
      rawAnswers++;
      for (const piece of answer) socket.write(piece);
      socket.end();
    });
  });
  rawProxyPort = raw.port;
  const behind = await proxies.apply(
    config({
      identity: { ...config().identity, instance: 'shop/raw-0' },
      routes: routes([rule()], [upstream([endpoint('raw', raw.port)])]),
    }),
  );
  answerThroughProxy = behind.outbound['proxy'] ?? 0;
});
let answerThroughProxy = 0;
after(() => cleanup.run());

/** Sends bytes in pieces; resolves with everything that came back once the server closed. */
async function exchange(port: number, pieces: readonly Buffer[]): Promise<string> {
  const scope = new Cleanup();
  try {
    const client = await RawClient.connect(scope, port);
    for (const piece of pieces) {
      client.socket.write(piece);
      if (pieces.length > 1) await new Promise((resolve) => setImmediate(resolve));
    }
    return await client.untilEnd();
  } finally {
    await scope.run();
  }
}

function statusAndBody(text: string): readonly [number, string] {
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);
  const end = text.indexOf('\r\n\r\n');
  return [status, end < 0 ? '' : text.slice(end + 4)];
}

const safe = fc
  .string({ maxLength: 20, unit: fc.constantFrom(...Array.from('abcXYZ019 ,;=/"')) })
  .map((value) => value.trim());
const body = fc.string({ maxLength: 200, unit: fc.constantFrom('a', '\r', '\n', '\0', '\u00ff', '0') });
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 });

function cut(text: string, at: readonly number[]): Buffer[] {
  const data = Buffer.from(text, 'latin1');
  const points = [...at.map((fraction) => Math.floor(fraction * data.length)), data.length].sort((a, b) => a - b);
  return points.map((point, index) => data.subarray(points[index - 1] ?? 0, point)).filter((piece) => piece.length > 0);
}

/** Pieces of requests, proper and improper, that parsers are known to disagree about. */
const oddLine = fc.constantFrom(
  'Content-Length: 3\r\n',
  'Content-Length: 3\r\nContent-Length: 4\r\n',
  'Content-Length:\t3\r\n',
  'Content-Length: 3,3\r\n',
  'Content-Length: +3\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: chunked\r\nContent-Length: 3\r\n',
  'Transfer-Encoding: xchunked\r\n',
  'Transfer-Encoding: identity\r\n',
  'Transfer-Encoding:\x0bchunked\r\n',
  'Transfer-Encoding : chunked\r\n',
  'X-T: a\r\n b\r\n',
  'X-T: a\nX-T2: b\r\n',
  'X-T: a\rb\r\n',
  'X T: a\r\n',
  ': a\r\n',
  'Connection: keep-alive, x-t\r\n',
  'Host: second\r\n',
);

test('a request that both understand, the application behind the proxy understands in the same way', async () => {
  const request = fc.record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'),
    path: fc.webPath().map((path) => `/p${path.replaceAll(/[#%]|\/\.|\/\//g, '_')}`),
    headers: fc.array(safe, { maxLength: 3 }),
    odd: fc.option(oddLine, { freq: 2 }),
    framing: fc.constantFrom('none', 'length', 'chunked'),
    body,
    at: cuts,
  });
  let agreed = 0;
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(request, async ({ method, path, headers, odd, framing, body: content, at }) => {
      const lines = headers.map((value, index) => `X-T${index}: ${value}\r\n`).join('');
      const framed =
        framing === 'length'
          ? `Content-Length: ${content.length}\r\n\r\n${content}`
          : framing === 'chunked'
            ? `Transfer-Encoding: chunked\r\n\r\n${content === '' ? '' : `${content.length.toString(16)}\r\n${content}\r\n`}0\r\nX-Trail: t\r\n\r\n`
            : '\r\n';
      const wire = `${method} ${path} HTTP/1.1\r\nHost: reviews:9080\r\nConnection: close\r\n${lines}${odd ?? ''}${framed}`;
      // A body for those that turn out to expect one: neither side must wait for more.
      const padding = /^(Content|Transfer)/.test(odd ?? '') && framing === 'none' ? '0\r\n\r\n' : '';
      const pieces = cut(wire + padding, at);
      const [through, understood] = statusAndBody(await exchange(proxyPort, pieces));
      const [direct, meant] = through === 200 ? statusAndBody(await exchange(nodePort, pieces)) : [0, ''];
      if (through === 200) {
        // Whoever forwards must not be more lenient than who is behind.
        assert.equal(direct, 200, `the proxy forwarded what Node refuses: ${JSON.stringify(wire)}`);
        if (odd?.startsWith('Connection') !== true) assert.equal(understood, meant);
        agreed++;
      } else {
        assert.ok(through === 400 || through === 0, `status ${through} for ${JSON.stringify(wire)}`);
        assert.ok(odd !== null, `the proxy refused a proper request: ${JSON.stringify(wire)}`);
        refused++;
      }
    }),
    { numRuns: 150 },
  );
  assert.ok(agreed > 20 && refused > 5, `${agreed} agreed, ${refused} refused`);
});

test('an answer reaches Node’s client through the proxy as it does directly', async () => {
  const response = fc.record({
    status: fc.constantFrom(200, 201, 204, 304, 404, 503),
    headers: fc.array(safe, { maxLength: 3 }),
    framing: fc.constantFrom('none', 'length', 'chunked'),
    interim: fc.boolean(),
    body,
    at: cuts,
  });
  const ask = (port: number): Promise<readonly unknown[]> =>
    new Promise((resolve, reject) => {
      const request = http.get(
        { port, host: '127.0.0.1', headers: { host: 'reviews:9080' }, agent: false },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () => {
            const own = Object.entries(incoming.headers).filter(([name]) => name.startsWith('x-t'));
            resolve([
              incoming.statusCode,
              incoming.statusMessage,
              own,
              Buffer.concat(chunks).toString('latin1'),
              { ...incoming.trailers },
            ]);
          });
        },
      );
      request.on('error', reject);
    });
  await fc.assert(
    fc.asyncProperty(response, async ({ status, headers, framing, interim, body: content, at }) => {
      const silent = status === 204 || status === 304;
      const lines = headers.map((value, index) => `X-T${index}: ${value}\r\n`).join('');
      const framed = silent
        ? '\r\n'
        : framing === 'length'
          ? `Content-Length: ${content.length}\r\n\r\n${content}`
          : framing === 'chunked'
            ? `Transfer-Encoding: chunked\r\n\r\n${content === '' ? '' : `${content.length.toString(16)}\r\n${content}\r\n`}0\r\nX-Trail: t\r\n\r\n`
            : `\r\n${content}`;
      const early = interim ? 'HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n' : '';
      answer = cut(`${early}HTTP/1.1 ${status} Some Reason\r\n${lines}${framed}`, at);
      const before = rawAnswers;
      assert.deepEqual(await ask(answerThroughProxy), await ask(rawProxyPort));
      assert.equal(rawAnswers, before + 2);
    }),
    { numRuns: 100 },
  );
});
