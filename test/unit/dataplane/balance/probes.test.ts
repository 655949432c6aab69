import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import * as http from 'node:http';
import * as net from 'node:net';
import { test, type TestContext } from 'node:test';
import { probeEndpoint } from '../../../../src/engine/dataplane/balance/probes.ts';
import type { ActiveHealthCheck } from '../../../../src/engine/dataplane/data-plane.ts';
import { endpoint } from './upstream-fixture.ts';

const httpCheck: ActiveHealthCheck = {
  upstream: 'ratings',
  type: 'http',
  path: '/health?deep=1',
  intervalMs: 1000,
  timeoutMs: 1000,
  unhealthyThreshold: 1,
  healthyThreshold: 1,
};
const tcpCheck: ActiveHealthCheck = { ...httpCheck, type: 'tcp' };
const never = new AbortController().signal;

async function listen(t: TestContext, server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

test('HTTP passes from 200 to 399', async (t) => {
  let status = 0;
  const seen: string[] = [];
  const server = http.createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.host} ${request.headers.connection}`);
    response.writeHead(status, { location: '/elsewhere' }).end('x'.repeat(100_000));
  });
  const port = await listen(t, server);
  for (const [code, passed] of [
    [200, true],
    [204, true],
    [302, true],
    [399, true],
    [400, false],
    [404, false],
    [500, false],
    [503, false],
  ] as const) {
    status = code;
    assert.deepEqual(await probeEndpoint(httpCheck, endpoint('a', { port }), never), {
      passed,
      detail: `answered ${code}`,
    });
  }
  assert.deepEqual([...new Set(seen)], [`GET /health?deep=1 127.0.0.1:${port} close`]);
});

test('TCP passes when connected', async (t) => {
  const server = new EventEmitter();
  const closed = once(server, 'closed');
  const port = await listen(
    t,
    net.createServer((socket) => {
      socket.resume().on('error', () => undefined);
      socket.on('close', () => server.emit('closed'));
    }),
  );
  const result = await probeEndpoint(tcpCheck, endpoint('a', { port }), never);
  assert.deepEqual(result, { passed: true, detail: 'connected' });
  await closed;
});

test('a closed port fails', async (t) => {
  const server = net.createServer();
  const port = await listen(t, server);
  await new Promise((resolve) => server.close(resolve));
  for (const check of [httpCheck, tcpCheck]) {
    assert.deepEqual(await probeEndpoint(check, endpoint('a', { port }), never), {
      passed: false,
      detail: 'connection refused',
    });
  }
});

test('garbage and a closed connection fail', async (t) => {
  for (const answer of ['not http at all\r\n\r\n', '']) {
    const port = await listen(
      t,
      net.createServer((socket) => socket.on('error', () => undefined).end(answer)),
    );
    assert.equal((await probeEndpoint(httpCheck, endpoint('a', { port }), never)).passed, false);
  }
});

test('an aborted probe ends and closes its connection', async (t) => {
  const controller = new AbortController();
  const server = new EventEmitter();
  const closed = once(server, 'closed');
  const port = await listen(
    t,
    net.createServer((socket) => {
      socket.on('error', () => undefined).on('close', () => server.emit('closed'));
      socket.once('data', () => controller.abort());
    }),
  );
  const result = await probeEndpoint(httpCheck, endpoint('a', { port }), controller.signal);
  assert.deepEqual(result, { passed: false, detail: 'the check was given up' });
  await closed;
});

test('uses the connection it is given', async (t) => {
  const port = await listen(
    t,
    http.createServer((_, response) => response.writeHead(200).end()),
  );
  const opened: net.Socket[] = [];
  const open = (): Promise<net.Socket> =>
    new Promise((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => resolve(socket));
      opened.push(socket);
    });
  const result = await probeEndpoint(httpCheck, endpoint('a', { port: 1 }), never, open);
  assert.equal(result.passed, true);
  assert.equal(opened[0]?.destroyed, true);
});

test('a path that HTTP does not allow fails', async (t) => {
  const port = await listen(
    t,
    http.createServer((_, response) => response.writeHead(200).end()),
  );
  const result = await probeEndpoint({ ...httpCheck, path: '/a b' }, endpoint('a', { port }), never);
  assert.equal(result.passed, false);
});
