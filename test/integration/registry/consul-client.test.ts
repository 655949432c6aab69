/** The registry through the npm client `consul`, as a service would use it. */
import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { until } from '../until.ts';
import type { RegistryUnderTest } from './registry-under-test.ts';
import { startRegistry } from './registry-under-test.ts';

let registry: RegistryUnderTest;
beforeEach(async () => {
  registry = await startRegistry();
});
afterEach(() => registry.close());

const orders = {
  name: 'orders',
  id: 'orders-1',
  address: '127.0.0.1',
  port: 9001,
  tags: ['v2', 'primary'],
  meta: { version: 'v2' },
};

interface HealthEntry {
  readonly Node: { readonly Node: string; readonly Address: string };
  readonly Service: { readonly ID: string; readonly Port: number; readonly Tags: readonly string[] };
  readonly Checks: readonly { readonly CheckID: string; readonly Status: string; readonly Output: string }[];
}

async function health(options: {
  readonly service: string;
  readonly passing?: boolean;
  readonly tag?: string;
  readonly filter?: string;
}): Promise<readonly HealthEntry[]> {
  return (await registry.client.health.service(options)) as readonly HealthEntry[];
}

const statusOf = async (checkId: string): Promise<string | undefined> => {
  const checks = await registry.client.agent.checks();
  return checks[checkId]?.Status;
};

describe('registration and look-up', () => {
  test('a registered service is found by the agent, the catalog and health', async () => {
    await registry.client.agent.service.register(orders);
    assert.deepEqual(await registry.client.agent.services(), {
      'orders-1': {
        ID: 'orders-1',
        Service: 'orders',
        Tags: ['v2', 'primary'],
        Meta: { version: 'v2' },
        Port: 9001,
        Address: '127.0.0.1',
        TaggedAddresses: {
          lan_ipv4: { Address: '127.0.0.1', Port: 9001 },
          wan_ipv4: { Address: '127.0.0.1', Port: 9001 },
        },
        Weights: { Passing: 1, Warning: 1 },
        EnableTagOverride: false,
        Datacenter: 'local',
      },
    });
    assert.deepEqual(await registry.client.catalog.services(), { orders: ['primary', 'v2'] });
    const [entry] = (await registry.client.catalog.service.nodes('orders')) as readonly Record<string, unknown>[];
    assert.equal(entry?.Node, 'laptop');
    assert.equal(entry?.ServiceID, 'orders-1');
    assert.equal(entry?.ServicePort, 9001);
    assert.equal(entry?.ServiceAddress, '127.0.0.1');
    const [found] = await health({ service: 'orders' });
    assert.equal(found?.Service.Port, 9001);
    assert.deepEqual(
      found?.Checks.map(({ CheckID, Status }) => [CheckID, Status]),
      [['serfHealth', 'passing']],
    );
  });

  test('deregistration takes it away; an unknown id is told', async () => {
    await registry.client.agent.service.register(orders);
    await registry.client.agent.service.deregister('orders-1');
    assert.deepEqual(await registry.client.agent.services(), {});
    assert.deepEqual(await health({ service: 'orders' }), []);
    await assert.rejects(registry.client.agent.service.deregister('orders-1'), /not found/);
  });

  test('registering again replaces', async () => {
    await registry.client.agent.service.register(orders);
    await registry.client.agent.service.register({ ...orders, port: 9002, tags: [] });
    const found = await health({ service: 'orders' });
    assert.deepEqual(
      found.map(({ Service }) => [Service.ID, Service.Port, Service.Tags]),
      [['orders-1', 9002, []]],
    );
  });

  test('names and ids with other characters survive the way', async () => {
    await registry.client.agent.service.register({ name: 'Größe/β', id: 'a b%20c', port: 1 });
    assert.deepEqual(Object.keys(await registry.client.agent.services()), ['a b%20c']);
    assert.equal((await health({ service: 'Größe/β' })).length, 1);
    await registry.client.agent.service.deregister('a b%20c');
  });

  test('tags, filters and datacenter', async () => {
    await registry.client.agent.service.register(orders);
    await registry.client.agent.service.register({ ...orders, id: 'orders-2', tags: ['v1'], meta: { version: 'v1' } });
    const ids = (found: readonly HealthEntry[]): readonly string[] => found.map(({ Service }) => Service.ID);
    assert.deepEqual(ids(await health({ service: 'orders', tag: 'v1' })), ['orders-2']);
    const byVersion = await health({ service: 'orders', filter: 'Service.Meta.version == "v2"' });
    assert.deepEqual(ids(byVersion), ['orders-1']);
    assert.deepEqual(ids(await health({ service: 'orders', filter: '"v1" in Service.Tags' })), ['orders-2']);
    await assert.rejects(health({ service: 'orders', filter: 'Service.' }), /bad request/);
    assert.deepEqual(await registry.client.catalog.datacenters(), ['local']);
    await assert.rejects(registry.client.catalog.services({ dc: 'moon' }), /No path to datacenter/);
  });

  test('nodes, leader, self', async () => {
    const nodes = await registry.client.catalog.node.list();
    assert.deepEqual(
      nodes.map(({ Node, Address }: { Node: string; Address: string }) => [Node, Address]),
      [['laptop', '127.0.0.1']],
    );
    assert.match(await registry.client.status.leader(), /^127\.0\.0\.1:\d+$/);
    assert.equal((await registry.client.status.peers()).length, 1);
    const self = (await registry.client.agent.self()) as { Config: { NodeName: string; Datacenter: string } };
    assert.equal(self.Config.NodeName, 'laptop');
    assert.equal(self.Config.Datacenter, 'local');
  });

  test('the catalog takes services of other nodes', async () => {
    await registry.client.catalog.register({
      node: 'vm',
      address: '10.0.0.7',
      service: { service: 'legacy', id: 'legacy-1', port: 80 },
      check: { checkid: 'alive', name: 'alive', status: 'passing', serviceid: 'legacy-1', definition: { tcp: 'x:1' } },
    } as never);
    const [found] = await health({ service: 'legacy', passing: true });
    assert.deepEqual([found?.Node.Node, found?.Node.Address, found?.Service.ID], ['vm', '10.0.0.7', 'legacy-1']);
    assert.deepEqual(await registry.client.agent.services(), {});
    await registry.client.catalog.deregister({ node: 'vm' } as never);
    assert.deepEqual(await health({ service: 'legacy' }), []);
  });
});

describe('health checks', () => {
  test('TTL: critical until passed; passed, warned and failed by its owner', async () => {
    await registry.client.agent.service.register({ ...orders, check: { ttl: '60s' } } as never);
    const check = 'service:orders-1';
    assert.equal(await statusOf(check), 'critical');
    assert.deepEqual(await health({ service: 'orders', passing: true }), []);
    await registry.client.agent.check.pass({ id: check, note: 'fine' });
    const [passing] = await health({ service: 'orders', passing: true });
    assert.equal(passing?.Checks.find(({ CheckID }) => CheckID === check)?.Output, 'fine');
    await registry.client.agent.check.warn(check);
    assert.equal(await statusOf(check), 'warning');
    await registry.client.agent.check.fail(check);
    assert.equal(await statusOf(check), 'critical');
    await assert.rejects(registry.client.agent.check.pass('nothing'), /not found/);
  });

  test('TTL: critical when its owner stays silent, and well again when it speaks', async () => {
    await registry.client.agent.service.register({ ...orders, check: { ttl: '300ms' } } as never);
    const check = 'service:orders-1';
    for (const note of ['first', 'second']) {
      await registry.client.agent.check.pass({ id: check, note });
      await until('the time is over', async () => (await statusOf(check)) === 'critical');
      const [expired] = await registry.client.health.state('critical');
      assert.equal(expired?.Output, `TTL of 300ms expired (last output: ${note})`);
    }
  });

  test('HTTP: follows what the service answers', async () => {
    let status = 200;
    const service = http.createServer((_request, response) => {
      response.writeHead(status);
      response.end('I am here');
    });
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', () => resolve()));
    const { port } = service.address() as AddressInfo;
    try {
      const check = { http: `http://127.0.0.1:${port}/health`, interval: '100ms', timeout: '1s' };
      await registry.client.agent.service.register({ ...orders, port, check } as never);
      await until('200 passes', async () => (await statusOf('service:orders-1')) === 'passing');
      const [found] = await health({ service: 'orders', passing: true });
      const output = found?.Checks.find(({ CheckID }) => CheckID === 'service:orders-1')?.Output;
      assert.equal(output, `HTTP GET http://127.0.0.1:${port}/health: 200 OK Output: I am here`);
      status = 429;
      await until('429 warns', async () => (await statusOf('service:orders-1')) === 'warning');
      status = 500;
      await until('500 is critical', async () => (await statusOf('service:orders-1')) === 'critical');
    } finally {
      service.close();
      service.closeAllConnections();
    }
  });

  test('TCP: passes while the port is open; registered on its own', async () => {
    const service = http.createServer();
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', () => resolve()));
    const { port } = service.address() as AddressInfo;
    await registry.client.agent.service.register(orders);
    const check = { id: 'port', name: 'port', serviceid: 'orders-1', tcp: `127.0.0.1:${port}`, interval: '100ms' };
    await registry.client.agent.check.register(check as never);
    await until('open passes', async () => (await statusOf('port')) === 'passing');
    await new Promise((resolve) => service.close(resolve));
    await until('closed is critical', async () => (await statusOf('port')) === 'critical');
    const [found] = await health({ service: 'orders' });
    assert.match(found?.Checks.at(-1)?.Output ?? '', /connection refused/);
    await registry.client.agent.check.deregister('port');
    assert.equal((await health({ service: 'orders', passing: true })).length, 1);
  });

  test('critical for too long: deregistered', async () => {
    await registry.close();
    registry = await startRegistry({ minDeregisterMs: 0 });
    const check = { ttl: '5s', deregistercriticalserviceafter: '150ms' };
    await registry.client.agent.service.register({ ...orders, check } as never);
    await until('it is gone', async () => Object.keys(await registry.client.agent.services()).length === 0);
  });

  test('maintenance takes an instance out and back', async () => {
    await registry.client.agent.service.register(orders);
    await registry.client.agent.service.maintenance({ id: 'orders-1', enable: true, reason: 'upgrade' });
    assert.deepEqual(await health({ service: 'orders', passing: true }), []);
    const checks = await registry.client.health.checks('orders');
    assert.equal(checks[0]?.Output, 'upgrade');
    await registry.client.agent.service.maintenance({ id: 'orders-1', enable: false });
    assert.equal((await health({ service: 'orders', passing: true })).length, 1);
  });
});

describe('blocking queries', () => {
  test('a watch tells each change, and sleeps through those of others', async () => {
    const seen: number[] = [];
    const watch = registry.client.watch({
      method: registry.client.health.service.bind(registry.client.health),
      options: { service: 'orders', wait: '10s' },
    });
    watch.on('change', (data: readonly unknown[]) => seen.push(data.length));
    watch.on('error', (error: Error) => assert.fail(error));
    try {
      await until('the first answer', () => seen.length === 1);
      await until('it waits', () => registry.catalog.waiting === 1);
      await registry.client.agent.service.register({ name: 'unrelated', port: 1 });
      assert.equal(registry.catalog.waiting, 1);
      await registry.client.agent.service.register(orders);
      await until('the registration', () => seen.at(-1) === 1);
      await registry.client.agent.service.deregister('orders-1');
      await until('the deregistration', () => seen.at(-1) === 0);
    } finally {
      watch.end();
    }
  });

  test('an idle wait ends after its time with the same index; a client that leaves is forgotten', async () => {
    await registry.client.agent.service.register(orders);
    const url = `${registry.api.url}/v1/health/service/orders`;
    const first = await fetch(url);
    const index = first.headers.get('x-consul-index') ?? '';
    assert.match(index, /^[1-9]\d*$/);
    const start = performance.now();
    const second = await fetch(`${url}?index=${index}&wait=200ms`);
    const waited = performance.now() - start;
    assert.equal(second.headers.get('x-consul-index'), index);
    assert.ok(waited >= 195, `waited ${waited.toFixed(0)} ms`);
    const leaving = new AbortController();
    const third = fetch(`${url}?index=${index}&wait=60s`, { signal: leaving.signal });
    await until('it waits', () => registry.catalog.waiting === 1);
    leaving.abort();
    await assert.rejects(third, { name: 'AbortError' });
    await until('it is forgotten', () => registry.catalog.waiting === 0);
  });

  test('closing the registry ends what waits', async () => {
    const index = registry.catalog.indexOf('services');
    const waiting = fetch(`${registry.api.url}/v1/catalog/services?index=${index}&wait=60s`);
    const outcome = waiting.then(
      () => 'answered',
      () => 'closed',
    );
    await until('it waits', () => registry.catalog.waiting === 1);
    await registry.api.close();
    assert.ok(['answered', 'closed'].includes(await outcome));
    assert.equal(registry.catalog.waiting, 0);
  });
});
