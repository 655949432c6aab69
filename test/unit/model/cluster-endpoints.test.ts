import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clusterEndpoints } from '../../../src/engine/model/cluster-endpoints.ts';
import { joinEndpoints } from '../../../src/engine/model/endpoints.ts';
import { createObjectStore } from '../../../src/engine/model/live-object-store.ts';
import { podMembership, workloadMembership } from '../../../src/engine/model/membership.ts';
import type { Labels, MeshObject } from '../../../src/engine/model/mesh-object.ts';
import { createSnapshot } from '../../../src/engine/model/snapshot.ts';
import { meshObject } from './model-objects.ts';

const service = meshObject('Service', ['shop', 'reviews'], {
  spec: {
    selector: { app: 'reviews' },
    ports: [
      { name: 'http', port: 80, targetPort: 'web' },
      { name: 'grpc', port: 90, targetPort: 9090 },
    ],
  },
});

interface SliceEndpoint {
  readonly pod?: string;
  readonly address: string;
  readonly conditions?: Readonly<Record<string, boolean | null>>;
}

function slice(name: string, ports: readonly unknown[], endpoints: readonly SliceEndpoint[]): MeshObject {
  return meshObject('EndpointSlice', ['shop', name], {
    labels: { 'kubernetes.io/service-name': 'reviews' },
    spec: undefined,
    rest: {
      addressType: 'IPv4',
      ports,
      endpoints: endpoints.map(({ pod, address, conditions }) => ({
        addresses: [address],
        conditions,
        ...(pod !== undefined && { targetRef: { kind: 'Pod', name: pod, namespace: 'shop' } }),
      })),
    },
  });
}

const pod = (name: string, labels: Labels, spec: unknown = {}): MeshObject =>
  meshObject('Pod', ['shop', name], { labels, spec });

const http = { name: 'http', port: 9080 };
const sidecar = { serviceAccountName: 'bookinfo-reviews', containers: [{ name: 'app' }, { name: 'istio-proxy' }] };

test('an endpoint knows its pod, its workload and who it is', () => {
  const reviews = meshObject('Pod', ['shop', 'reviews-v1-abc-1'], {
    labels: { app: 'reviews', version: 'v1', 'pod-template-hash': 'abc' },
    spec: sidecar,
    owners: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'reviews-v1-abc', uid: 'u', controller: true }],
  });
  const snapshot = createSnapshot([
    service,
    reviews,
    slice(
      'reviews-1',
      [http, { name: 'grpc', port: 9090 }],
      [{ pod: 'reviews-v1-abc-1', address: '10.0.0.1', conditions: { ready: true } }],
    ),
  ]);
  assert.deepEqual(clusterEndpoints(snapshot).endpointsOf('shop', 'reviews', 80), [
    {
      id: 'shop/reviews-v1-abc-1',
      address: '10.0.0.1',
      port: 9080,
      weight: 1,
      health: 'healthy',
      workload: 'reviews-v1',
      namespace: 'shop',
      app: 'reviews',
      version: 'v1',
      labels: { app: 'reviews', version: 'v1', 'pod-template-hash': 'abc' },
      serviceAccount: 'bookinfo-reviews',
      meshed: true,
      workloadPort: 9080,
      pod: { namespace: 'shop', name: 'reviews-v1-abc-1', port: 9080 },
    },
  ]);
  assert.equal(clusterEndpoints(snapshot).endpointsOf('shop', 'reviews', 90)[0]?.port, 9090);
  assert.deepEqual(clusterEndpoints(snapshot).endpointsOf('shop', 'reviews', 81), []);
  assert.deepEqual(clusterEndpoints(snapshot).endpointsOf('bank', 'reviews', 80), []);
});

test('conditions tell health as Kubernetes means them', () => {
  const cases: readonly (readonly [Readonly<Record<string, boolean | null>> | undefined, string])[] = [
    [undefined, 'healthy'],
    [{ ready: null }, 'healthy'],
    [{ ready: true, serving: true, terminating: false }, 'healthy'],
    [{ ready: false }, 'unhealthy'],
    [{ ready: false, serving: true, terminating: true }, 'draining'],
    [{ ready: false, serving: false, terminating: true }, 'unhealthy'],
    [{ ready: false, serving: true, terminating: false }, 'unhealthy'],
  ];
  for (const [conditions, expected] of cases) {
    const endpoint = { address: '10.0.0.1', ...(conditions && { conditions }) };
    const snapshot = createSnapshot([service, slice('one', [http], [endpoint])]);
    const [found] = clusterEndpoints(snapshot).endpointsOf('shop', 'reviews', 80);
    assert.equal(found?.health, expected, JSON.stringify(conditions));
  }
});

test('slices are joined: ports by name, a pod with two addresses once and by IPv4, pods that may not be read by name', () => {
  const snapshot = createSnapshot([
    service,
    pod('a', { 'app.kubernetes.io/name': 'reviews-app' }),
    slice('one', [http], [{ pod: 'a', address: 'fd00::1' }]),
    slice(
      'two',
      [http],
      [
        { pod: 'a', address: '10.0.0.1' },
        { pod: 'unread', address: '10.0.0.2' },
      ],
    ),
    slice('three', [{ name: 'other', port: 1 }], [{ address: '10.0.0.3' }]),
    slice('four', [{ name: 'http', port: 8000 }], [{ address: '10.0.0.4' }]),
    slice('broken', [{ name: 'http', port: 'nonsense' }], [{ address: '10.0.0.5' }]),
  ]);
  assert.deepEqual(
    clusterEndpoints(snapshot)
      .endpointsOf('shop', 'reviews', 80)
      .map(({ id, address, port, app, workload, pod: behind }) => [id, address, port, app, workload, behind?.name]),
    [
      ['shop/10.0.0.4', '10.0.0.4', 8000, 'reviews', '10.0.0.4', undefined],
      ['shop/a', '10.0.0.1', 9080, 'reviews-app', 'a', 'a'],
      ['shop/unread', '10.0.0.2', 9080, 'reviews', 'unread', 'unread'],
    ],
  );
});

test('an unnamed port is the unnamed port of the slice', () => {
  const unnamed = meshObject('Service', ['shop', 'reviews'], { spec: { ports: [{ port: 80 }] } });
  for (const name of ['', null, undefined]) {
    const snapshot = createSnapshot([unnamed, slice('one', [{ name, port: 8080 }], [{ address: '10.0.0.1' }])]);
    assert.equal(clusterEndpoints(snapshot).endpointsOf('shop', 'reviews', 80)[0]?.port, 8080);
  }
});

test('services select virtual machines, and entries select pods', () => {
  const labels = { app: 'reviews' };
  const machine = meshObject('WorkloadEntry', ['shop', 'vm-1'], {
    spec: { address: '192.168.0.9', labels, ports: { http: 8081 }, serviceAccount: 'vm', weight: 3 },
  });
  const ready = { podIP: '10.0.0.7', conditions: [{ type: 'Ready', status: 'True' }] };
  const entry = meshObject('ServiceEntry', ['shop', 'legacy'], {
    spec: {
      hosts: ['legacy.example.com'],
      ports: [{ number: 80, name: 'http', targetPort: 9080 }],
      workloadSelector: { labels },
    },
  });
  const snapshot = createSnapshot([
    service,
    machine,
    entry,
    meshObject('Pod', ['shop', 'reviews-1'], { labels, status: ready }),
    meshObject('Pod', ['shop', 'reviews-2'], { labels, status: { podIP: '10.0.0.8' } }),
  ]);
  const of = (name: string): readonly unknown[] =>
    clusterEndpoints(snapshot)
      .endpointsOf('shop', name, 80)
      .map(({ address, port, weight, health, serviceAccount }) => [address, port, weight, health, serviceAccount]);
  assert.deepEqual(of('reviews'), [['192.168.0.9', 8081, 3, 'healthy', 'vm']]);
  assert.deepEqual(of('legacy.example.com'), [
    ['10.0.0.7', 9080, 1, 'healthy', 'default'],
    ['10.0.0.8', 9080, 1, 'unhealthy', 'default'],
    ['192.168.0.9', 8081, 3, 'healthy', 'vm'],
  ]);
});

test('an answer is the same list until something it depends on changes', () => {
  const store = createObjectStore();
  store.put(service, pod('a', { app: 'reviews' }), slice('one', [http], [{ pod: 'a', address: '10.0.0.1' }]));
  const ask = (): ReturnType<ReturnType<typeof clusterEndpoints>['endpointsOf']> =>
    clusterEndpoints(store.snapshot()).endpointsOf('shop', 'reviews', 80);
  const first = ask();
  store.put(pod('other', { app: 'ratings' }));
  assert.equal(ask(), first);
  store.put(pod('a', { app: 'reviews', version: 'v2' }));
  assert.deepEqual(
    ask().map(({ version }) => version),
    ['v2'],
  );
  store.put(slice('one', [http], []));
  assert.deepEqual(ask(), []);
});

test('directories of several clusters answer as one', () => {
  const directoryOf = (address: string): ReturnType<typeof clusterEndpoints> =>
    clusterEndpoints(createSnapshot([service, slice('one', [http], [{ address }])]));
  const joined = joinEndpoints([directoryOf('10.0.0.1'), directoryOf('10.1.0.1')]);
  assert.deepEqual(
    joined.endpointsOf('shop', 'reviews', 80).map(({ address }) => address),
    ['10.0.0.1', '10.1.0.1'],
  );
});

test('membership is what runs in the pod', () => {
  const cases: readonly (readonly [Partial<MeshObject>, string])[] = [
    [{}, 'none'],
    [{ spec: { containers: [{ name: 'app' }] } }, 'none'],
    [{ spec: { containers: [{ name: 'app' }, { name: 'istio-proxy' }] } }, 'sidecar'],
    [{ spec: { initContainers: [{ name: 'istio-proxy', restartPolicy: 'Always' }] } }, 'sidecar'],
    [{ annotations: { 'sidecar.istio.io/status': '{}' } }, 'sidecar'],
    [{ annotations: { 'sidecar.istio.io/inject': 'true' } }, 'none'],
    [{ annotations: { 'ambient.istio.io/redirection': 'enabled' } }, 'ambient'],
    [{ annotations: { 'ambient.istio.io/redirection': 'disabled' } }, 'none'],
    [{ spec: { containers: [{ name: 'linkerd-proxy' }] } }, 'linkerd-proxy'],
    [{ spec: { containers: [{ name: 'consul-dataplane' }] } }, 'sidecar'],
  ];
  for (const [given, expected] of cases) {
    assert.equal(podMembership(meshObject('Pod', ['shop', 'a'], given)), expected, JSON.stringify(given));
  }
  const template = { template: { metadata: {}, spec: sidecar } };
  const deployment = meshObject('Deployment', ['shop', 'reviews'], { spec: template });
  const [meshed, plain] = [pod('a', {}, sidecar), pod('b', {})];
  assert.equal(workloadMembership(deployment, []), 'sidecar');
  assert.equal(workloadMembership(deployment, [plain]), 'none');
  assert.equal(workloadMembership(deployment, [plain, meshed]), 'sidecar');
  assert.equal(workloadMembership(undefined, [plain, plain, meshed]), 'none');
  assert.equal(workloadMembership(undefined, []), 'none');
});
