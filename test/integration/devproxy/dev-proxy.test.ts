import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as http from 'node:http';
import * as net from 'node:net';
import { afterEach, test } from 'node:test';
import type { DevProxyParams } from '../../../src/shared/dev-proxy.ts';
import { Cleanup } from '../dataplane/mesh-kit.ts';
import { until } from '../until.ts';
import {
  ask,
  context,
  deployment,
  object,
  pod,
  serve,
  service,
  shares,
  slice,
  startLaptop,
  type Laptop,
} from './laptop-kit.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const port = { port: 9080, name: 'http' };
const params: DevProxyParams = { context, namespaces: ['bookinfo'] };
const reviewsHost = 'reviews.bookinfo.svc.cluster.local';

const rule = object('networking.istio.io/v1', 'DestinationRule', 'bookinfo', 'reviews', {
  spec: {
    host: 'reviews',
    trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } },
    subsets: ['v1', 'v2'].map((version) => ({ name: version, labels: { version } })),
  },
});

const route = (http: string): string => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: bookinfo }
spec:
  hosts: [reviews]
  http: ${http}
`;
const weights = (v1: number, v2: number): string =>
  route(`[{ route: [
    { destination: { host: reviews, subset: v1 }, weight: ${v1} },
    { destination: { host: reviews, subset: v2 }, weight: ${v2} }] }]`);
const file = 'file:///policies/reviews.yaml';

/** `reviews` in two versions with a pod each, behind sidecars. */
async function bookinfo(laptop: Laptop): Promise<void> {
  const { store, tunnels } = laptop;
  for (const version of ['v1', 'v2']) {
    const name = `reviews-${version}-x`;
    const labels = { app: 'reviews', version };
    store.put(
      pod('bookinfo', name, `reviews-${version}`, labels, true),
      deployment('bookinfo', `reviews-${version}`, labels, 9080),
    );
    tunnels.pods.set(`bookinfo/${name}:9080`, (await serve(cleanup, version)).port);
  }
  store.put(
    service('bookinfo', 'reviews', port),
    slice('bookinfo', 'reviews', port, { 'reviews-v1-x': true, 'reviews-v2-x': true }),
    rule,
  );
}

async function started(laptop: Laptop, over: Partial<DevProxyParams> = {}): Promise<string> {
  const { address } = await laptop.proxy.start({ ...params, ...over });
  assert.ok(address);
  return address;
}

test('every name of a service leads to its pods, and other services get no tunnel', async () => {
  const laptop = await startLaptop(cleanup);
  await bookinfo(laptop);
  laptop.store.put(service('bookinfo', 'ratings', port), slice('bookinfo', 'ratings', port, { 'ratings-x': true }));
  const address = await started(laptop);
  assert.equal(laptop.tunnels.opened, 0);
  for (const name of ['reviews', 'reviews.bookinfo', 'reviews.bookinfo.svc', reviewsHost]) {
    const { status, body } = await ask(address, `http://${name}:9080/`);
    assert.equal(status, 200, name);
    assert.match(body, /^v[12]$/);
  }
  assert.deepEqual(laptop.tunnels.opened, 2);
  const { services, tunnels, message, phase } = laptop.proxy.status;
  assert.equal(phase, 'running');
  assert.equal(tunnels, 2);
  assert.deepEqual(services, [{ host: reviewsHost, port: 9080, endpoints: { ready: 2, total: 2 } }]);
  assert.match(message ?? '', /server-side policies .* are not enforced/);
});

test('shares follow the workspace, and a changed weight is there within two seconds', async (t) => {
  const laptop = await startLaptop(cleanup);
  await bookinfo(laptop);
  laptop.workspace.setDisk(file, weights(80, 20));
  const address = await started(laptop);
  const before = await shares(address, 'http://reviews:9080/', 100);
  assert.ok(Math.abs((before['v1'] ?? 0) - 80) <= 2, JSON.stringify(before));
  const changedAt = performance.now();
  laptop.workspace.setDisk(file, weights(0, 100));
  await until('the new weight', async () => (await shares(address, 'http://reviews:9080/', 5))['v2'] === 5);
  const took = performance.now() - changedAt;
  t.diagnostic(`a changed weight took effect after ${took.toFixed(0)} ms`);
  assert.ok(took < 2000, `${took} ms`);
});

test('unsaved text counts when it is switched on, and switching leaves the port as it is', async () => {
  const laptop = await startLaptop(cleanup);
  await bookinfo(laptop);
  laptop.workspace.setDisk(file, weights(100, 0));
  laptop.workspace.setOpen(file, weights(0, 100), 1);
  const address = await started(laptop);
  assert.deepEqual(await shares(address, 'http://reviews:9080/', 4), { v1: 4 });
  assert.equal(await started(laptop, { includeUnsaved: true }), address);
  assert.deepEqual(await shares(address, 'http://reviews:9080/', 4), { v2: 4 });
});

test('a text that cannot work leaves the last good one running, and is told', async () => {
  const laptop = await startLaptop(cleanup);
  await bookinfo(laptop);
  laptop.workspace.setDisk(file, weights(0, 100));
  const address = await started(laptop);
  laptop.workspace.setDisk(file, weights(0, 100).replace('[reviews]', '[reviews'));
  const { message, phase } = await until('the complaint', () => {
    const { status } = laptop.proxy;
    return status.phase === 'degraded' && status;
  });
  assert.equal(phase, 'degraded');
  assert.match(message ?? '', /reviews was not applied: .* The last good configuration keeps running\./);
  assert.deepEqual(await shares(address, 'http://reviews:9080/', 4), { v2: 4 });
  laptop.workspace.setDisk(file, weights(100, 0));
  await until('recovery', () => laptop.proxy.status.phase === 'running');
  assert.deepEqual(await shares(address, 'http://reviews:9080/', 4), { v1: 4 });
});

test('headers and subsets decide as in the mesh', async () => {
  const laptop = await startLaptop(cleanup);
  await bookinfo(laptop);
  laptop.workspace.setDisk(
    file,
    route(`[{ match: [{ headers: { end-user: { exact: jason } } }], route: [{ destination: { host: reviews, subset: v2 } }] },
            { route: [{ destination: { host: reviews, subset: v1 } }] }]`),
  );
  const address = await started(laptop);
  assert.deepEqual(await shares(address, 'http://reviews:9080/', 3, { 'end-user': 'jason' }), { v2: 3 });
  assert.deepEqual(await shares(address, 'http://reviews:9080/', 3), { v1: 3 });
});

test('a local process stands in for a workload, subsets included', async () => {
  const laptop = await startLaptop(cleanup);
  await bookinfo(laptop);
  laptop.workspace.setDisk(file, weights(50, 50));
  const own = await serve(cleanup, 'mine');
  const standIn = { namespace: 'bookinfo', workload: 'reviews-v2', ports: { '9080': `127.0.0.1:${own.port}` } };
  const address = await started(laptop, { standIns: [standIn] });
  await ask(address, 'http://reviews:9080/');
  assert.deepEqual(Object.keys(await shares(address, 'http://reviews:9080/', 10)).sort(), ['mine', 'v1']);
  // Without pods it takes the place that the template would have.
  laptop.store.put(slice('bookinfo', 'reviews', port, { 'reviews-v1-x': true }));
  laptop.store.remove('core/Pod', 'bookinfo', 'reviews-v2-x');
  await until('one pod', () => laptop.tunnels.open_.size === 1);
  assert.deepEqual(Object.keys(await shares(address, 'http://reviews:9080/', 10)).sort(), ['mine', 'v1']);
  await assert.rejects(
    laptop.proxy.start({ ...params, standIns: [{ ...standIn, ports: { '9080': '10.0.0.1:80' } }] }),
    /Give an address of this machine/,
  );
  assert.equal(laptop.proxy.status.phase, 'running');
});

test('a pod replaced under load fails no request that may be repeated', async (t) => {
  const laptop = await startLaptop(cleanup);
  await bookinfo(laptop);
  const { store, tunnels } = laptop;
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
  cleanup.add(() => agent.destroy());
  const load = { running: true };
  const address = await started(laptop);
  let sent = 0;
  const failures: string[] = [];
  const client = async (): Promise<void> => {
    while (load.running) {
      sent++;
      const { status, body } = await ask(address, 'http://reviews:9080/', { agent }).catch((error: unknown) => ({
        status: 0,
        body: String(error),
      }));
      if (status !== 200) failures.push(`${status} ${body}`);
    }
  };
  const clients = Array.from({ length: 8 }, client);
  let current = 'reviews-v1-x';
  const first = await serve(cleanup, 'v1');
  tunnels.pods.set(`bookinfo/${current}:9080`, first.port);
  let serving = first;
  for (let round = 0; round < 5; round++) {
    const next = `reviews-v1-${round}`;
    const fresh = await serve(cleanup, 'v1');
    await until('load', () => sent > (round + 1) * 100);
    // As in a cluster: the old one is killed before everybody has heard that it goes.
    store.put(pod('bookinfo', next, 'reviews-v1', { app: 'reviews', version: 'v1' }, true));
    await serving.kill();
    tunnels.pods.delete(`bookinfo/${current}:9080`);
    tunnels.pods.set(`bookinfo/${next}:9080`, fresh.port);
    serving = fresh;
    store.put(slice('bookinfo', 'reviews', port, { [next]: true, 'reviews-v2-x': true }));
    store.remove('core/Pod', 'bookinfo', current);
    current = next;
  }
  const before = sent;
  await until('load on the last pod', () => sent > before + 200);
  load.running = false;
  await Promise.all(clients);
  t.diagnostic(`${sent} requests while 5 pods were replaced, ${failures.length} failed`);
  assert.deepEqual(failures, []);
  assert.deepEqual(Object.keys(await shares(address, 'http://reviews:9080/', 20)).sort(), ['v1', 'v2']);
});

test('an unready pod gets nothing from the next moment on', async () => {
  const laptop = await startLaptop(cleanup);
  await bookinfo(laptop);
  const address = await started(laptop);
  await ask(address, 'http://reviews:9080/');
  laptop.store.put(slice('bookinfo', 'reviews', port, { 'reviews-v1-x': false, 'reviews-v2-x': true }));
  await until('the pod out of rotation', async () => (await shares(address, 'http://reviews:9080/', 10))['v2'] === 10);
  assert.equal(laptop.proxy.status.tunnels, 1);
  assert.deepEqual(laptop.proxy.status.services[0]?.endpoints, { ready: 1, total: 2 });
  laptop.store.put(slice('bookinfo', 'reviews', port, { 'reviews-v1-x': false, 'reviews-v2-x': false }));
  await until('no pod', async () => (await ask(address, 'http://reviews:9080/')).status === 503);
  assert.equal((await ask(address, 'http://reviews:9080/')).body, 'no healthy upstream\n');
  assert.equal(laptop.proxy.status.tunnels, 0);
  assert.match(laptop.proxy.status.services[0]?.message ?? '', /has no ready pod/);
});

test('hosts the mesh does not know: refused here, told by name, or by the policy of the mesh', async () => {
  const laptop = await startLaptop(cleanup);
  await bookinfo(laptop);
  const address = await started(laptop);
  const local = await serve(cleanup, 'local');
  const cases: readonly (readonly [string, number, RegExp])[] = [
    [`http://127.0.0.1:${local.port}/`, 502, /does not forward to this machine/],
    [`http://localhost:${local.port}/`, 502, /does not forward to this machine/],
    ['http://169.254.169.254/latest', 502, /link-local/],
    ['http://192.0.2.7:6443/', 502, /API server/],
    ['http://nowhere.invalid/', 502, /does not resolve/],
    ['http://reviews:8081/', 502, /reviews has no port 8081 in the mesh. It has 9080\./],
  ];
  for (const [target, status, words] of cases) {
    const answer = await ask(address, target);
    assert.equal(answer.status, status, target);
    assert.match(answer.body, words, target);
    assert.match(answer.body, /[^\n]\n$/, `${target} is answered with a line`);
  }
  const strict = await startLaptop(cleanup, {
    mesh: { meshConfig: { outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } } },
  });
  const refused = await ask(await started(strict), 'http://example.com/');
  assert.equal(refused.status, 502);
  assert.match(refused.body, /REGISTRY_ONLY/);
});

test('web pages from elsewhere get nothing, by whatever name they come', async () => {
  const laptop = await startLaptop(cleanup);
  await bookinfo(laptop);
  const address = await started(laptop);
  const { host } = new URL(address);
  const cases: readonly (readonly [string, Record<string, string>, number])[] = [
    // A page that calls the port, and one whose own name was made to point here.
    ['/', { host }, 421],
    ['/', { host: 'evil.example' }, 421],
    ['/', { host: 'reviews:9080', origin: 'https://evil.example' }, 403],
    ['/', { host: 'reviews:9080', 'sec-fetch-site': 'cross-site' }, 403],
    ['http://reviews:9080/', { origin: 'https://evil.example' }, 403],
    ['http://reviews:9080/', { origin: 'null' }, 403],
    ['http://reviews:9080/', { origin: 'http://reviews:9080' }, 200],
    ['http://reviews:9080/', { origin: 'http://localhost:3000' }, 200],
    ['http://reviews:9080/', {}, 200],
    ['/', { host: 'reviews:9080' }, 200],
  ];
  for (const [target, headers, status] of cases)
    assert.equal((await ask(address, target, { headers })).status, status, `${target} ${JSON.stringify(headers)}`);
});

test('CONNECT carries what is not HTTP, and routes what is', async () => {
  const laptop = await startLaptop(cleanup);
  await bookinfo(laptop);
  const echo = net.createServer((socket) => socket.pipe(socket));
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  cleanup.add(() => echo.close());
  const bound = echo.address();
  const redis = { port: 6379, name: 'tcp-redis' };
  laptop.store.put(service('bookinfo', 'redis', redis), slice('bookinfo', 'redis', redis, { 'redis-0': true }));
  laptop.tunnels.pods.set('bookinfo/redis-0:6379', typeof bound === 'object' && bound ? bound.port : 0);
  const { hostname, port: proxyPort } = new URL(await started(laptop));
  const connect = async (target: string, payload: string): Promise<string> => {
    const socket = net.connect(Number(proxyPort), hostname);
    let received = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (received += chunk));
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
    const head = await until('the tunnel', () => received.includes('\r\n\r\n') && received);
    if (!head.startsWith('HTTP/1.1 200')) {
      socket.destroy();
      return head;
    }
    received = '';
    socket.write(payload);
    await until('an echo', () => received !== '');
    socket.destroy();
    return received;
  };
  assert.equal(await connect('redis.bookinfo:6379', 'PING'), 'PING');
  assert.match(await connect('reviews:9080', 'GET / HTTP/1.1\r\nHost: reviews:9080\r\n\r\n'), /^HTTP\/1.1 200/);
  assert.match(await connect('127.0.0.1:22', ''), /^HTTP\/1.1 502/);
  assert.match(await connect('192.0.2.7:6443', ''), /^HTTP\/1.1 502/);
});

test('the proxy of the person is used for hosts outside, for requests and for tunnels', async () => {
  const seen: string[] = [];
  const corporate = http.createServer((request, response) => {
    seen.push(`${request.method ?? ''} ${request.url ?? ''} ${request.headers['proxy-authorization'] ?? ''}`);
    response.end('through');
  });
  corporate.on('connect', (request: http.IncomingMessage, socket: net.Socket) => {
    seen.push(`CONNECT ${request.url ?? ''}`);
    socket.end('HTTP/1.1 200 OK\r\n\r\nhello');
  });
  await new Promise<void>((resolve) => corporate.listen(0, '127.0.0.1', resolve));
  cleanup.add(() => new Promise((resolve) => corporate.close(resolve)));
  const bound = corporate.address();
  const own = `127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`;
  const laptop = await startLaptop(cleanup, {
    environment: {
      HTTP_PROXY: `http://me:secret@${own}`,
      https_proxy: `http://${own}`,
      NO_PROXY: 'direct.invalid,.svc',
    },
  });
  await bookinfo(laptop);
  const address = await started(laptop);
  assert.equal((await ask(address, 'http://outside.example/a?b')).body, 'through');
  assert.equal((await ask(address, 'http://direct.invalid/')).status, 502);
  assert.equal((await ask(address, 'http://reviews:9080/')).status, 200);
  const { hostname, port: proxyPort } = new URL(address);
  const socket = net.connect(Number(proxyPort), hostname);
  let received = '';
  socket.on('error', () => undefined).on('data', (chunk: Buffer) => (received += chunk.toString()));
  socket.write('CONNECT outside.example:443 HTTP/1.1\r\nHost: outside.example:443\r\n\r\n');
  await until('the answer of the proxy', () => received.endsWith('hello'));
  socket.destroy();
  assert.deepEqual(seen, [
    `GET http://outside.example/a?b Basic ${Buffer.from('me:secret').toString('base64')}`,
    'CONNECT outside.example:443',
  ]);
  const { environment } = laptop.proxy.status;
  assert.equal(environment['NO_PROXY'], 'direct.invalid,localhost,127.0.0.1,::1,192.0.2.7');
  assert.ok(!JSON.stringify(laptop.proxy.status).includes('secret'));
});

test('services get ports of their own, by protocol, and are found by their variables', async () => {
  const laptop = await startLaptop(cleanup);
  await bookinfo(laptop);
  laptop.workspace.setDisk(file, weights(0, 100));
  const address = await started(laptop, { services: ['reviews', 'nothing.bookinfo:80'] });
  const { services, environment, message, phase } = laptop.proxy.status;
  const listener = services[0]?.listener ?? '';
  assert.match(listener, /^127\.0\.0\.1:\d+$/);
  assert.equal(environment['REVIEWS_SERVICE_HOST'], '127.0.0.1');
  assert.equal(`127.0.0.1:${environment['REVIEWS_SERVICE_PORT'] ?? ''}`, listener);
  assert.equal(phase, 'degraded');
  assert.match(message ?? '', /The cluster has no service nothing\.bookinfo/);
  assert.deepEqual(await shares(`http://${listener}`, '/', 4), { v2: 4 });
  assert.equal((await ask(`http://${listener}`, '/', { headers: { host: 'evil.example' } })).status, 421);
  assert.equal((await ask(`http://${listener}`, '/', { headers: { origin: 'https://evil.example' } })).status, 403);
  assert.equal((await ask(address, `http://${listener}/`)).status, 502);
});

test('the laptop and its calls are counted, traced and logged', async () => {
  const laptop = await startLaptop(cleanup);
  await bookinfo(laptop);
  laptop.workspace.setDisk(file, weights(0, 100));
  const address = await started(laptop);
  await ask(address, 'http://reviews:9080/');
  const [record] = await until('the count', () => {
    const { requests } = laptop.metrics.traffic(60, 60);
    return requests.length > 0 && requests;
  });
  assert.ok(record);
  const { labels } = record;
  assert.equal(labels.source_workload, 'laptop');
  assert.equal(labels.source_cluster, context);
  assert.equal(labels.source_workload_namespace, 'bookinfo');
  assert.equal(labels.destination_workload, 'reviews-v2');
  assert.equal(labels.destination_version, 'v2');
  assert.equal(labels.destination_service, reviewsHost);
  assert.equal(laptop.log[0]?.workload, 'laptop');
  assert.equal(laptop.traces.summaries({}).length, 1);
});

test('idle services lose their tunnels and get them again', async () => {
  const laptop = await startLaptop(cleanup, {
    timing: { idleMs: 100, sweepMs: 20, limits: { perService: 16, inTotal: 256, lingerMs: 50 } },
  });
  await bookinfo(laptop);
  const address = await started(laptop);
  await ask(address, 'http://reviews:9080/');
  await until('tunnels closed', () => laptop.proxy.status.tunnels === 0 && laptop.tunnels.open_.size === 0);
  assert.equal((await ask(address, 'http://reviews:9080/')).status, 200);
});

test('tunnels are bounded and spread over the workloads', async () => {
  const laptop = await startLaptop(cleanup, {
    timing: { limits: { perService: 4, inTotal: 4, lingerMs: 60_000 } },
  });
  await bookinfo(laptop);
  const pods: Record<string, boolean> = { 'reviews-v2-x': true };
  for (let index = 0; index < 10; index++) {
    const name = `reviews-v1-${index}`;
    laptop.store.put(pod('bookinfo', name, 'reviews-v1', { app: 'reviews', version: 'v1' }));
    laptop.tunnels.pods.set(`bookinfo/${name}:9080`, laptop.tunnels.pods.get('bookinfo/reviews-v1-x:9080') ?? 0);
    pods[name] = true;
  }
  laptop.store.put(slice('bookinfo', 'reviews', port, pods));
  laptop.workspace.setDisk(file, weights(50, 50));
  const address = await started(laptop);
  assert.deepEqual(Object.keys(await shares(address, 'http://reviews:9080/', 20)).sort(), ['v1', 'v2']);
  assert.equal(laptop.proxy.status.tunnels, 4);
  assert.ok(laptop.tunnels.targetsOpen().some((target) => target.includes('reviews-v2-x')));
});

test('what keeps it from starting is said in words; stopping closes everything', async () => {
  const untrusted = await startLaptop(cleanup, { isTrusted: () => false });
  await assert.rejects(untrusted.proxy.start(params), /not trusted/);
  const laptop = await startLaptop(cleanup);
  await bookinfo(laptop);
  laptop.setPhase('unauthorized', 'The token has expired. Log in again.');
  await assert.rejects(laptop.proxy.start(params), /token has expired/);
  assert.match(laptop.proxy.status.message ?? '', /token has expired/);
  laptop.setPhase('connected');
  const taken = await serve(cleanup, 'taken');
  await assert.rejects(laptop.proxy.start({ ...params, port: taken.port }), /Choose another port/);
  const address = await started(laptop);
  await ask(address, 'http://reviews:9080/');
  laptop.setPhase('unreachable', 'Nobody answers.');
  assert.equal(laptop.proxy.status.phase, 'degraded');
  assert.match(laptop.proxy.status.message ?? '', /kitchen is unreachable: Nobody answers\./);
  assert.equal((await ask(address, 'http://reviews:9080/')).status, 200);
  laptop.setPhase('connected');
  const stopped = await laptop.proxy.stop();
  assert.equal(stopped.phase, 'stopped');
  assert.equal(laptop.tunnels.open_.size, 0);
  await assert.rejects(ask(address, 'http://reviews:9080/'), /ECONNREFUSED/);
  assert.equal(await started(laptop), address, 'the port is kept');
});
