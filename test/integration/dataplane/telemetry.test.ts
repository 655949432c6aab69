/** What is told of a call: spans along the way, counters with Istio's labels, lines of the access log. */
import assert from 'node:assert/strict';
import type * as http from 'node:http';
import { afterEach, test } from 'node:test';
import { durationBuckets } from '../../../src/engine/dataplane/report.ts';
import {
  call,
  Cleanup,
  config,
  destination,
  endpoint,
  forward,
  identity,
  noRetry,
  routes,
  rule,
  startApplication,
  startProxies,
  upstream,
} from './mesh-kit.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

test('a call through two sidecars is one trace, and both tell of it', async () => {
  let seen: http.IncomingHttpHeaders = {};
  const application = await startApplication(cleanup, (request, response) => {
    seen = request.headers;
    request.resume();
    request.on('end', () => response.end('hello'));
  });
  const proxies = startProxies(cleanup);
  const service = { host: 'reviews.shop.svc.cluster.local', name: 'reviews', namespace: 'shop', port: 9080 };
  const behind = await proxies.apply(
    config({
      identity: identity({ instance: 'shop/reviews-v2-0', workload: 'reviews-v2', app: 'reviews', version: 'v2' }),
      inbound: [
        {
          name: 'http',
          protocol: 'http',
          port: 0,
          mtls: 'PERMISSIVE',
          application: { address: '127.0.0.1', port: application.port },
          service,
        },
      ],
      outbound: [],
    }),
  );
  const target = endpoint('shop/reviews-v2-0', behind.inbound['http'] ?? 0, {
    workload: 'reviews-v2',
    version: 'v2',
    inboundTls: 'disable',
  });
  const bound = await proxies.apply(
    config({ generation: 7, routes: routes([rule({ name: 'to-all' })], [upstream([target])]) }),
  );
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const answer = await call(bound.outbound['proxy'] ?? 0, {
    method: 'POST',
    path: '/reviews/1?x=y',
    body: 'abc',
    headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01`, 'x-request-id': 'the-id', 'user-agent': 'test' },
  });
  assert.match(String(answer.headers['x-envoy-upstream-service-time']), /^\d+$/);
  const { spans, access, requests } = await proxies.report();
  const client = spans.find(({ kind }) => kind === 'client');
  const server = spans.find(({ kind }) => kind === 'server');
  assert.ok(client && server);
  assert.deepEqual([client.traceId, server.traceId], [traceId, traceId]);
  assert.equal(client.parentSpanId, 'b7ad6b7169203331');
  assert.equal(server.parentSpanId, client.spanId);
  // The application continues the server span.
  assert.equal(seen['traceparent'], `00-${traceId}-${server.spanId}-01`);
  assert.equal(client.name, 'reviews.shop.svc.cluster.local:9080/*');
  assert.deepEqual(
    [client.service, client.instance, server.service, server.instance, server.version],
    ['productpage', 'shop/productpage-0', 'reviews', 'shop/reviews-v2-0', 'v2'],
  );
  assert.deepEqual(client.attributes, {
    'http.method': 'POST',
    'http.url': '/reviews/1?x=y',
    'http.status_code': 200,
    response_flags: '-',
    'guid:x-request-id': 'the-id',
    'retry.attempts': 0,
    upstream_cluster: 'outbound|9080||reviews.shop.svc.cluster.local',
    'peer.instance': 'shop/reviews-v2-0',
    'peer.workload': 'reviews-v2',
  });
  assert.ok(Math.abs(client.start - Date.now()) < 60_000 && client.start <= server.start);
  assert.ok(client.duration >= server.duration);

  const outbound = access.find(({ direction }) => direction === 'outbound');
  assert.equal(outbound?.authority, 'reviews:9080');
  assert.deepEqual(
    [
      outbound?.method,
      outbound?.path,
      outbound?.protocol,
      outbound?.status,
      outbound?.flags,
      outbound?.requestBytes,
      outbound?.responseBytes,
      outbound?.routeName,
      outbound?.userAgent,
      outbound?.requestId,
      outbound?.traceId,
    ],
    ['POST', '/reviews/1?x=y', 'HTTP/1.1', 200, '-', 3, 5, 'to-all', 'test', 'the-id', traceId],
  );
  assert.equal(outbound?.upstreamHost, `127.0.0.1:${behind.inbound['http']}`);

  const source = requests.find(({ labels }) => labels.reporter === 'source');
  assert.deepEqual(source?.labels, {
    reporter: 'source',
    source_workload: 'productpage-v1',
    source_workload_namespace: 'shop',
    source_principal: 'unknown',
    source_app: 'productpage',
    source_version: 'v1',
    source_cluster: 'local',
    source_canonical_service: 'productpage',
    source_canonical_revision: 'v1',
    destination_workload: 'reviews-v2',
    destination_workload_namespace: 'shop',
    destination_principal: 'unknown',
    destination_app: 'reviews',
    destination_version: 'v2',
    destination_service: 'reviews.shop.svc.cluster.local',
    destination_service_name: 'reviews',
    destination_service_namespace: 'shop',
    destination_cluster: 'local',
    destination_canonical_service: 'reviews',
    destination_canonical_revision: 'v2',
    request_protocol: 'http',
    response_code: '200',
    grpc_response_status: '',
    response_flags: '-',
    connection_security_policy: 'unknown',
  });
  assert.equal(source.generation, 7);
  assert.deepEqual(source.instances, { 'shop/reviews-v2-0': 1 });
  assert.equal(source.duration.counts.length, durationBuckets.length + 1);
  assert.equal(
    source.duration.counts.reduce((sum, count) => sum + count, 0),
    1,
  );
  assert.deepEqual([source.requestBytes.sum, source.responseBytes.sum], [3, 5]);
});

test('counters are differences: what was told is not told again', async () => {
  const application = await startApplication(cleanup, (_request, response) => void response.end());
  const proxies = startProxies(cleanup);
  const bound = await proxies.apply(
    config({ routes: routes([rule()], [upstream([endpoint('a', application.port)])]) }),
  );
  for (let i = 1; i <= 3; i++) {
    await call(bound.outbound['proxy'] ?? 0);
    const { requests } = await proxies.report();
    assert.equal(
      requests.reduce((sum, { count }) => sum + count, 0),
      i,
    );
  }
});

test('header operations, rewrites and local answers of a route', async () => {
  let seen: http.IncomingMessage | undefined;
  const application = await startApplication(cleanup, (request, response) => {
    seen = request;
    response.setHeader('x-internal', 'secret');
    response.setHeader('server', 'gunicorn');
    response.end('ok');
  });
  const exact = (value: string) => [
    { name: value, uri: { type: 'prefix' as const, value }, headers: {}, withoutHeaders: {}, queryParams: {} },
  ];
  const proxies = startProxies(cleanup);
  const bound = await proxies.apply(
    config({
      routes: routes(
        [
          rule({
            matches: exact('/moved'),
            action: { type: 'redirect', status: 302, uri: '/there' },
            response: { set: { 'x-why': 'moved' }, add: {}, remove: [] },
          }),
          rule({ matches: exact('/fixed'), action: { type: 'direct', status: 418, body: 'short and stout \u2615' } }),
          rule({
            matches: exact('/old'),
            action: forward({
              retry: noRetry,
              rewrite: { uri: '/new', authority: 'backend.internal' },
              destinations: [
                destination({
                  request: {
                    set: { 'x-set': 'caf\u00e9', 'content-length': '9' },
                    add: { 'x-add': 'b' },
                    remove: ['x-drop', 'host'],
                  },
                  response: { set: {}, add: { 'x-added': '1' }, remove: ['x-internal'] },
                }),
              ],
            }),
            response: { set: { 'x-rule': 'bad\r\nvalue' }, add: {}, remove: [] },
          }),
        ],
        [upstream([endpoint('a', application.port)])],
      ),
    }),
  );
  const port = bound.outbound['proxy'] ?? 0;
  const moved = await call(port, { path: '/moved' });
  assert.deepEqual(
    [moved.status, moved.headers.location, moved.headers['x-why']],
    [302, 'http://reviews:9080/there', 'moved'],
  );
  const fixed = await call(port, { path: '/fixed' });
  assert.deepEqual([fixed.status, fixed.body], [418, 'short and stout \u2615']);
  const answer = await call(port, { path: '/old/1?q', headers: { 'x-drop': '1', 'x-add': 'a', 'x-set': 'before' } });
  assert.deepEqual(
    [answer.headers['x-added'], answer.headers['x-internal'], answer.headers['x-rule'], answer.headers.server],
    ['1', undefined, undefined, 'gunicorn'],
  );
  assert.deepEqual(
    [seen?.url, seen?.headers.host, seen?.headers['x-envoy-original-path']],
    ['/new/1?q', 'backend.internal', '/old/1?q'],
  );
  assert.deepEqual(
    [seen?.headers['x-drop'], seen?.headers['x-add'], seen?.headers['content-length']],
    [undefined, 'a, b', undefined],
  );
  assert.equal(Buffer.from(String(seen?.headers['x-set']), 'latin1').toString('utf8'), 'caf\u00e9');
});

test('a gateway says where callers come from and believes nothing about them', async () => {
  let seen: http.IncomingHttpHeaders = {};
  const application = await startApplication(cleanup, (request, response) => {
    seen = request.headers;
    response.end('ok');
  });
  const proxies = startProxies(cleanup);
  const bound = await proxies.apply(
    config({
      kind: 'gateway',
      outbound: [{ name: 'http', type: 'gateway', port: 0, routePort: 9080 }],
      routes: routes([rule()], [upstream([endpoint('a', application.port)])]),
    }),
  );
  const port = bound.outbound['http'] ?? 0;
  const claims = {
    'x-forwarded-for': '203.0.113.9',
    'x-forwarded-client-cert': 'URI=spiffe://x',
    'x-envoy-max-retries': '9',
    'x-meshlens-peer': 'w=admin',
  };
  assert.equal((await call(port, { host: 'reviews', headers: claims })).status, 200);
  assert.equal(seen['x-forwarded-for'], '203.0.113.9,127.0.0.1');
  assert.deepEqual(
    [seen['x-forwarded-client-cert'], seen['x-envoy-max-retries'], seen['x-meshlens-peer'], seen['x-forwarded-proto']],
    [undefined, undefined, undefined, 'http'],
  );
  assert.equal((await call(port, { host: 'unknown.example' })).status, 404);
  const { requests } = await proxies.report();
  assert.deepEqual(requests.map(({ labels }) => `${labels.response_code} ${labels.response_flags}`).sort(), [
    '200 -',
    '404 NR',
  ]);
});

test('spans and lines of many calls come a few hundred at a time, each once; counters come with the report', async () => {
  const application = await startApplication(cleanup, (_, response) => void response.end('hello'));
  const proxies = startProxies(cleanup);
  const target = endpoint('shop/reviews-0', application.port, { inboundTls: 'disable' });
  const bound = await proxies.apply(config({ routes: routes([rule({ name: 'to-all' })], [upstream([target])]) }));
  const calls = 600;
  for (let sent = 0; sent < calls; sent += 30) {
    await Promise.all(Array.from({ length: 30 }, () => call(bound.outbound['proxy'] ?? 0, { path: '/' })));
  }
  const { spans, access, requests } = await proxies.report();
  assert.equal(new Set(spans.map(({ spanId }) => spanId)).size, calls);
  assert.equal(new Set(access.map(({ requestId }) => requestId)).size, calls);
  assert.deepEqual([spans.length, access.length], [calls, calls]);
  assert.equal(
    requests.reduce((sum, { count }) => sum + count, 0),
    calls,
  );
  const largest = Math.max(...proxies.reports.map((report) => report.spans.length));
  assert.ok(largest <= 256, `${largest} in one report`);
  for (const report of proxies.reports) assert.equal(report.spans.length, report.access.length);
});
