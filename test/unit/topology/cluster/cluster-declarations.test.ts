import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MeshObject } from '../../../../src/engine/model/mesh-object.ts';
import { createSnapshot } from '../../../../src/engine/model/snapshot.ts';
import { ClusterDeclarations } from '../../../../src/engine/topology/cluster/cluster-declarations.ts';
import { istioClusterIds, waypointNames } from '../../../../src/engine/topology/cluster/gateway-roles.ts';
import type { Declarations, DeclaredCall, DeclaredWorkload } from '../../../../src/engine/topology/declarations.ts';
import { bookinfo, deployment, naming, object, podOf, productpage, reviews, service } from './cluster-objects.ts';

const declare = (...objects: readonly MeshObject[]): Declarations =>
  new ClusterDeclarations(naming).of(createSnapshot(objects), true);

function workload({ workloads }: Declarations, name: string): DeclaredWorkload {
  const found = workloads.find((one) => one.name === name);
  assert.ok(found, `${name} is not among ${workloads.map((one) => one.name).join(', ')}`);
  return found;
}

const end = (one: DeclaredCall['source']): string => `${one.kind} ${one.namespace}/${one.name}`;
const callsOf = ({ calls }: Declarations) =>
  calls.map(({ source, target, share, protocol }) => [end(source), end(target), share, protocol]);

test('workloads: owners, names as Istio has them, services, membership, identity', () => {
  const declared = declare(...bookinfo);
  assert.deepEqual(
    declared.workloads.map(({ namespace, name, kind, app, version, service: behind, instances }) => [
      `${namespace}/${name}`,
      kind,
      app,
      version,
      behind,
      instances.map((instance) => instance.state),
    ]),
    [
      ['bookinfo/productpage-v1', 'workload', 'productpage', 'v1', 'productpage', ['ready']],
      ['bookinfo/reviews-v1', 'workload', 'reviews', 'v1', 'reviews', ['ready']],
      ['bookinfo/reviews-v2', 'workload', 'reviews', 'v2', 'reviews', ['ready', 'ready']],
      ['istio-system/istio-ingressgateway', 'gateway', 'istio-ingressgateway', '', undefined, ['ready']],
    ],
  );
  const { membership, principal, declaredAt, cluster } = workload(declared, 'productpage-v1');
  assert.deepEqual(
    [membership, principal, cluster],
    ['sidecar', 'spiffe://cluster.local/ns/bookinfo/sa/bookinfo-productpage', 'kind'],
  );
  assert.deepEqual(declaredAt?.resource, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace: 'bookinfo',
    name: 'productpage-v1',
  });
  assert.deepEqual(
    declared.services.map(({ host, workloads }) => [host, workloads]),
    [
      ['productpage.bookinfo.svc.cluster.local', ['productpage-v1']],
      ['reviews.bookinfo.svc.cluster.local', ['reviews-v1', 'reviews-v2']],
    ],
  );
});

test('names in the order of Istio', () => {
  const labels = {
    app: 'a',
    version: 'x',
    'app.kubernetes.io/name': 'b',
    'app.kubernetes.io/version': 'y',
    'service.istio.io/canonical-name': 'c',
    'service.istio.io/canonical-revision': 'z',
  };
  const { app, version } = workload(declare(deployment('web', labels)), 'web');
  assert.deepEqual([app, version], ['c', 'z']);
  const bare = workload(declare(deployment('web', {})), 'web');
  assert.deepEqual([bare.app, bare.version], ['web', '']);
});

describe('health of a workload', () => {
  const waiting = (reason: string) => ({
    conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: '2026-01-01T00:10:00Z' }],
    containerStatuses: [{ name: 'app', state: { waiting: { reason } } }],
  });
  const cases: readonly (readonly [string, readonly MeshObject[], string | undefined, readonly string[]])[] = [
    ['scaled to zero', [deployment('web', productpage, 0)], 'idle: Scaled to 0 replicas', []],
    [
      'a replica that does not exist',
      [deployment('web', productpage, 2, 1), podOf('web', '1', productpage)],
      'degraded: 1 of 2 replicas are available',
      ['ready'],
    ],
    ['none exists', [deployment('web', productpage, 2, 0)], 'failing: None of 2 replicas is available', []],
    [
      'a pod that crashes',
      [deployment('web', productpage, 1, 0), podOf('web', '1', productpage, waiting('CrashLoopBackOff'))],
      undefined,
      ['down: CrashLoopBackOff of container app'],
    ],
    [
      'a pod that starts',
      [deployment('web', productpage, 1, 0), podOf('web', '1', productpage, waiting('ContainerCreating'))],
      undefined,
      ['starting'],
    ],
    [
      'a pod that was ready',
      [
        deployment('web', productpage, 1, 0),
        podOf('web', '1', productpage, {
          conditions: [
            {
              type: 'Ready',
              status: 'False',
              lastTransitionTime: '2026-01-01T00:14:00Z',
              message: 'containers with unready status: [app]',
            },
          ],
        }),
      ],
      undefined,
      ['unhealthy: containers with unready status: [app]'],
    ],
    [
      'a rollout that is stuck',
      [
        {
          ...deployment('web', productpage, 2, 1),
          status: {
            observedGeneration: 1,
            availableReplicas: 1,
            conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }],
          },
        },
        podOf('web', '1', productpage),
      ],
      'degraded: The rollout is stuck: 1 of 2 replicas are available',
      ['ready'],
    ],
    [
      'a quota',
      [
        {
          ...deployment('web', productpage, 1, 0),
          status: {
            observedGeneration: 1,
            conditions: [{ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota' }],
          },
        },
      ],
      'failing: Replicas cannot be created: exceeded quota',
      [],
    ],
    [
      'a pod that goes',
      [
        deployment('web', productpage),
        { ...podOf('web', '1', productpage), deletionTimestamp: '2026-01-01T00:20:00Z' },
      ],
      undefined,
      ['stopped: It is being deleted.'],
    ],
    [
      'a pod that was evicted is none',
      [
        deployment('web', productpage),
        podOf('web', '1', productpage),
        podOf('web', '2', productpage, { phase: 'Failed' }),
      ],
      undefined,
      ['ready'],
    ],
  ];
  for (const [name, objects, health, instances] of cases) {
    test(name, () => {
      const found = workload(declare(...objects), 'web');
      assert.equal(found.health && `${found.health.health}: ${found.health.reason}`, health);
      assert.deepEqual(
        found.instances.map(({ state, reason }) => (reason === undefined ? state : `${state}: ${reason}`)),
        instances,
      );
    });
  }

  test('a job that has ended is nothing that runs', () => {
    const done = object('v1', 'Pod', 'migrate-1', {
      owners: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'migrate', uid: '', controller: true }],
      status: { phase: 'Succeeded' },
    });
    assert.deepEqual(declare(done).workloads, []);
  });
});

describe('who would call whom', () => {
  test('from a gateway to a service; from a service whose calls divide to its versions', () => {
    assert.deepEqual(callsOf(declare(...bookinfo)), [
      ['workload istio-system/istio-ingressgateway', 'workload bookinfo/productpage-v1', undefined, 'http'],
      ['service bookinfo/reviews', 'workload bookinfo/reviews-v1', 0.75, 'http'],
      ['service bookinfo/reviews', 'workload bookinfo/reviews-v2', 0.25, 'http'],
    ]);
  });

  test('within one destination calls go to every ready endpoint alike', () => {
    const route = object('networking.istio.io/v1', 'VirtualService', 'reviews', {
      spec: {
        hosts: ['reviews'],
        gateways: ['istio-system/edge'],
        http: [{ route: [{ destination: { host: 'reviews' } }] }],
      },
    });
    const gateway = object('networking.istio.io/v1', 'Gateway', 'edge', {
      namespace: 'istio-system',
      spec: { selector: { istio: 'ingressgateway' } },
    });
    const others = bookinfo.filter(({ kind }) => kind !== 'VirtualService' && kind !== 'Gateway');
    assert.deepEqual(callsOf(declare(...others, route, gateway)), [
      ['workload istio-system/istio-ingressgateway', 'workload bookinfo/reviews-v1', 0.333333, 'http'],
      ['workload istio-system/istio-ingressgateway', 'workload bookinfo/reviews-v2', 0.666667, 'http'],
    ]);
  });

  test('a Gateway of Istio whose pods nobody sees stands for itself, ill only where all pods are known', () => {
    const rest = bookinfo.filter(({ namespace, kind }) => namespace !== 'istio-system' && kind !== 'Gateway');
    const gateway = object('networking.istio.io/v1', 'Gateway', 'front', { spec: { selector: { istio: 'edge' } } });
    const route = object('networking.istio.io/v1', 'VirtualService', 'front', {
      spec: { hosts: ['*'], gateways: ['front'], http: [{ route: [{ destination: { host: 'productpage' } }] }] },
    });
    const declarations = new ClusterDeclarations(naming);
    const snapshot = createSnapshot([...rest, gateway, route]);
    const declared = declarations.of(snapshot, false);
    assert.ok(
      callsOf(declared).some(
        ([source, target]) => source === 'workload bookinfo/front' && target === 'workload bookinfo/productpage-v1',
      ),
    );
    const { kind, instances, health, declaredAt } = workload(declared, 'front');
    assert.deepEqual(
      [kind, instances, health?.health, declaredAt?.resource.kind],
      ['gateway', [], 'unknown', 'Gateway'],
    );
    const known = declarations.of(snapshot, true);
    assert.deepEqual(workload(known, 'front').health, {
      health: 'failing',
      reason: 'No pod has the labels istio=edge',
    });
    const edge = { istio: 'edge' };
    const served = declare(...rest, gateway, route, deployment('edge', edge), podOf('edge', '1', edge));
    assert.deepEqual(
      served.workloads.filter((one) => one.kind === 'gateway').map(({ name }) => name),
      ['edge'],
    );
  });

  test('an HTTPRoute of a Gateway, deployed by its controller or served elsewhere', () => {
    const gateway = object('gateway.networking.k8s.io/v1', 'Gateway', 'front', { spec: { gatewayClassName: 'istio' } });
    const route = object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'front', {
      spec: {
        parentRefs: [{ name: 'front' }],
        rules: [
          {
            backendRefs: [
              { name: 'productpage', port: 9080, weight: 1 },
              { name: 'reviews', port: 9080, weight: 1 },
            ],
          },
        ],
      },
    });
    const rest = bookinfo.filter(
      ({ kind, name }) => kind !== 'VirtualService' && name !== 'reviews-v2' && !name.startsWith('reviews-v2'),
    );
    assert.deepEqual(callsOf(declare(...rest, gateway, route)), [
      ['workload bookinfo/front', 'workload bookinfo/productpage-v1', 0.5, 'http'],
      ['workload bookinfo/front', 'workload bookinfo/reviews-v1', 0.5, 'http'],
    ]);
    const labels = { 'gateway.networking.k8s.io/gateway-name': 'front' };
    const deployed = declare(...rest, gateway, route, deployment('front-istio', labels));
    assert.deepEqual(callsOf(deployed)[0], [
      'workload bookinfo/front-istio',
      'workload bookinfo/productpage-v1',
      0.5,
      'http',
    ]);
    assert.equal(workload(deployed, 'front-istio').kind, 'gateway');
  });

  test('several rules divide calls by what they match: no shares', () => {
    const route = object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'front', {
      spec: {
        parentRefs: [{ name: 'reviews', kind: 'Service', group: '' }],
        rules: [
          { matches: [{ path: { value: '/new' } }], backendRefs: [{ name: 'productpage' }] },
          {
            backendRefs: [
              { name: 'reviews', weight: 9 },
              { name: 'productpage', weight: 1 },
            ],
          },
        ],
      },
    });
    const rest = bookinfo.filter(({ kind }) => kind !== 'VirtualService');
    assert.deepEqual(callsOf(declare(...rest, route)), [
      ['service bookinfo/reviews', 'workload bookinfo/productpage-v1', undefined, 'http'],
      ['service bookinfo/reviews', 'workload bookinfo/reviews-v1', undefined, 'http'],
      ['service bookinfo/reviews', 'workload bookinfo/reviews-v2', undefined, 'http'],
    ]);
  });

  test('an Ingress leads to the services of its paths and its default; it stands for itself', () => {
    const backend = (name: string) => ({ service: { name, port: { number: 9080 } } });
    const ingress = object('networking.k8s.io/v1', 'Ingress', 'productpage-v1', {
      spec: {
        defaultBackend: backend('productpage'),
        rules: [
          {
            host: 'shop.example.com',
            http: {
              paths: [
                { path: '/reviews', backend: backend('reviews') },
                { path: '/static', backend: { resource: { kind: 'StorageBucket', name: 'static' } } },
                { path: '/nobody', backend: backend('nobody') },
              ],
            },
          },
          'nonsense',
        ],
      },
    });
    const rest = bookinfo.filter(({ kind }) => kind !== 'VirtualService');
    const declared = declare(...rest, ingress);
    assert.deepEqual(callsOf(declared), [
      ['workload bookinfo/productpage-v1 (Ingress)', 'workload bookinfo/reviews-v1', undefined, 'http'],
      ['workload bookinfo/productpage-v1 (Ingress)', 'workload bookinfo/reviews-v2', undefined, 'http'],
      ['workload bookinfo/productpage-v1 (Ingress)', 'workload bookinfo/productpage-v1', undefined, 'http'],
    ]);
    const gateway = workload(declared, 'productpage-v1 (Ingress)');
    assert.deepEqual([gateway.kind, gateway.declaredAt?.resource.kind], ['gateway', 'Ingress']);
    const other = { ...ingress, spec: { defaultBackend: backend('productpage') } };
    assert.deepEqual(callsOf(declare(...rest, other)), [
      ['workload bookinfo/productpage-v1 (Ingress)', 'workload bookinfo/productpage-v1', undefined, 'http'],
    ]);
  });

  test('a service that is a name for another host leads to it, in the cluster or outside', () => {
    const named = (name: string, externalName: string) =>
      object('v1', 'Service', name, { spec: { type: 'ExternalName', externalName, selector: { app: 'productpage' } } });
    const rest = bookinfo.filter(({ kind }) => kind !== 'VirtualService');
    const declared = declare(
      ...rest,
      named('inside', 'Productpage.bookinfo.svc.cluster.local.'),
      named('gone', 'nobody.bookinfo.svc.cluster.local'),
      named('outside', 'db.example.com'),
      named('listed', 'api.example.com'),
      object('networking.istio.io/v1', 'ServiceEntry', 'api', {
        spec: { hosts: ['api.example.com'], location: 'MESH_EXTERNAL' },
      }),
    );
    assert.deepEqual(callsOf(declared), [
      ['service bookinfo/inside', 'workload bookinfo/productpage-v1', undefined, 'tcp'],
      ['service bookinfo/listed', 'service bookinfo/api.example.com', undefined, 'tcp'],
      ['service bookinfo/outside', 'service bookinfo/db.example.com', undefined, 'tcp'],
    ]);
    assert.deepEqual(declared.services.find(({ name }) => name === 'outside')?.workloads, []);
  });

  test('weights of 0, hosts that nobody declares and nonsense lead nowhere', () => {
    const route = object('networking.istio.io/v1', 'VirtualService', 'odd', {
      spec: {
        hosts: ['reviews', 7],
        http: [
          {
            route: [
              { destination: { host: 'reviews', subset: 'v1' }, weight: 100 },
              { destination: { host: 'productpage' } },
              { destination: { host: 'nobody' }, weight: 0 },
              'nonsense',
            ],
          },
          { redirect: { uri: '/' } },
          null,
        ],
        tcp: 'nonsense',
      },
    });
    const rest = bookinfo.filter(({ kind }) => kind !== 'VirtualService');
    assert.deepEqual(callsOf(declare(...rest, route)), [
      ['service bookinfo/reviews', 'workload bookinfo/reviews-v1', undefined, 'http'],
    ]);
  });
});

test('a ServiceEntry is a host outside', () => {
  const entry = object('networking.istio.io/v1', 'ServiceEntry', 'wiki', {
    spec: { hosts: ['*.wikipedia.org', 'en.wikipedia.org'], location: 'MESH_EXTERNAL' },
  });
  assert.deepEqual(
    declare(entry).services.map(({ host, external }) => [host, external]),
    [
      ['*.wikipedia.org', true],
      ['en.wikipedia.org', true],
    ],
  );
});

test('a service without a selector has the workloads of its EndpointSlices', () => {
  const slice = object('discovery.k8s.io/v1', 'EndpointSlice', 'web-1', {
    labels: { 'kubernetes.io/service-name': 'web' },
    rest: { endpoints: [{ addresses: ['10.0.0.1'], targetRef: { kind: 'Pod', name: 'productpage-v1-abc-1' } }] },
  });
  const declared = declare(
    deployment('productpage-v1', productpage),
    podOf('productpage-v1', '1', productpage),
    service('web', {}),
    slice,
  );
  assert.deepEqual(declared.services[0]?.workloads, ['productpage-v1']);
});

test('waypoints are known, and by which names istiod calls the cluster', () => {
  const waypoint = deployment('waypoint', { 'gateway.istio.io/managed': 'istio.io-mesh-controller' });
  assert.deepEqual([...waypointNames(declare(waypoint).workloads)], ['bookinfo/waypoint']);
  const istiod = object('apps/v1', 'Deployment', 'istiod', {
    labels: { app: 'istiod' },
    spec: { template: { spec: { containers: [{ env: [{ name: 'CLUSTER_ID', value: 'c1' }] }] } } },
  });
  assert.deepEqual(istioClusterIds(createSnapshot([istiod])), ['c1']);
});

test('only namespaces with changes are read again', () => {
  const declarations = new ClusterDeclarations(naming);
  const first = createSnapshot(bookinfo);
  const before = declarations.of(first, true);
  assert.equal(declarations.of(first, true), before);
  const unrelated = createSnapshot([...bookinfo, object('v1', 'ConfigMap', 'x')], first);
  assert.equal(declarations.of(unrelated, true), before);
  const changed = createSnapshot([...bookinfo, deployment('reviews-v3', reviews('v3'))], unrelated);
  const after = declarations.of(changed, true);
  assert.equal(workload(after, 'istio-ingressgateway'), workload(before, 'istio-ingressgateway'));
  assert.notEqual(workload(after, 'reviews-v1'), workload(before, 'reviews-v1'));
  assert.equal(workload(after, 'reviews-v3').service, 'reviews');
});
