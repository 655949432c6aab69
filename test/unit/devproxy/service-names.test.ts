import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findService, withSearchedNames } from '../../../src/engine/devproxy/service-names.ts';
import { createSnapshot } from '../../../src/engine/model/snapshot.ts';
import type { MeshObject } from '../../../src/engine/model/mesh-object.ts';
import { noEndpoints } from '../../../src/engine/model/endpoints.ts';
import { compileRoutes } from '../../../src/engine/policy/semantics/routing/compile.ts';
import { createRouter } from '../../../src/engine/policy/semantics/routing/decide.ts';
import { prepareRouting } from '../../../src/engine/policy/semantics/routing/prepare.ts';
import { resolveMeshSettings } from '../../../src/shared/mesh-settings.ts';

const service = (namespace: string, name: string, ...ports: readonly (readonly [string, number])[]): MeshObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  namespace,
  name,
  labels: {},
  annotations: {},
  spec: { ports: ports.map(([portName, port]) => ({ name: portName, port })) },
  origin: { layer: 'cluster', source: 'kitchen' },
});

const snapshot = createSnapshot([
  service('bookinfo', 'reviews', ['http', 9080]),
  service('shop', 'reviews', ['http', 8080]),
  service('shop', 'cart', ['http', 80], ['tcp-admin', 9000]),
  service('shop', 'db', ['tcp', 5432]),
]);
const settings = resolveMeshSettings();
const { services } = prepareRouting(snapshot, settings);
const namespaces = ['bookinfo', 'shop'];

describe('a service that is wished for', () => {
  const cases: readonly (readonly [text: string, found: string | RegExp])[] = [
    ['reviews:9080', 'reviews.bookinfo.svc.cluster.local:9080'],
    ['reviews', 'reviews.bookinfo.svc.cluster.local:9080'],
    ['Reviews.Shop', 'reviews.shop.svc.cluster.local:8080'],
    ['reviews.shop.svc:8080', 'reviews.shop.svc.cluster.local:8080'],
    ['reviews.shop.svc.cluster.local.:8080', 'reviews.shop.svc.cluster.local:8080'],
    ['db', 'db.shop.svc.cluster.local:5432'],
    ['cart', /has several ports: say which of 80, 9000/],
    ['cart:81', /cart\.shop\.svc\.cluster\.local has no port 81\. It has 80, 9000\./],
    ['reviws:9080', /no service reviws\.bookinfo\.svc\.cluster\.local\. Did you mean/],
    ['', /names no service/],
    ['a b', /names no service/],
    ['reviews:port', /names no service/],
  ];
  for (const [text, expected] of cases) {
    test(`"${text}"`, () => {
      const found = findService(text, services, snapshot, namespaces, settings);
      if (typeof expected === 'string')
        assert.equal(typeof found === 'string' ? found : `${found.address.host}:${found.address.port}`, expected);
      else assert.match(typeof found === 'string' ? found : 'found', expected);
    });
  }
});

describe('names that a proxy in the first namespace knows', () => {
  const { routes } = compileRoutes({
    snapshot,
    endpoints: noEndpoints,
    node: { kind: 'sidecar', namespace: 'bookinfo', labels: {} },
    settings,
  });
  const router = createRouter(withSearchedNames(routes, snapshot, namespaces, settings));
  const hostOf = (authority: string, port: number): string => {
    const found = router.route(
      { port, method: 'GET', authority, path: '/', scheme: 'http', headers: { get: () => undefined } },
      () => 0,
    );
    return found.kind === 'forward' ? found.destination.host : found.kind;
  };
  const cases: readonly (readonly [authority: string, port: number, host: string])[] = [
    ['reviews', 9080, 'reviews.bookinfo.svc.cluster.local'],
    ['reviews.bookinfo', 9080, 'reviews.bookinfo.svc.cluster.local'],
    ['reviews.shop:8080', 8080, 'reviews.shop.svc.cluster.local'],
    // A resolver finds the name in the first namespace, whatever its ports are.
    ['reviews:8080', 8080, 'unknown-host'],
    ['cart', 80, 'cart.shop.svc.cluster.local'],
    ['cart.shop.svc.cluster.local', 80, 'cart.shop.svc.cluster.local'],
    ['basket', 80, 'unknown-host'],
  ];
  for (const [authority, port, host] of cases)
    test(`${authority} on ${port}`, () => assert.equal(hostOf(authority, port), host));

  test('TCP services too, and ports are known by name', () => {
    assert.equal(router.tcp(5432, 'db', () => 0)?.destination.host, 'db.shop.svc.cluster.local');
    assert.deepEqual(router.portsOf('cart'), [80, 9000]);
    assert.deepEqual(router.portsOf('nobody'), []);
  });
});
