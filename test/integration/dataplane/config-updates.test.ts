/** Changes of the config while traffic flows. */
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import {
  call,
  Cleanup,
  closedPort,
  config,
  endpoint,
  eventually,
  forward,
  identity,
  noRetry,
  RawClient,
  routes,
  rule,
  startApplication,
  startProxies,
  upstream,
  type CallOptions,
} from './mesh-kit.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const answering = (text: string) => startApplication(cleanup, (_request, response) => void response.end(text));

test('routes swapped under load: no request fails, every answer comes from the old or the new route', async () => {
  const v1 = await answering('v1');
  const v2 = await answering('v2');
  const proxies = startProxies(cleanup);
  const to = (id: string, port: number, generation: number) =>
    config({ generation, routes: routes([rule()], [upstream([endpoint(id, port)])]) });
  const bound = await proxies.apply(to('v1', v1.port, 1));
  const port = bound.outbound['proxy'] ?? 0;
  const answers = new Map<string, number>();
  let running = true;
  const caller = async (): Promise<void> => {
    while (running) {
      const { status, body } = await call(port);
      answers.set(`${status} ${body}`, (answers.get(`${status} ${body}`) ?? 0) + 1);
    }
  };
  const callers = [1, 2, 3, 4].map(() => caller());
  for (let generation = 2; generation <= 41; generation++) {
    const next = generation % 2 === 0 ? to('v2', v2.port, generation) : to('v1', v1.port, generation);
    assert.deepEqual(await proxies.apply(next), bound);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  running = false;
  await Promise.all(callers);
  assert.deepEqual([...answers.keys()].sort(), ['200 v1', '200 v2']);
  const { requests } = await proxies.report();
  assert.ok(new Set(requests.map(({ generation }) => generation)).size > 2);
});

test('requests under way end on the route they began with, and count for its generation', async () => {
  let finish: (() => void) | undefined;
  const slow = await startApplication(cleanup, (_request, response) => (finish = () => void response.end('old')));
  const fresh = await answering('new');
  const proxies = startProxies(cleanup);
  const bound = await proxies.apply(config({ routes: routes([rule()], [upstream([endpoint('old', slow.port)])]) }));
  const port = bound.outbound['proxy'] ?? 0;
  const pending = call(port);
  await eventually(() => finish !== undefined);
  await proxies.apply(config({ generation: 2, routes: routes([rule()], [upstream([endpoint('new', fresh.port)])]) }));
  assert.equal((await call(port)).body, 'new');
  finish?.();
  assert.equal((await pending).body, 'old');
  const { requests } = await proxies.report();
  assert.deepEqual(requests.map(({ generation, instances }) => [generation, instances]).sort(), [
    [1, { old: 1 }],
    [2, { new: 1 }],
  ]);
});

test('an upstream that stays keeps its connections and its ejections', async () => {
  const good = await answering('good');
  const bad = await startApplication(cleanup, (_request, response) => void response.writeHead(500).end());
  const proxies = startProxies(cleanup);
  const outlier = {
    consecutive5xx: 1,
    consecutiveGatewayErrors: 0,
    splitExternalLocalOriginErrors: false,
    consecutiveLocalOriginFailures: 5,
    intervalMs: 10_000,
    baseEjectionMs: 30_000,
    maxEjectionMs: 300_000,
    maxEjectionPercent: 100,
    minHealthPercent: 0,
  };
  const wanted = (generation: number) =>
    config({
      generation,
      routes: routes(
        [rule({ name: `generation ${generation}` })],
        [upstream([endpoint('good', good.port), endpoint('bad', bad.port)], { outlier })],
      ),
    });
  const bound = await proxies.apply(wanted(1));
  const port = bound.outbound['proxy'] ?? 0;
  await call(port);
  await call(port);
  await eventually(async () =>
    (await proxies.report()).endpoints.some(({ type, endpoint: id }) => type === 'ejected' && id === 'bad'),
  );
  await proxies.apply(wanted(2));
  for (let i = 0; i < 6; i++) assert.equal((await call(port)).status, 200);
  assert.equal(good.connections(), 1);
});

describe('endpoints', () => {
  test('one that leaves gets nothing more; its connection closes after the request under way', async () => {
    let finish: (() => void) | undefined;
    const leaving = await startApplication(
      cleanup,
      (_request, response) => (finish = () => void response.end('last words')),
    );
    const staying = await answering('staying');
    const proxies = startProxies(cleanup);
    const bound = await proxies.apply(
      config({ routes: routes([rule()], [upstream([endpoint('leaving', leaving.port)])]) }),
    );
    const port = bound.outbound['proxy'] ?? 0;
    const pending = call(port);
    await eventually(() => finish !== undefined);
    await proxies.apply(config({ routes: routes([rule()], [upstream([endpoint('staying', staying.port)])]) }));
    for (let i = 0; i < 5; i++) assert.equal((await call(port)).body, 'staying');
    finish?.();
    assert.equal((await pending).body, 'last words');
  });

  test('one whose health changes is avoided at once', async () => {
    const one = await answering('one');
    const two = await answering('two');
    const proxies = startProxies(cleanup);
    const wanted = (health: 'healthy' | 'unhealthy' | 'draining') =>
      config({
        routes: routes([rule()], [upstream([endpoint('one', one.port, { health }), endpoint('two', two.port)])]),
      });
    const bound = await proxies.apply(wanted('healthy'));
    const bodies = async (): Promise<string[]> => {
      const all = new Set<string>();
      for (let i = 0; i < 6; i++) all.add((await call(bound.outbound['proxy'] ?? 0)).body);
      return [...all].sort();
    };
    assert.deepEqual(await bodies(), ['one', 'two']);
    await proxies.apply(wanted('unhealthy'));
    assert.deepEqual(await bodies(), ['two']);
    await proxies.apply(wanted('healthy'));
    assert.deepEqual(await bodies(), ['one', 'two']);
  });
});

describe('listeners', () => {
  test('come and go by name; the others stay bound', async () => {
    const proxies = startProxies(cleanup);
    const first = await proxies.apply(
      config({
        outbound: [
          { name: 'a', type: 'proxy', port: 0 },
          { name: 'b', type: 'proxy', port: 0 },
        ],
      }),
    );
    const second = await proxies.apply(
      config({
        outbound: [
          { name: 'b', type: 'proxy', port: 0 },
          { name: 'c', type: 'gateway', port: 0, routePort: 80 },
        ],
      }),
    );
    assert.equal(second.outbound['b'], first.outbound['b']);
    assert.deepEqual(Object.keys(second.outbound), ['b', 'c']);
    await assert.rejects(call(first.outbound['a'] ?? 0), /ECONNREFUSED/);
    assert.equal((await call(second.outbound['c'] ?? 0)).status, 404);
  });

  test('a listener becomes another kind in its place', async () => {
    const v1 = await answering('v1');
    const proxies = startProxies(cleanup);
    const wanted = (type: 'proxy' | 'gateway', routePort: number) =>
      config({
        outbound: [{ name: 'edge', type, port: 0, routePort }],
        routes: routes([rule()], [upstream([endpoint('v1', v1.port)])]),
      });
    const bound = await proxies.apply(wanted('gateway', 80));
    const port = bound.outbound['edge'] ?? 0;
    assert.equal((await call(port, { host: 'reviews' })).status, 404);
    assert.deepEqual(await proxies.apply(wanted('gateway', 9080)), bound);
    assert.equal((await call(port, { host: 'reviews' })).body, 'v1');
    assert.deepEqual(await proxies.apply(wanted('proxy', 9080)), bound);
    assert.equal((await call(port, { host: 'reviews' })).body, 'v1');
  });

  test('a config that cannot be applied is refused as a whole, and what ran goes on', async () => {
    const v1 = await answering('v1');
    const proxies = startProxies(cleanup);
    const good = config({ routes: routes([rule()], [upstream([endpoint('v1', v1.port)])]) });
    const bound = await proxies.apply(good);
    const port = bound.outbound['proxy'] ?? 0;
    const free = await closedPort();
    const outbound = [
      { name: 'proxy', type: 'proxy', port: 0 },
      { name: 'fresh', type: 'proxy', port: free },
      // Taken by the application.
      { name: 'taken', type: 'proxy', port: v1.port },
    ] as const;
    await assert.rejects(proxies.apply(config({ generation: 2, outbound })), /EADDRINUSE/);
    await assert.rejects(call(free), /ECONNREFUSED/);
    const broken = { type: 'certificates', certificatePem: 'no', privateKeyPem: 'no', trustBundlePem: 'no' } as const;
    await assert.rejects(proxies.apply({ ...good, security: broken }));
    assert.equal((await call(port)).body, 'v1');
  });

  test('an application that moves is followed', async () => {
    const before = await answering('before');
    const after = await answering('after');
    const proxies = startProxies(cleanup);
    const wanted = (port: number) =>
      config({
        identity: identity({ instance: 'shop/reviews-0' }),
        inbound: [
          {
            name: 'http',
            protocol: 'http',
            port: 0,
            mtls: 'PERMISSIVE',
            application: { address: '127.0.0.1', port },
            service: { host: 'reviews.shop', name: 'reviews', namespace: 'shop', port: 9080 },
          },
        ],
      });
    const bound = await proxies.apply(wanted(before.port));
    assert.equal((await call(bound.inbound['http'] ?? 0)).body, 'before');
    assert.deepEqual(await proxies.apply(wanted(after.port)), bound);
    assert.equal((await call(bound.inbound['http'] ?? 0)).body, 'after');
  });
});

test('a proxy that is removed lets requests under way finish, then closes', async () => {
  let finish: (() => void) | undefined;
  const application = await startApplication(
    cleanup,
    (_request, response) => (finish = () => void response.end('done')),
  );
  const proxies = startProxies(cleanup);
  const bound = await proxies.apply(
    config({ routes: routes([rule()], [upstream([endpoint('a', application.port)])]) }),
  );
  const port = bound.outbound['proxy'] ?? 0;
  const idle = await RawClient.connect(cleanup, port);
  const pending = call(port, { headers: { connection: 'keep-alive' } } satisfies CallOptions);
  await eventually(() => finish !== undefined);
  const removed = proxies.remove('shop/productpage-0', 5000);
  await idle.untilEnd();
  await assert.rejects(call(port), /ECONNREFUSED/);
  finish?.();
  const answer = await pending;
  assert.deepEqual([answer.body, answer.headers.connection], ['done', 'close']);
  await removed;
  // What it counted last is still told.
  assert.equal((await proxies.report()).requests.length, 1);
});

test('active checks take an endpoint out and bring it back', async () => {
  let healthy = false;
  const sick = await startApplication(cleanup, (request, response) => {
    if (request.url === '/health') response.writeHead(healthy ? 200 : 500).end();
    else response.end('sick');
  });
  const well = await answering('well');
  const proxies = startProxies(cleanup);
  const bound = await proxies.apply(
    config({
      routes: routes(
        [rule({ action: forward({ retry: noRetry }) })],
        [upstream([endpoint('sick', sick.port), endpoint('well', well.port)])],
      ),
      healthChecks: [
        {
          upstream: upstream([]).id,
          type: 'http',
          path: '/health',
          intervalMs: 30,
          timeoutMs: 1000,
          unhealthyThreshold: 1,
          healthyThreshold: 1,
        },
      ],
    }),
  );
  const port = bound.outbound['proxy'] ?? 0;
  const reported = async (type: string): Promise<boolean> =>
    (await proxies.report()).endpoints.some((event) => event.type === type && event.endpoint === 'sick');
  await eventually(() => reported('check-failed'));
  for (let i = 0; i < 4; i++) assert.equal((await call(port)).body, 'well');
  healthy = true;
  await eventually(() => reported('check-passed'));
  await eventually(async () => (await call(port)).body === 'sick');
});
