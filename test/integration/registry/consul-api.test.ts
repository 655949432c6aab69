/** What the registry refuses, and how it says so. */
import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { until } from '../until.ts';
import type { RegistryUnderTest } from './registry-under-test.ts';
import { startRegistry } from './registry-under-test.ts';

let registry: RegistryUnderTest;
beforeEach(async () => {
  registry = await startRegistry();
});
afterEach(() => registry.close());

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: http.IncomingHttpHeaders;
}

/** Like fetch, but takes any Host header. */
function ask(
  path: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: { method?: string; headers?: http.OutgoingHttpHeaders; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request({ port: registry.port, host: '127.0.0.1', path, method, headers, agent: false });
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }));
      response.on('error', reject);
    });
    request.end(body);
  });
}

const put = (path: string, body: unknown, headers: http.OutgoingHttpHeaders = {}): Promise<Answer> =>
  ask(path, { method: 'PUT', body: typeof body === 'string' ? body : JSON.stringify(body), headers });
const register = (body: unknown, headers: http.OutgoingHttpHeaders = {}): Promise<Answer> =>
  put('/v1/agent/service/register', body, headers);

describe('who may ask', () => {
  test('only under the names of this machine', async () => {
    const { port } = registry;
    for (const [host, status] of [
      [`127.0.0.1:${port}`, 200],
      [`localhost:${port}`, 200],
      [`LOCALHOST:${port}`, 200],
      // Ports are forwarded.
      [`127.0.0.1:${port + 1}`, 200],
      [`evil.example:${port}`, 421],
      [`127.0.0.1.evil.example:${port}`, 421],
    ] as const) {
      assert.equal((await ask('/v1/agent/services', { headers: { host } })).status, status, host);
    }
  });

  test('no web page of another origin', async () => {
    const own = `http://127.0.0.1:${registry.port}`;
    for (const [headers, status] of [
      [{ origin: own }, 200],
      [{ origin: 'http://evil.example' }, 403],
      [{ origin: 'null' }, 403],
      [{ origin: 'http://127.0.0.1:1' }, 403],
      [{ 'sec-fetch-site': 'cross-site' }, 403],
      [{ 'sec-fetch-site': 'same-origin' }, 200],
    ] as const) {
      const answer = await ask('/v1/agent/services', { headers });
      assert.equal(answer.status, status, JSON.stringify(headers));
      assert.equal(answer.headers['access-control-allow-origin'], undefined);
    }
  });

  test('listens on the loopback address only', { skip: process.platform !== 'linux' }, async () => {
    const others = [127, 0, 0, 2].join('.');
    const socket = net.connect({ port: registry.port, host: others });
    const outcome = await new Promise((resolve) => {
      socket.once('connect', () => resolve('connected'));
      socket.once('error', () => resolve('refused'));
    });
    socket.destroy();
    assert.equal(outcome, 'refused');
  });

  test('writes need the token where one is set; reads do not', async () => {
    await registry.close();
    registry = await startRegistry({ token: 's3cret' });
    const body = { Name: 'orders', Port: 1 };
    assert.equal((await register(body)).status, 403);
    assert.equal((await register(body, { 'x-consul-token': 'wrong' })).status, 403);
    assert.equal((await register(body, { 'x-consul-token': 's3cret' })).status, 200);
    assert.equal((await register(body, { authorization: 'Bearer s3cret' })).status, 200);
    assert.equal((await ask('/v1/agent/services')).status, 200);
    await registry.client.agent.service.register({ name: 'billing', token: 's3cret' } as never);
    await assert.rejects(registry.client.agent.service.register({ name: 'billing' }), /Permission denied/);
  });
});

describe('what is refused', () => {
  const cases: readonly (readonly [string, unknown, number, RegExp])[] = [
    ['not JSON', '{', 400, /decode failed/],
    ['not an object', '[]', 400, /JSON object/],
    ['no name', { Port: 1 }, 400, /Missing service name/],
    ['a port that is none', { Name: 'a', Port: 70_000 }, 400, /Port/],
    ['a text for a port', { Name: 'a', Port: '80' }, 400, /Port/],
    ['tags that are no texts', { Name: 'a', Tags: [1] }, 400, /Tags/],
    ['meta that are no texts', { Name: 'a', Meta: { a: {} } }, 400, /Meta/],
    ['control characters', { Name: 'a\nb' }, 400, /control characters/],
    ['an endless name', { Name: 'x'.repeat(129) }, 400, /128/],
    ['metadata addresses', { Name: 'a', Address: '169.254.169.254' }, 400, /Link-local/],
    ['an address with a path', { Name: 'a', Address: 'host/path' }, 400, /Address/],
    [
      'scripts',
      { Name: 'a', Check: { Args: ['rm', '-rf', '/'], Interval: '1s' } },
      400,
      /Args checks are not supported/,
    ],
    ['no interval', { Name: 'a', Check: { HTTP: 'http://127.0.0.1/' } }, 400, /Interval/],
    ['a check of nothing', { Name: 'a', Check: {} }, 400, /TTL must be > 0/],
    ['a bad duration', { Name: 'a', Check: { TTL: 'soon' } }, 400, /Invalid duration/],
    ['files', { Name: 'a', Check: { HTTP: 'file:///etc/passwd', Interval: '1s' } }, 400, /http:/],
    [
      'header injection',
      { Name: 'a', Check: { HTTP: 'http://127.0.0.1/', Interval: '1s', Header: { a: ['b\r\nc: d'] } } },
      400,
      /Header/,
    ],
    ['a wrong status', { Name: 'a', Check: { TTL: '1s', Status: 'great' } }, 400, /status/],
  ];
  for (const [name, body, status, message] of cases) {
    test(name, async () => {
      const answer = await register(body);
      assert.equal(answer.status, status, answer.text);
      assert.match(answer.text, message);
      assert.deepEqual(registry.catalog.instances(), []);
    });
  }

  test('bodies over 512 KiB, also without a length', async () => {
    const large = JSON.stringify({ Name: 'a', Meta: { a: 'x'.repeat(600_000) } });
    const outcome = await register(large).then(
      ({ status }) => status,
      () => 'closed',
    );
    assert.ok(outcome === 413 || outcome === 'closed', String(outcome));
    assert.deepEqual(registry.catalog.instances(), []);
    assert.equal((await ask('/v1/agent/services')).status, 200);
  });

  test('keys that would reach the prototype are only keys', async () => {
    const body = '{"Name":"a","Port":1,"Meta":{"__proto__":"x","constructor":"y"},"__proto__":{"polluted":true}}';
    assert.equal((await register(body)).status, 200);
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
    assert.equal((await ask('/v1/agent/service/__proto__')).status, 404);
    assert.equal((await ask('/v1/catalog/service/constructor')).text, '[]');
    assert.deepEqual(JSON.parse((await ask('/v1/catalog/services')).text), { a: [] });
  });

  test('unknown paths and wrong methods', async () => {
    assert.equal((await ask('/v1/kv/some/key')).status, 404);
    assert.equal((await ask('/')).status, 404);
    assert.equal((await ask('/v1/agent/service/register')).status, 404);
    assert.equal((await ask('/v1/agent/services', { method: 'PUT' })).status, 405);
    assert.equal((await ask('/v1/agent/service/register', { method: 'POST' })).status, 405);
    assert.equal((await ask('/v1/health/service/%zz')).status, 400);
    assert.equal((await ask('/v1/health/state/great')).status, 400);
    assert.equal((await ask('/v1/health/service/a?index=x')).status, 400);
    assert.equal((await ask('/v1/health/service/a?index=1&wait=x')).status, 400);
  });

  test('instances of the file cannot be changed from outside', async () => {
    registry.catalog.register({
      id: 'reviews-v1-0',
      service: 'reviews',
      origin: 'file',
      kind: 'process',
      workload: 'reviews-v1',
      version: 'v1',
      labels: {},
      serviceAccount: 'reviews',
      address: '127.0.0.1',
      ports: { http: 1 },
      tags: [],
      meta: {},
      weights: { passing: 1, warning: 1 },
      enableTagOverride: false,
      checks: [],
    });
    assert.equal((await register({ Name: 'reviews', ID: 'reviews-v1-0', Port: 666 })).status, 400);
    assert.equal((await put('/v1/agent/service/deregister/reviews-v1-0', '')).status, 400);
    assert.equal((await put('/v1/catalog/deregister', { Node: 'laptop', ServiceID: 'reviews-v1-0' })).status, 400);
    assert.equal(registry.catalog.instance('reviews-v1-0')?.ports.http, 1);
  });

  test('checks only reach addresses of this machine, whatever a redirect says', async () => {
    const redirecting = http.createServer((_request, response) => {
      response.writeHead(302, { location: 'http://192.0.2.1/secret' });
      response.end();
    });
    await new Promise<void>((resolve) => redirecting.listen(0, '127.0.0.1', () => resolve()));
    const { port } = redirecting.address() as net.AddressInfo;
    try {
      for (const url of ['http://192.0.2.1/', `http://127.0.0.1:${port}/`]) {
        await register({ Name: 'far', Check: { HTTP: url, Interval: '10s', Timeout: '5s' } });
        const output = await until('it was tried', () => registry.catalog.check('service:far')?.output || false);
        assert.match(output, /192\.0\.2\.1 is not an address of this machine/);
        registry.catalog.deregister('far');
      }
    } finally {
      redirecting.close();
    }
  });
});

test('pretty answers are indented; indexes come with every watchable answer', async () => {
  const answer = await ask('/v1/catalog/datacenters?pretty');
  assert.equal(answer.text, '[\n    "local"\n]');
  const { headers } = await ask('/v1/health/service/none');
  assert.equal(headers['x-consul-knownleader'], 'true');
  assert.equal(headers['content-type'], 'application/json');
  assert.match(String(headers['x-consul-index']), /^[1-9]\d*$/);
});

test('registrations outlive the registry', async () => {
  await register({
    Name: 'orders',
    ID: 'orders-1',
    Port: 9001,
    Tags: ['a'],
    Meta: { version: 'v2' },
    Check: { TTL: '60s', DeregisterCriticalServiceAfter: '90m' },
  });
  await put('/v1/agent/check/pass/service:orders-1', '');
  const before = JSON.parse((await ask('/v1/agent/service/orders-1')).text) as unknown;
  const index = registry.catalog.index;
  const stored = JSON.parse(JSON.stringify(registry.catalog.exportRegistrations())) as unknown;
  await registry.close();
  registry = await startRegistry();
  assert.deepEqual(registry.catalog.importRegistrations(stored), []);
  assert.deepEqual(JSON.parse((await ask('/v1/agent/service/orders-1')).text), before);
  assert.equal(registry.catalog.instance('orders-1')?.health, 'passing');
  assert.equal(registry.catalog.check('service:orders-1')?.deregisterAfterMs, 90 * 60_000);
  assert.ok(registry.catalog.index > index);
});
