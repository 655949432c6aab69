import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isLocalMesh, readLocalMesh } from '../../../../src/engine/discovery/registry/local-mesh-file.ts';
import { expandLocalMesh } from '../../../../src/engine/discovery/registry/local-mesh-objects.ts';
import type { LocalMeshSpec, LocalWorkloadSpec } from '../../../../src/engine/discovery/registry/local-mesh-spec.ts';
import { instancesOf } from '../../../../src/engine/discovery/registry/local-mesh-spec.ts';
import { meshDocument } from './mesh-builder.ts';

function read(value: unknown): LocalMeshSpec {
  const { mesh, problems } = readLocalMesh(value);
  assert.deepEqual(problems, []);
  assert.ok(mesh);
  return mesh;
}

const workloadOf = (value: unknown): LocalWorkloadSpec => {
  const [first] = read(value).workloads;
  assert.ok(first);
  return first;
};

describe('a whole file', () => {
  const mesh = read({
    apiVersion: 'meshlens.dev/v1alpha1',
    kind: 'LocalMesh',
    metadata: { name: 'bookinfo', namespace: 'shop' },
    spec: {
      security: { mode: 'shared-key' },
      services: [
        {
          name: 'reviews',
          ports: [
            { name: 'http', port: 9080, protocol: 'http' },
            { name: 'tcp-admin', port: 9090 },
          ],
          workloads: [
            {
              name: 'reviews-v1',
              version: 'v1',
              labels: { tier: 'middle', rank: 3 },
              serviceAccount: 'bookinfo-reviews',
              run: 'node reviews.mjs',
              directory: 'services',
              env: { LOG_LEVEL: 'info', RATE: 48, VERBOSE: true },
              instances: 2,
              dependsOn: ['ratings'],
              health: { http: '/health', interval: '2s', timeout: '500ms' },
              restart: 'on-failure',
            },
            { version: 'v2', address: '[::1]', health: { ttl: '10s' } },
          ],
        },
        { name: 'ratings', ports: [{ port: 9080 }], workloads: [{ address: 'localhost:8080' }] },
      ],
      gateways: [{ name: 'ingress', port: 8080, labels: { istio: 'ingressgateway' } }],
      clients: [{ name: 'traffic', run: 'node traffic.mjs', dependsOn: ['ingress', 'reviews-v2'] }],
    },
  });

  test('is read completely', () => {
    assert.deepEqual([mesh.name, mesh.namespace, mesh.security], ['bookinfo', 'shop', 'shared-key']);
    const ports = [
      { name: 'http', port: 9080, protocol: 'http' },
      { name: 'tcp-admin', port: 9090, protocol: 'tcp' },
    ];
    const [reviewsV1, reviewsV2, ratings, ingress, traffic] = mesh.workloads;
    assert.deepEqual(reviewsV1, {
      kind: 'process',
      name: 'reviews-v1',
      app: 'reviews',
      version: 'v1',
      labels: { tier: 'middle', rank: '3', app: 'reviews', version: 'v1' },
      serviceAccount: 'bookinfo-reviews',
      service: 'reviews',
      ports,
      dependsOn: ['ratings-v1'],
      path: ['spec', 'services', 0, 'workloads', 0],
      command: 'node reviews.mjs',
      directory: 'services',
      env: { LOG_LEVEL: 'info', RATE: '48', VERBOSE: 'true' },
      instances: 2,
      restart: 'on-failure',
      health: { type: 'http', path: '/health', port: 'http', intervalMs: 2000, timeoutMs: 500 },
    });
    assert.deepEqual(reviewsV2, {
      kind: 'address',
      name: 'reviews-v2',
      app: 'reviews',
      version: 'v2',
      labels: { app: 'reviews', version: 'v2' },
      serviceAccount: 'reviews',
      service: 'reviews',
      ports,
      dependsOn: [],
      path: ['spec', 'services', 0, 'workloads', 1],
      host: '::1',
      applicationPorts: { http: 9080, 'tcp-admin': 9090 },
      health: { type: 'ttl', ttlMs: 10_000 },
    });
    assert.ok(ratings?.kind === 'address');
    assert.equal(ratings.host, 'localhost');
    assert.deepEqual(ratings.applicationPorts, { http: 8080 });
    assert.deepEqual(ratings.health, { type: 'tcp', port: 'http', intervalMs: 1000, timeoutMs: 1000 });
    assert.deepEqual(ingress, {
      kind: 'gateway',
      name: 'ingress',
      app: 'ingress',
      version: 'latest',
      labels: { istio: 'ingressgateway', app: 'ingress', version: 'latest' },
      serviceAccount: 'ingress',
      service: 'ingress',
      ports: [{ name: 'http', port: 80, protocol: 'http' }],
      dependsOn: [],
      path: ['spec', 'gateways', 0],
      port: 8080,
      routePort: 80,
    });
    assert.deepEqual(traffic, {
      kind: 'process',
      name: 'traffic',
      app: 'traffic',
      version: 'latest',
      labels: { app: 'traffic', version: 'latest' },
      serviceAccount: 'traffic',
      ports: [],
      dependsOn: ['ingress', 'reviews-v2'],
      path: ['spec', 'clients', 0],
      command: 'node traffic.mjs',
      directory: '.',
      env: {},
      instances: 1,
      restart: 'always',
    });
    assert.deepEqual(
      mesh.services.map(({ name }) => name),
      ['reviews', 'ratings', 'ingress'],
    );
  });

  test('becomes services and one workload entry for each instance', () => {
    const origin = { layer: 'workspace', source: 'file:///meshlens.yaml', document: 0 } as const;
    const objects = expandLocalMesh(mesh, origin);
    assert.deepEqual(
      objects.map(({ apiVersion, kind, namespace, name }) => `${apiVersion} ${kind} ${namespace}/${name}`),
      [
        'v1 Service shop/reviews',
        'v1 Service shop/ratings',
        'v1 Service shop/ingress',
        'networking.istio.io/v1 WorkloadEntry shop/reviews-v1-0',
        'networking.istio.io/v1 WorkloadEntry shop/reviews-v1-1',
        'networking.istio.io/v1 WorkloadEntry shop/reviews-v2-0',
        'networking.istio.io/v1 WorkloadEntry shop/ratings-v1-0',
        'networking.istio.io/v1 WorkloadEntry shop/ingress-0',
        'networking.istio.io/v1 WorkloadEntry shop/traffic-0',
      ],
    );
    assert.deepEqual(objects[0]?.spec, {
      ports: [
        { name: 'http', port: 9080, targetPort: 9080, protocol: 'TCP', appProtocol: 'http' },
        { name: 'tcp-admin', port: 9090, targetPort: 9090, protocol: 'TCP', appProtocol: 'tcp' },
      ],
      selector: { app: 'reviews' },
    });
    const labels = { tier: 'middle', rank: '3', app: 'reviews', version: 'v1' };
    assert.deepEqual(objects[4]?.labels, labels);
    assert.deepEqual(objects[4].spec, {
      address: '127.0.0.1',
      labels,
      serviceAccount: 'bookinfo-reviews',
      ports: { http: 9080, 'tcp-admin': 9090 },
    });
    assert.deepEqual(objects[4].annotations, { 'meshlens.dev/workload': 'reviews-v1' });
    assert.deepEqual(objects.at(-1)?.spec, {
      address: '127.0.0.1',
      labels: { app: 'traffic', version: 'latest' },
      serviceAccount: 'traffic',
    });
    assert.ok(objects.every((object) => object.origin === origin));
  });

  test('instances are numbered', () => {
    const [first] = mesh.workloads;
    assert.ok(first);
    assert.deepEqual(instancesOf(mesh, first), [
      { id: 'shop/reviews-v1-0', name: 'reviews-v1-0', index: 0 },
      { id: 'shop/reviews-v1-1', name: 'reviews-v1-1', index: 1 },
    ]);
  });
});

describe('defaults', () => {
  test('of the smallest file', () => {
    const mesh = read(meshDocument());
    assert.deepEqual([mesh.namespace, mesh.security], ['default', 'certificates']);
    const workload = workloadOf(meshDocument());
    assert.ok(workload.kind === 'process');
    assert.equal(workload.name, 'a-v1');
    assert.deepEqual(workload.ports, [{ name: 'http', port: 80, protocol: 'http' }]);
    assert.deepEqual(workload.health, { type: 'tcp', port: 'http', intervalMs: 1000, timeoutMs: 1000 });
    assert.deepEqual([workload.instances, workload.restart, workload.directory], [1, 'always', '.']);
  });

  test('a version may be written as a number', () => {
    assert.equal(workloadOf(meshDocument({ workload: { version: 2 } })).version, '2');
  });

  test('a port without a name is named after its protocol', () => {
    const { ports } = workloadOf(meshDocument({ port: { protocol: 'tcp' } }));
    assert.deepEqual(ports, [{ name: 'tcp', port: 80, protocol: 'tcp' }]);
  });

  test('a fixed port of the program', () => {
    const workload = workloadOf(meshDocument({ workload: { port: 9001 } }));
    assert.equal(workload.kind === 'process' && workload.port, 9001);
  });
});

describe('what is wrong is told with its place', () => {
  const workloads = ['spec', 'services', 0, 'workloads', 0] as const;
  const two = [
    { name: 'a', ports: [{ port: 80 }], workloads: [{ run: 'x', dependsOn: ['b'] }] },
    { name: 'b', ports: [{ port: 80 }], workloads: [{ run: 'x', dependsOn: ['a'] }] },
  ];
  const cases: readonly (readonly [string, unknown, readonly (string | number)[], RegExp])[] = [
    ['nothing', null, [], /must be a mapping, not empty/],
    ['a list', [], [], /not a list/],
    [
      'an unknown version',
      { ...meshDocument(), apiVersion: 'meshlens.dev/v9' },
      ['apiVersion'],
      /must be meshlens\.dev\/v1alpha1/,
    ],
    ['no name', meshDocument({ metadata: { name: null } }), ['metadata'], /needs "name"/],
    [
      'a name that is none',
      meshDocument({ metadata: { name: 'My Mesh' } }),
      ['metadata', 'name'],
      /cannot be a "name"/,
    ],
    [
      'a misspelt field',
      meshDocument({ workload: { instance: 2 } }),
      [...workloads, 'instance'],
      /Did you mean "instances"/,
    ],
    ['an unknown field', meshDocument({ spec: { zebra: 1 } }), ['spec', 'zebra'], /Known fields: security, services/],
    [
      'a mode',
      meshDocument({ spec: { security: { mode: 'tls' } } }),
      ['spec', 'security', 'mode'],
      /certificates, shared-key or none/,
    ],
    ['no services', meshDocument({ spec: { services: null } }), ['spec'], /at least one service/],
    ['services that are no list', meshDocument({ spec: { services: {} } }), ['spec', 'services'], /must be a list/],
    [
      'a service that is no mapping',
      meshDocument({ spec: { services: ['a'] } }),
      ['spec', 'services', 0],
      /services\[0\] must be a mapping/,
    ],
    [
      'neither run nor address',
      meshDocument({ workload: { run: null } }),
      workloads,
      /needs "run" \(a command\) or "address"/,
    ],
    ['both', meshDocument({ workload: { address: 'localhost:1' } }), [...workloads, 'address'], /not both/],
    [
      'instances of an address',
      meshDocument({ workload: { run: null, address: 'localhost:1', instances: 2 } }),
      [...workloads, 'instances'],
      /for a process/,
    ],
    [
      'an address without a host',
      meshDocument({ workload: { run: null, address: ':80' } }),
      [...workloads, 'address'],
      /HOST:PORT/,
    ],
    [
      'a port out of range',
      meshDocument({ workload: { run: null, address: 'a:70000' } }),
      [...workloads, 'address'],
      /HOST:PORT/,
    ],
    ['no instances', meshDocument({ workload: { instances: 0 } }), [...workloads, 'instances'], /from 1 to 50/],
    ['half an instance', meshDocument({ workload: { instances: 1.5 } }), [...workloads, 'instances'], /whole number/],
    [
      'a set label',
      meshDocument({ workload: { labels: { version: 'x' } } }),
      [...workloads, 'labels'],
      /"version" is set/,
    ],
    [
      'a list as a variable',
      meshDocument({ workload: { env: { A: [] } } }),
      [...workloads, 'env', 'A'],
      /must be a text/,
    ],
    [
      'a variable nobody can set',
      meshDocument({ workload: { env: { 'A=B': '' } } }),
      [...workloads, 'env'],
      /cannot be the name/,
    ],
    [
      'a duration',
      meshDocument({ workload: { health: { tcp: true, interval: 5 } } }),
      [...workloads, 'health', 'interval'],
      /a duration/,
    ],
    [
      'a duration too short',
      meshDocument({ workload: { health: { tcp: true, interval: '1ms' } } }),
      [...workloads, 'health', 'interval'],
      /from 50ms/,
    ],
    [
      'two kinds of health',
      meshDocument({ workload: { health: { tcp: true, http: '/' } } }),
      [...workloads, 'health', 'tcp'],
      /exactly one/,
    ],
    [
      'a path with a line end',
      meshDocument({ workload: { health: { http: '/a\r\nb' } } }),
      [...workloads, 'health', 'http'],
      /path that starts/,
    ],
    [
      'a port that is not there',
      meshDocument({ workload: { health: { tcp: true, port: 'admin' } } }),
      [...workloads, 'health', 'port'],
      /no port named "admin"/,
    ],
    [
      'a fixed port for two',
      meshDocument({ workload: { port: 1, instances: 2 } }),
      [...workloads, 'port'],
      /one instance/,
    ],
    ['no ports', meshDocument({ service: { ports: null } }), ['spec', 'services', 0], /needs "ports"/],
    [
      'a port twice',
      meshDocument({ service: { ports: [{ port: 1 }, { name: 'b', port: 1 }] } }),
      ['spec', 'services', 0, 'ports', 1, 'port'],
      /port 1 twice/,
    ],
    [
      'a port name twice',
      meshDocument({ service: { ports: [{ port: 1 }, { port: 2 }] } }),
      ['spec', 'services', 0, 'ports', 1, 'name'],
      /another port named "http"/,
    ],
    [
      'a protocol',
      meshDocument({ port: { protocol: 'udp' } }),
      ['spec', 'services', 0, 'ports', 0, 'protocol'],
      /http or tcp/,
    ],
    [
      'a service twice',
      meshDocument({ spec: { services: [two[0], { ...two[0], workloads: [{ name: 'z', run: 'x' }] }] } }),
      ['spec', 'services', 1, 'name'],
      /another service named "a"/,
    ],
    [
      'a workload twice',
      meshDocument({ spec: { clients: [{ name: 'a-v1', run: 'x' }] } }),
      ['spec', 'clients', 0, 'name'],
      /another workload/,
    ],
    [
      'a port for two gateways',
      meshDocument({
        spec: {
          gateways: [
            { name: 'x', port: 8080 },
            { name: 'y', port: 8080 },
          ],
        },
      }),
      ['spec', 'gateways', 1, 'port'],
      /"x" already listens on port 8080/,
    ],
    [
      'an unknown dependency',
      meshDocument({ workload: { dependsOn: ['av1'] } }),
      [...workloads, 'dependsOn', 0],
      /no service or workload "av1".*Did you mean "a-v1"/,
    ],
    ['a circle', meshDocument({ spec: { services: two } }), [...workloads, 'dependsOn'], /a-v1 → b-v1 → a-v1/],
    ['itself', meshDocument({ workload: { dependsOn: ['a'] } }), [...workloads, 'dependsOn'], /a-v1 → a-v1/],
    [
      'a client without a command',
      meshDocument({ spec: { clients: [{ name: 'c' }] } }),
      ['spec', 'clients', 0],
      /needs "run"/,
    ],
    [
      'health of a client',
      meshDocument({ spec: { clients: [{ name: 'c', run: 'x', health: {} }] } }),
      ['spec', 'clients', 0, 'health'],
      /no field "health"/,
    ],
    ['an empty command', meshDocument({ workload: { run: ' ' } }), [...workloads, 'run'], /must be a text/],
  ];
  for (const [name, value, path, message] of cases) {
    test(name, () => {
      const { mesh, problems } = readLocalMesh(value);
      assert.equal(mesh, undefined);
      const found = problems.filter((problem) => message.test(problem.message));
      assert.deepEqual(
        found.map((problem) => problem.path),
        [path],
        JSON.stringify(problems),
      );
    });
  }
});

test('only documents of the kind are LocalMeshes', () => {
  assert.equal(isLocalMesh(meshDocument()), true);
  assert.equal(isLocalMesh({ ...meshDocument(), apiVersion: 'meshlens.dev/v9' }), true);
  for (const value of [null, [], 'LocalMesh', { kind: 'LocalMesh' }, { apiVersion: 'v1', kind: 'LocalMesh' }]) {
    assert.equal(isLocalMesh(value), false);
  }
});

test('never throws, whatever the document is', () => {
  const junk = fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true });
  const parts = { spec: junk, service: junk, workload: junk, port: junk };
  const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
    typeof value === 'object' && value !== null;
  fc.assert(
    fc.property(junk, fc.record(parts), (value, { spec, service, workload, port }) => {
      readLocalMesh(value);
      const document = meshDocument({
        ...(isMapping(spec) ? { spec } : {}),
        ...(isMapping(service) ? { service } : {}),
        ...(isMapping(workload) ? { workload } : {}),
        ...(isMapping(port) ? { port } : {}),
      });
      const { mesh, problems } = readLocalMesh(document);
      assert.equal(mesh === undefined, problems.length > 0);
    }),
    { numRuns: 300 },
  );
});
