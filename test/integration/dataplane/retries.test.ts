/** Retries, failover between endpoints, mirrors and splits. */
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import type { CompiledRetry } from '../../../src/engine/policy/semantics/routing/compiled.ts';
import {
  call,
  Cleanup,
  closedPort,
  config,
  destination,
  endpoint,
  eventually,
  forward,
  istioRetry,
  noRetry,
  routes,
  rule,
  startApplication,
  startProxies,
  startServer,
  upstream,
} from './mesh-kit.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const answering = (text: string) => startApplication(cleanup, (_request, response) => void response.end(text));

describe('a retry', () => {
  test('of a refused connection goes to another endpoint, and the span tells of it', async () => {
    const good = await answering('good');
    const proxies = startProxies(cleanup);
    const endpoints = [endpoint('dead', await closedPort()), endpoint('good', good.port)];
    const bound = await proxies.apply(
      config({ routes: routes([rule({ action: forward({ retry: istioRetry }) })], [upstream(endpoints)]) }),
    );
    for (let i = 0; i < 4; i++) assert.equal((await call(bound.outbound['proxy'] ?? 0)).body, 'good');
    const { spans, requests } = await proxies.report();
    const retried = spans.filter((span) => span.events.length > 0);
    assert.ok(retried.length > 0);
    for (const { events, attributes } of retried) {
      assert.equal(attributes['peer.instance'], 'good');
      assert.equal(attributes['retry.attempts'], 1);
      assert.deepEqual(
        events.map(({ name, attributes: event }) => [name, event['peer.instance'], event['reason']]),
        [['retry', 'dead', 'connection-failure']],
      );
    }
    assert.deepEqual(
      requests.map(({ labels, instances }) => [labels.response_code, labels.response_flags, instances]),
      [['200', '-', { good: 4 }]],
    );
  });

  const cases: readonly (readonly [string, number, Partial<CompiledRetry>, Record<string, string>, boolean])[] = [
    ['5xx', 500, { retryOn: ['5xx'] }, {}, true],
    ['5xx is not 4xx', 429, { retryOn: ['5xx'] }, {}, false],
    ['gateway-error', 503, { retryOn: ['gateway-error'] }, {}, true],
    ['gateway-error is not 500', 500, { retryOn: ['gateway-error'] }, {}, false],
    ['retriable-4xx is 409', 409, { retryOn: ['retriable-4xx'] }, {}, true],
    ['retriable-4xx is not 404', 404, { retryOn: ['retriable-4xx'] }, {}, false],
    ['a status among the conditions', 418, { retryOn: ['418'] }, {}, true],
    ['retriable-status-codes', 429, { retryOn: ['retriable-status-codes'], retriableStatusCodes: [429] }, {}, true],
    ['connect-failure is no status', 503, { retryOn: ['connect-failure', 'refused-stream'] }, {}, false],
    ['unavailable by grpc-status', 200, { retryOn: ['unavailable'] }, { 'grpc-status': '14' }, true],
    ['cancelled is another grpc-status', 200, { retryOn: ['cancelled'] }, { 'grpc-status': '14' }, false],
    ['rate limited answers are final', 503, { retryOn: ['5xx'] }, { 'x-envoy-ratelimited': 'true' }, false],
  ];
  for (const [name, status, retry, headers, retried] of cases) {
    test(`${name}: ${status} is ${retried ? '' : 'not '}retried`, async () => {
      let calls = 0;
      const application = await startApplication(cleanup, (_request, response) => {
        calls++;
        if (calls === 1) response.writeHead(status, headers).end('first');
        else response.end('second');
      });
      const action = forward({ retry: { ...noRetry, attempts: 2, backoffMs: 1, ...retry } });
      const bound = await startProxies(cleanup).apply(
        config({ routes: routes([rule({ action })], [upstream([endpoint('a', application.port)])]) }),
      );
      assert.equal((await call(bound.outbound['proxy'] ?? 0)).body, retried ? 'second' : 'first');
      assert.equal(calls, retried ? 2 : 1);
    });
  }

  test('is given up after the last attempt: the last answer is passed on with URX', async () => {
    let calls = 0;
    const application = await startApplication(cleanup, (_request, response) => {
      response.writeHead(503).end(`answer ${++calls}`);
    });
    const proxies = startProxies(cleanup);
    const action = forward({ retry: { ...noRetry, attempts: 2, backoffMs: 1, retryOn: ['5xx'] } });
    const bound = await proxies.apply(
      config({ routes: routes([rule({ action })], [upstream([endpoint('a', application.port)])]) }),
    );
    const answer = await call(bound.outbound['proxy'] ?? 0);
    assert.deepEqual([answer.status, answer.body], [503, 'answer 3']);
    const { requests } = await proxies.report();
    assert.deepEqual(
      requests.map(({ labels }) => labels.response_flags),
      ['URX'],
    );
  });

  test('sends the body again, up to 64 KiB', async () => {
    const seen: number[] = [];
    const application = await startApplication(cleanup, (request, response) => {
      let size = 0;
      request.on('data', (chunk: Buffer) => (size += chunk.length));
      request.on('end', () => {
        seen.push(size);
        response.writeHead(seen.length % 2 === 1 ? 503 : 200).end();
      });
    });
    const action = forward({ retry: { ...noRetry, attempts: 1, backoffMs: 1, retryOn: ['5xx'] } });
    const bound = await startProxies(cleanup).apply(
      config({ routes: routes([rule({ action })], [upstream([endpoint('a', application.port)])]) }),
    );
    const port = bound.outbound['proxy'] ?? 0;
    assert.equal((await call(port, { method: 'POST', body: Buffer.alloc(60_000, 'x') })).status, 200);
    assert.deepEqual(seen, [60_000, 60_000]);
    assert.equal((await call(port, { method: 'POST', body: Buffer.alloc(100_000, 'x') })).status, 503);
    assert.deepEqual(seen, [60_000, 60_000, 100_000]);
  });
});

describe('a kept-alive connection', () => {
  test('that the server closes under a repeatable request is replaced without a word', async () => {
    let requests = 0;
    const server = await startServer(cleanup, (socket) => {
      let served = 0;
      socket.on('data', () => {
        requests++;
        // The second request on a connection meets a server that has just decided to close it.
        if (++served === 2) socket.destroy();
        else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
    });
    const proxies = startProxies(cleanup);
    const bound = await proxies.apply(config({ routes: routes([rule()], [upstream([endpoint('a', server.port)])]) }));
    const port = bound.outbound['proxy'] ?? 0;
    assert.equal((await call(port)).status, 200);
    assert.equal((await call(port)).status, 200);
    assert.equal(requests, 3);
    const { spans } = await proxies.report();
    assert.deepEqual(
      spans.flatMap((span) => span.events.map(({ name }) => name)),
      ['reconnect'],
    );
    // A POST may have been carried out: nobody but the caller can know.
    assert.equal((await call(port, { method: 'POST', body: 'x' })).status, 503);
  });

  test('is not used longer than the server announced', async () => {
    const server = await startServer(cleanup, (socket) => {
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\nok'));
    });
    let clock = 1000;
    const proxies = startProxies(cleanup, { now: () => clock });
    const bound = await proxies.apply(config({ routes: routes([rule()], [upstream([endpoint('a', server.port)])]) }));
    const port = bound.outbound['proxy'] ?? 0;
    await call(port);
    await call(port);
    assert.equal(server.connections(), 1);
    clock += 900;
    await call(port);
    assert.equal(server.connections(), 2);
  });

  test('carries no more requests than allowed', async () => {
    const application = await answering('ok');
    const pool = { ...upstream([]).pool, maxRequestsPerConnection: 2 };
    const bound = await startProxies(cleanup).apply(
      config({ routes: routes([rule()], [upstream([endpoint('a', application.port)], { pool })]) }),
    );
    for (let i = 0; i < 6; i++) await call(bound.outbound['proxy'] ?? 0);
    assert.equal(application.connections(), 3);
  });
});

test('of two instances one is killed under 200 requests a second: no GET fails', async () => {
  const proxies = startProxies(cleanup);
  const first = await answering('ok');
  const second = await answering('ok');
  const endpoints = [endpoint('first', first.port), endpoint('second', second.port)];
  const bound = await proxies.apply(
    config({ routes: routes([rule({ action: forward({ retry: istioRetry }) })], [upstream(endpoints)]) }),
  );
  const statuses = new Map<number, number>();
  const running = new Set<Promise<void>>();
  const port = bound.outbound['proxy'] ?? 0;
  for (let i = 0; i < 300; i++) {
    const one = call(port).then(({ status }) => void statuses.set(status, (statuses.get(status) ?? 0) + 1));
    running.add(one);
    void one.finally(() => running.delete(one));
    if (i === 150) void first.kill();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await Promise.all(running);
  assert.deepEqual([...statuses], [[200, 300]]);
});

test('weights split requests, and a mirror gets copies that nobody waits for', async () => {
  const mirrored: string[] = [];
  const mirror = await startApplication(cleanup, (request) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    // It never answers.
    request.on('end', () => mirrored.push(`${request.method} ${request.headers.host} ${body}`));
  });
  const v1 = await answering('v1');
  const v2 = await answering('v2');
  const ids = { v1: 'outbound|9080|v1|reviews', v2: 'outbound|9080|v2|reviews', mirror: 'mirror' };
  const action = forward({
    destinations: [destination({ upstream: ids.v1, weight: 75 }), destination({ upstream: ids.v2, weight: 25 })],
    mirrors: [{ destination: destination({ upstream: ids.mirror }), percent: 100 }],
  });
  const bound = await startProxies(cleanup).apply(
    config({
      routes: routes(
        [rule({ action })],
        [
          upstream([endpoint('v1', v1.port)], { id: ids.v1 }),
          upstream([endpoint('v2', v2.port)], { id: ids.v2 }),
          upstream([endpoint('mirror', mirror.port)], { id: ids.mirror }),
        ],
      ),
    }),
  );
  const answers: string[] = [];
  for (let i = 0; i < 20; i++)
    answers.push((await call(bound.outbound['proxy'] ?? 0, { method: 'POST', body: 'x' })).body);
  const share = answers.filter((body) => body === 'v1').length;
  assert.ok(share >= 13 && share <= 17, `v1 got ${share} of 20`);
  await eventually(() => mirrored.length === 20);
  assert.deepEqual([...new Set(mirrored)], ['POST reviews:9080 x']);
});
