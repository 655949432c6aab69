import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveEndpoints } from '../../../src/engine/localmesh/live-endpoints.ts';
import type { MeshInstance } from '../../../src/engine/localmesh/mesh-instance.ts';

const instance = (name: string, change: Partial<MeshInstance> = {}): MeshInstance => ({
  id: `bookinfo/${name}`,
  name,
  kind: 'process',
  workload: 'ratings-v1',
  namespace: 'bookinfo',
  app: 'ratings',
  version: 'v1',
  labels: { app: 'ratings', version: 'v1' },
  serviceAccount: 'ratings',
  service: 'ratings',
  ports: [{ name: 'http', port: 9080, protocol: 'http' }],
  address: '127.0.0.1',
  applicationPorts: { http: 40001 },
  health: 'healthy',
  ...change,
});

test('an endpoint is the inbound listener of a sidecar, not the application behind it', () => {
  const directory = liveEndpoints({
    instances: [instance('ratings-v1-1'), instance('ratings-v1-0', { health: 'unhealthy' })],
    bound: new Map([
      ['bookinfo/ratings-v1-0', { inbound: { http: 50000 }, outbound: {} }],
      ['bookinfo/ratings-v1-1', { inbound: { http: 50001 }, outbound: {} }],
    ]),
    secured: true,
  });
  assert.deepEqual(
    directory
      .endpointsOf('bookinfo', 'ratings', 9080)
      .map(({ id, port, health, meshed }) => [id, port, health, meshed]),
    [
      ['bookinfo/ratings-v1-0', 50000, 'unhealthy', true],
      ['bookinfo/ratings-v1-1', 50001, 'healthy', true],
    ],
  );
  assert.deepEqual(directory.endpointsOf('bookinfo', 'ratings', 80), []);
});

test('an instance whose sidecar is not up yet has no endpoint', () => {
  const directory = liveEndpoints({ instances: [instance('ratings-v1-0')], bound: new Map(), secured: true });
  assert.deepEqual(directory.endpointsOf('bookinfo', 'ratings', 9080), []);
});

test('a gateway is reached in plain text at its own listener', () => {
  const gateway = instance('ingress-0', {
    kind: 'gateway',
    service: 'ingress',
    ports: [{ name: 'http', port: 80, protocol: 'http' }],
    gateway: { port: 8080, routePort: 80 },
  });
  const directory = liveEndpoints({
    instances: [gateway],
    bound: new Map([[gateway.id, { inbound: {}, outbound: { gateway: 8080 } }]]),
    secured: true,
  });
  assert.deepEqual(
    directory.endpointsOf('bookinfo', 'ingress', 80).map(({ port, meshed }) => [port, meshed]),
    [[8080, false]],
  );
});

test('without link security nobody can take mutual TLS', () => {
  const directory = liveEndpoints({
    instances: [instance('ratings-v1-0')],
    bound: new Map([['bookinfo/ratings-v1-0', { inbound: { http: 50000 }, outbound: {} }]]),
    secured: false,
  });
  assert.equal(directory.endpointsOf('bookinfo', 'ratings', 9080)[0]?.meshed, false);
});
