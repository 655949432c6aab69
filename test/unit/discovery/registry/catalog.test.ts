import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type {
  CheckRegistration,
  InstanceRegistration,
} from '../../../../src/engine/discovery/registry/catalog-entries.ts';
import { defaultThresholds } from '../../../../src/engine/discovery/registry/catalog-entries.ts';
import { catalogEndpoints, catalogObjects } from '../../../../src/engine/discovery/registry/catalog-objects.ts';
import { Catalog, topics } from '../../../../src/engine/discovery/registry/catalog.ts';
import { readServiceRegistration } from '../../../../src/engine/discovery/registry/consul-registration.ts';

function check(id: string, status: CheckRegistration['initialStatus'] = 'passing'): CheckRegistration {
  const definition = { type: 'reported' } as const;
  return { id, name: `Check ${id}`, notes: '', definition, initialStatus: status, thresholds: defaultThresholds };
}

function registration(id: string, change: Partial<InstanceRegistration> = {}): InstanceRegistration {
  return {
    id,
    service: 'reviews',
    origin: 'file',
    kind: 'process',
    workload: 'reviews-v1',
    version: 'v1',
    labels: { app: 'reviews', version: 'v1' },
    serviceAccount: 'bookinfo-reviews',
    address: '127.0.0.1',
    ports: { http: 4001 },
    tags: [],
    meta: {},
    weights: { passing: 1, warning: 1 },
    enableTagOverride: false,
    checks: [],
    ...change,
  };
}

const reviews = { name: 'reviews', ports: [{ name: 'http', port: 9080, protocol: 'http' }] } as const;

function newCatalog(): { catalog: Catalog; events: string[]; clock: { now: number } } {
  const clock = { now: 1000 };
  const catalog = new Catalog({ namespace: 'bookinfo', node: 'laptop', now: () => clock.now });
  const events: string[] = [];
  catalog.onEvent((event) => {
    if (event.type === 'checks-changed') return;
    const { key, health } = event.instance;
    events.push(event.type === 'health-changed' ? `${key} ${event.previous} → ${health}` : `${event.type} ${key}`);
  });
  return { catalog, events, clock };
}

describe('health of an instance', () => {
  test('is the worst of its checks, with the time and the reason', () => {
    const { catalog, events, clock } = newCatalog();
    catalog.register(registration('r-0', { checks: [check('process'), check('http')] }));
    clock.now = 2000;
    catalog.setCheck('http', 'warning', '429 Too Many Requests');
    clock.now = 3000;
    catalog.setCheck('process', 'critical', 'killed by SIGKILL');
    const down = catalog.instance('r-0');
    assert.deepEqual([down?.health, down?.since, down?.reason], ['critical', 3000, 'killed by SIGKILL']);
    clock.now = 4000;
    catalog.setCheck('process', 'passing', '');
    const back = catalog.instance('r-0');
    assert.deepEqual([back?.health, back?.since, back?.reason], ['warning', 4000, '429 Too Many Requests']);
    assert.deepEqual(events, [
      'registered r-0',
      'r-0 passing → warning',
      'r-0 warning → critical',
      'r-0 critical → warning',
    ]);
  });

  test('changes with checks that come and go', () => {
    const { catalog } = newCatalog();
    catalog.register(registration('r-0'));
    assert.equal(catalog.addCheck(check('extra', 'critical'), 'r-0'), true);
    assert.equal(catalog.instance('r-0')?.health, 'critical');
    assert.equal(catalog.removeCheck('extra'), true);
    assert.equal(catalog.instance('r-0')?.health, 'passing');
    assert.equal(catalog.addCheck(check('lost'), 'nobody'), false);
    assert.equal(catalog.setCheck('lost', 'passing', ''), false);
  });

  test('survives a registration that changes nothing about the checks', () => {
    const { catalog, events } = newCatalog();
    catalog.register(registration('r-0', { checks: [check('http', 'critical')] }));
    catalog.setCheck('http', 'passing', 'fine');
    catalog.register(registration('r-0', { checks: [check('http', 'critical')], tags: ['new'] }));
    assert.equal(catalog.instance('r-0')?.health, 'passing');
    assert.equal(catalog.check('http')?.output, 'fine');
    catalog.register(registration('r-0', { checks: [] }));
    assert.equal(catalog.check('http'), undefined);
    assert.deepEqual(events, ['registered r-0', 'r-0 critical → passing']);
  });
});

describe('events and indexes', () => {
  test('tell addresses that change, each once', () => {
    const { catalog, events } = newCatalog();
    catalog.register(registration('r-0'));
    catalog.register(registration('r-0', { ports: { http: 4002 } }));
    catalog.setInbound('r-0', { http: 15006 });
    catalog.setInbound('r-0', { http: 15006 });
    catalog.setInbound('r-0', undefined);
    catalog.deregister('r-0');
    assert.equal(catalog.deregister('r-0'), false);
    assert.deepEqual(events, [
      'registered r-0',
      'address-changed r-0',
      'address-changed r-0',
      'address-changed r-0',
      'deregistered r-0',
    ]);
  });

  test('an instance keeps its sidecar when it registers again', () => {
    const { catalog } = newCatalog();
    catalog.register(registration('r-0'));
    catalog.setInbound('r-0', { http: 15006 });
    catalog.register(registration('r-0', { ports: { http: 4002 } }));
    assert.deepEqual(catalog.instance('r-0')?.inbound, { http: 15006 });
  });

  test('a change wakes watchers of its service, output alone does not', async () => {
    const { catalog } = newCatalog();
    catalog.register(registration('r-0', { checks: [check('http')] }));
    const topic = topics.service('reviews');
    const index = catalog.indexOf(topic);
    catalog.setCheck('http', 'passing', 'at 12:00:01');
    assert.equal(catalog.indexOf(topic), index);
    catalog.register(registration('o-0', { service: 'orders' }));
    assert.equal(catalog.indexOf(topic), index);
    const waiting = catalog.waitForChange(index, 60_000, undefined, topic);
    catalog.setCheck('http', 'critical', 'no answer');
    assert.ok((await waiting) > index);
  });

  test('listeners that left hear nothing', () => {
    const { catalog } = newCatalog();
    const heard: string[] = [];
    const subscription = catalog.onEvent(({ type }) => heard.push(type));
    subscription.dispose();
    catalog.register(registration('r-0'));
    assert.deepEqual(heard, []);
  });
});

describe('services', () => {
  test('of the file are there without instances; of the API as long as they have some', () => {
    const { catalog } = newCatalog();
    catalog.declareServices([reviews]);
    const { registration: orders } = readServiceRegistration({ Name: 'orders', ID: 'orders-1', Port: 9001 });
    assert.ok(orders);
    catalog.register(orders);
    assert.deepEqual(
      catalog.services().map(({ name, origin }) => `${origin} ${name}`),
      ['api orders', 'file reviews'],
    );
    catalog.deregister('orders-1');
    assert.deepEqual(
      catalog.services().map(({ name }) => name),
      ['reviews'],
    );
    catalog.declareServices([]);
    assert.deepEqual(catalog.services(), []);
  });

  test('an instance that registers itself for a service of the file stands behind it', () => {
    const { catalog } = newCatalog();
    catalog.declareServices([reviews]);
    const body = { Name: 'reviews', ID: 'mine', Port: 7001, Meta: { version: 'v9' } };
    const { registration: mine } = readServiceRegistration(body);
    assert.ok(mine);
    catalog.register(mine);
    const [endpoint] = catalogEndpoints(catalog).endpointsOf('bookinfo', 'reviews', 9080);
    assert.deepEqual([endpoint?.id, endpoint?.port, endpoint?.version], ['bookinfo/mine', 7001, 'v9']);
  });
});

describe('endpoints', () => {
  test('are the sidecar where there is one, else the application', () => {
    const { catalog } = newCatalog();
    catalog.declareServices([reviews]);
    catalog.register(registration('r-1', { address: '10.0.0.7', ports: { http: 80 } }));
    catalog.register(registration('r-0', { checks: [check('process')] }));
    catalog.setInbound('r-0', { http: 15006 });
    catalog.setCheck('process', 'critical', 'killed');
    assert.deepEqual(catalogEndpoints(catalog).endpointsOf('bookinfo', 'reviews', 9080), [
      {
        id: 'bookinfo/r-0',
        address: '127.0.0.1',
        port: 15006,
        weight: 1,
        health: 'unhealthy',
        workload: 'reviews-v1',
        namespace: 'bookinfo',
        app: 'reviews',
        version: 'v1',
        labels: { app: 'reviews', version: 'v1' },
        serviceAccount: 'bookinfo-reviews',
        meshed: true,
        workloadPort: 9080,
      },
      {
        id: 'bookinfo/r-1',
        address: '10.0.0.7',
        port: 80,
        weight: 1,
        health: 'healthy',
        workload: 'reviews-v1',
        namespace: 'bookinfo',
        app: 'reviews',
        version: 'v1',
        labels: { app: 'reviews', version: 'v1' },
        serviceAccount: 'bookinfo-reviews',
        meshed: false,
        workloadPort: 9080,
      },
    ]);
  });

  test('there are none for other namespaces, services and ports', () => {
    const { catalog } = newCatalog();
    catalog.declareServices([reviews]);
    catalog.register(registration('r-0'));
    const directory = catalogEndpoints(catalog);
    assert.deepEqual(directory.endpointsOf('default', 'reviews', 9080), []);
    assert.deepEqual(directory.endpointsOf('bookinfo', 'ratings', 9080), []);
    assert.deepEqual(directory.endpointsOf('bookinfo', 'reviews', 80), []);
  });

  test('a weight of 0 drains', () => {
    const { catalog } = newCatalog();
    catalog.declareServices([reviews]);
    catalog.register(registration('r-0', { weights: { passing: 5, warning: 0 }, checks: [check('c')] }));
    const first = (): unknown => {
      const [endpoint] = catalogEndpoints(catalog).endpointsOf('bookinfo', 'reviews', 9080);
      return [endpoint?.weight, endpoint?.health];
    };
    assert.deepEqual(first(), [5, 'healthy']);
    catalog.setCheck('c', 'warning', '');
    assert.deepEqual(first(), [0, 'draining']);
  });
});

test('what registered itself becomes objects like those of the file', () => {
  const { catalog } = newCatalog();
  catalog.declareServices([reviews]);
  catalog.register(registration('r-0'));
  const body = {
    Name: 'My_Orders',
    ID: 'orders:1',
    Port: 9001,
    Meta: { version: 'v2', 'service-account': 'orders-sa', 'label.tier': 'back', 'service-port': '8080' },
  };
  const { registration: orders } = readServiceRegistration(body);
  assert.ok(orders);
  catalog.register(orders);
  const labels = { tier: 'back', app: 'My_Orders', version: 'v2' };
  const origin = { layer: 'registry', source: 'local' };
  assert.deepEqual(catalogObjects(catalog), [
    {
      apiVersion: 'v1',
      kind: 'Service',
      namespace: 'bookinfo',
      name: 'my-orders',
      labels: { app: 'My_Orders' },
      annotations: {},
      spec: {
        ports: [{ name: 'http', port: 8080, targetPort: 8080, protocol: 'TCP', appProtocol: 'http' }],
        selector: { app: 'My_Orders' },
      },
      origin,
    },
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'WorkloadEntry',
      namespace: 'bookinfo',
      name: 'orders-1',
      labels,
      annotations: { 'meshlens.dev/workload': 'orders:1' },
      spec: { address: '127.0.0.1', labels, serviceAccount: 'orders-sa', ports: { http: 8080 } },
      origin,
    },
  ]);
  const [endpoint] = catalogEndpoints(catalog).endpointsOf('bookinfo', 'my-orders', 8080);
  assert.equal(endpoint?.port, 9001);
});

test('stored registrations that cannot be read are told, the others taken', () => {
  const { catalog } = newCatalog();
  const stored = { version: 1, index: 77, services: [{ Name: 'ok', Port: 1 }, { Port: 2 }, null] };
  const problems = catalog.importRegistrations(stored);
  assert.equal(problems.length, 2);
  assert.match(problems[0] ?? '', /Missing service name/);
  assert.deepEqual(
    catalog.instances().map(({ key }) => key),
    ['ok'],
  );
  assert.ok(catalog.index > 77);
  assert.equal(catalog.importRegistrations({ version: 9 }).length, 1);
  assert.equal(catalog.importRegistrations(undefined).length, 1);
});
