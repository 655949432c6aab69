/** What a caller gets, and what is told of it, when something goes wrong: Envoy's statuses, bodies and flags. */
import assert from 'node:assert/strict';
import type * as http from 'node:http';
import { afterEach, describe, test } from 'node:test';
import type {
  CompiledRule,
  Upstream,
  UpstreamEndpoint,
} from '../../../src/engine/policy/semantics/routing/compiled.ts';
import {
  call,
  Cleanup,
  closedPort,
  config,
  endpoint,
  eventually,
  forward,
  noRetry,
  RawClient,
  routes,
  rule,
  startApplication,
  startProxies,
  startServer,
  upstream,
  type RunningProxies,
} from './mesh-kit.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

interface Setup {
  readonly rule?: Partial<CompiledRule>;
  readonly upstream?: Partial<Upstream>;
  readonly random?: () => number;
}

async function mesh(
  endpoints: readonly UpstreamEndpoint[],
  setup: Setup = {},
): Promise<{ port: number; proxies: RunningProxies }> {
  const proxies = startProxies(cleanup, setup.random ? { random: setup.random } : {});
  const bound = await proxies.apply(
    config({ routes: routes([rule(setup.rule)], [upstream(endpoints, setup.upstream)]) }),
  );
  return { port: bound.outbound['proxy'] ?? 0, proxies };
}

/** Flags and codes counted, as `503 UH`. */
async function counted(proxies: RunningProxies): Promise<string[]> {
  const { requests } = await proxies.report();
  return requests.map(({ labels, count }) => `${count} x ${labels.response_code} ${labels.response_flags}`);
}

describe('without an answer of the upstream', () => {
  test('no endpoint: 503 UH', async () => {
    const { port, proxies } = await mesh([]);
    const answer = await call(port);
    assert.equal(answer.status, 503);
    assert.equal(answer.body, 'no healthy upstream');
    assert.equal(answer.headers['content-type'], 'text/plain');
    assert.deepEqual(await counted(proxies), ['1 x 503 UH']);
  });

  test('only unhealthy endpoints: 503 UH', async () => {
    const application = await startApplication(cleanup, (_request, response) => void response.end());
    const { port } = await mesh([endpoint('a', application.port, { health: 'unhealthy' })]);
    assert.equal((await call(port)).body, 'no healthy upstream');
  });

  test('a route to an upstream that does not exist: 503 NC', async () => {
    const proxies = startProxies(cleanup);
    const bound = await proxies.apply(config({ routes: routes([rule()], []) }));
    assert.equal((await call(bound.outbound['proxy'] ?? 0)).status, 503);
    assert.deepEqual(await counted(proxies), ['1 x 503 NC']);
  });

  test('no rule that fits: 404 NR', async () => {
    const none = {
      name: 'never',
      uri: { type: 'exact', value: '/never' },
      headers: {},
      withoutHeaders: {},
      queryParams: {},
    } as const;
    const { port, proxies } = await mesh([], { rule: { matches: [none] } });
    const answer = await call(port);
    assert.deepEqual([answer.status, answer.body], [404, '']);
    assert.deepEqual(await counted(proxies), ['1 x 404 NR']);
  });

  test('connection refused: 503 UF', async () => {
    const { port, proxies } = await mesh([endpoint('a', await closedPort())]);
    const answer = await call(port);
    assert.equal(answer.status, 503);
    assert.equal(
      answer.body,
      'upstream connect error or disconnect/reset before headers. reset reason: remote connection failure, ' +
        'transport failure reason: delayed connect error: ECONNREFUSED',
    );
    assert.deepEqual(await counted(proxies), ['1 x 503 UF']);
    const { endpoints } = await proxies.report();
    assert.deepEqual(
      endpoints.map(({ type, endpoint: id, detail }) => [type, id, detail]),
      [['connect-failed', 'a', 'ECONNREFUSED']],
    );
  });

  test('connection refused and no retry left: 503 UF,URX', async () => {
    const retry = { ...noRetry, attempts: 1, retryOn: ['connect-failure'] };
    const { port, proxies } = await mesh([endpoint('a', await closedPort())], { rule: { action: forward({ retry }) } });
    const answer = await call(port);
    assert.match(
      answer.body,
      /^upstream connect error .* retried and the latest reset reason: remote connection failure/,
    );
    assert.deepEqual(await counted(proxies), ['1 x 503 UF,URX']);
  });

  test('the upstream closes without an answer: 503 UC', async () => {
    const server = await startServer(cleanup, (socket) => socket.once('data', () => socket.destroy()));
    const { port, proxies } = await mesh([endpoint('a', server.port)]);
    const answer = await call(port);
    assert.equal(answer.status, 503);
    assert.equal(
      answer.body,
      'upstream connect error or disconnect/reset before headers. reset reason: connection termination',
    );
    assert.deepEqual(await counted(proxies), ['1 x 503 UC']);
  });

  for (const [name, bytes] of [
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['both framings', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['an unasked switch of protocols', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
  ] as const) {
    test(`the upstream answers with ${name}: 502 UPE`, async () => {
      const server = await startServer(cleanup, (socket) => socket.once('data', () => socket.write(bytes)));
      const { port, proxies } = await mesh([endpoint('a', server.port)]);
      const answer = await call(port);
      assert.equal(answer.status, 502);
      assert.match(answer.body, /reset reason: protocol error$/);
      assert.deepEqual(await counted(proxies), ['1 x 502 UPE']);
    });
  }

  test('more requests than the circuit breaker allows: 503 UO, overloaded', async () => {
    let release: (() => void) | undefined;
    const application = await startApplication(
      cleanup,
      (_request, response) => (release = () => void response.end('done')),
    );
    const pool = { ...upstream([]).pool, maxConnections: 1, maxPendingRequests: 1 };
    const { port, proxies } = await mesh([endpoint('a', application.port)], { upstream: { pool } });
    const first = call(port);
    await eventually(() => release !== undefined);
    const second = call(port);
    // The second waits for the only connection; that is known once a third is refused.
    let third = await call(port);
    while (third.status === 200) third = await call(port);
    assert.deepEqual([third.status, third.headers['x-envoy-overloaded']], [503, 'true']);
    assert.match(third.body, /reset reason: overflow$/);
    const waiting = release;
    release = undefined;
    waiting?.();
    assert.equal((await first).body, 'done');
    await eventually(() => release !== undefined);
    (release as (() => void) | undefined)?.();
    assert.equal((await second).body, 'done');
    assert.ok((await counted(proxies)).includes('1 x 503 UO'));
  });
});

describe('timeouts', () => {
  test('the route timeout: 504 UT, and the upstream request is given up', async () => {
    let gone = false;
    const application = await startApplication(cleanup, (request) => request.on('close', () => (gone = true)));
    const { port, proxies } = await mesh([endpoint('a', application.port)], {
      rule: { action: forward({ timeoutMs: 50 }) },
    });
    const answer = await call(port);
    assert.deepEqual([answer.status, answer.body], [504, 'upstream request timeout']);
    assert.deepEqual(await counted(proxies), ['1 x 504 UT']);
    await eventually(() => gone);
  });

  test('the route timeout includes retries', async () => {
    const application = await startApplication(cleanup, (_request, response) => {
      setTimeout(() => response.writeHead(503).end(), 40);
    });
    const retry = { ...noRetry, attempts: 100, retryOn: ['5xx'] };
    const { port } = await mesh([endpoint('a', application.port)], {
      rule: { action: forward({ timeoutMs: 150, retry }) },
    });
    assert.equal((await call(port)).status, 504);
  });

  test('the per-try timeout is retried where the policy says so, else 504 UT', async () => {
    let calls = 0;
    const application = await startApplication(cleanup, (_request, response) => {
      if (++calls > 1) response.end('second');
    });
    const retry = { ...noRetry, attempts: 1, perTryTimeoutMs: 50, retryOn: ['5xx'] };
    const first = await mesh([endpoint('a', application.port)], { rule: { action: forward({ retry }) } });
    assert.equal((await call(first.port)).body, 'second');
    calls = 0;
    const unretried = { ...retry, retryOn: ['connect-failure'] };
    const second = await mesh([endpoint('a', application.port)], { rule: { action: forward({ retry: unretried }) } });
    assert.deepEqual((await call(second.port)).body, 'upstream request timeout');
    assert.deepEqual(await counted(second.proxies), ['1 x 504 UT']);
  });

  test('a timeout while the response is on its way breaks it off', async () => {
    const application = await startApplication(cleanup, (_request, response) => {
      response.write('begun');
    });
    const { port, proxies } = await mesh([endpoint('a', application.port)], {
      rule: { action: forward({ timeoutMs: 80 }) },
    });
    await assert.rejects(call(port), /aborted|ECONNRESET/);
    assert.deepEqual(await counted(proxies), ['1 x 200 UT']);
  });

  test('the application may set timeouts and retries with its own headers, which go no further', async () => {
    let seen: http.IncomingHttpHeaders = {};
    let calls = 0;
    const application = await startApplication(cleanup, (request, response) => {
      seen = request.headers;
      if (++calls > 1) response.end('ok');
      else response.writeHead(500).end();
    });
    const { port } = await mesh([endpoint('a', application.port)]);
    const headers = { 'x-envoy-retry-on': '5xx', 'x-envoy-max-retries': '3', 'x-envoy-upstream-rq-timeout-ms': '5000' };
    assert.equal((await call(port, { headers })).body, 'ok');
    assert.deepEqual(
      Object.keys(seen).filter((name) => name.startsWith('x-envoy')),
      ['x-envoy-expected-rq-timeout-ms'],
    );
  });
});

describe('faults', () => {
  const fault = (percent: number, random: () => number) => ({
    rule: { fault: { delay: { ms: 30, percent }, abort: { status: 418, percent } } },
    random,
  });

  test('delay and abort: FI, DI, and the upstream never hears of it', async () => {
    const application = await startApplication(cleanup, (_request, response) => void response.end('ok'));
    const { port, proxies } = await mesh([endpoint('a', application.port)], fault(100, Math.random));
    const started = performance.now();
    const answer = await call(port);
    assert.ok(performance.now() - started >= 29);
    assert.deepEqual([answer.status, answer.body], [418, 'fault filter abort']);
    assert.equal(application.connections(), 0);
    assert.deepEqual(await counted(proxies), ['1 x 418 DI,FI']);
  });

  test('a percentage is a chance: hit below it, not hit from it on', async () => {
    const application = await startApplication(cleanup, (_request, response) => void response.end('ok'));
    const hit = await mesh(
      [endpoint('a', application.port)],
      fault(50, () => 0.499),
    );
    assert.equal((await call(hit.port)).status, 418);
    const missed = await mesh(
      [endpoint('a', application.port)],
      fault(50, () => 0.5),
    );
    assert.equal((await call(missed.port)).status, 200);
  });

  test('the route timeout does not run during a delay, and an abort is not retried', async () => {
    const application = await startApplication(cleanup, (_request, response) => void response.end('ok'));
    const { port } = await mesh([endpoint('a', application.port)], {
      rule: { action: forward({ timeoutMs: 30 }), fault: { delay: { ms: 80, percent: 100 } } },
    });
    assert.equal((await call(port)).body, 'ok');
    const retry = { ...noRetry, attempts: 3, retryOn: ['5xx'] };
    const aborted = await mesh([endpoint('a', application.port)], {
      rule: { action: forward({ retry }), fault: { abort: { status: 503, percent: 100 } } },
    });
    assert.equal((await call(aborted.port)).status, 503);
    assert.deepEqual((await aborted.proxies.report()).spans[0]?.events, []);
  });
});

describe('the client', () => {
  test('goes away: DC, and the upstream request is given up', async () => {
    let arrived = false;
    let gone = false;
    const application = await startApplication(cleanup, (request) => {
      arrived = true;
      request.on('close', () => (gone = true));
    });
    const { port, proxies } = await mesh([endpoint('a', application.port)]);
    const client = await RawClient.connect(cleanup, port);
    client.send('GET / HTTP/1.1\r\nHost: reviews:9080\r\n\r\n');
    await eventually(() => arrived);
    client.socket.destroy();
    await eventually(() => gone);
    await eventually(async () => (await counted(proxies)).includes('1 x 0 DC'));
  });

  test('sends what is no HTTP: 400 and close, logged as DPE', async () => {
    const { port, proxies } = await mesh([]);
    const client = await RawClient.connect(cleanup, port);
    client.send('GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n');
    assert.match(await client.untilEnd(), /^HTTP\/1\.1 400 Bad Request\r\n(?:.*\r\n)*connection: close\r\n/);
    const { access } = await proxies.report();
    assert.deepEqual(
      access.map(({ status, flags }) => [status, flags]),
      [[400, 'DPE']],
    );
  });

  test('sends a body that breaks off into nonsense: the upstream request is given up', async () => {
    let aborted = false;
    const application = await startApplication(cleanup, (request) => {
      request.on('error', () => undefined).on('close', () => (aborted = !request.complete));
      request.resume();
    });
    const { port, proxies } = await mesh([endpoint('a', application.port)]);
    const client = await RawClient.connect(cleanup, port);
    client.send('POST / HTTP/1.1\r\nHost: reviews:9080\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n');
    await eventually(() => application.connections() > 0);
    client.send('nonsense\r\n');
    assert.match(await client.untilEnd(), /^HTTP\/1\.1 400 /);
    await eventually(() => aborted);
    assert.deepEqual(await counted(proxies), ['1 x 400 DPE']);
  });

  test('is told of a response that breaks off: UC', async () => {
    const server = await startServer(cleanup, (socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf')),
    );
    const { port, proxies } = await mesh([endpoint('a', server.port)]);
    const client = await RawClient.connect(cleanup, port);
    client.send('GET / HTTP/1.1\r\nHost: reviews:9080\r\n\r\n');
    assert.match(await client.untilEnd(), /content-length: 10\r\n\r\nhalf$/);
    assert.deepEqual(await counted(proxies), ['1 x 200 UC']);
  });
});

test('a drained proxy breaks off what does not end: 503 LR', async () => {
  let arrived = false;
  const application = await startApplication(cleanup, () => (arrived = true));
  const { port, proxies } = await mesh([endpoint('a', application.port)]);
  const pending = call(port);
  await eventually(() => arrived);
  await proxies.remove('shop/productpage-0', 30);
  const answer = await pending;
  assert.equal(answer.status, 503);
  assert.match(answer.body, /reset reason: local reset$/);
  assert.deepEqual(await counted(proxies), ['1 x 503 LR']);
});
