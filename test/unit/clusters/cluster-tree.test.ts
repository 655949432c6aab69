import assert from 'node:assert/strict';
import { test } from 'node:test';
import { treeBuilder } from '../../../src/engine/clusters/tree/cluster-tree.ts';
import { LiveTree } from '../../../src/engine/clusters/tree/live-tree.ts';
import { replicaHealth } from '../../../src/engine/clusters/tree/replica-health.ts';
import type { TreeInput } from '../../../src/engine/clusters/tree/tree-input.ts';
import { createObjectStore } from '../../../src/engine/model/live-object-store.ts';
import { clusterEndpoints } from '../../../src/engine/model/cluster-endpoints.ts';
import type { MeshObject } from '../../../src/engine/model/mesh-object.ts';
import { createSnapshot } from '../../../src/engine/model/snapshot.ts';
import type { ClusterTree, ClusterTreeItem, ClusterTreeNamespace, ProxyStatus } from '../../../src/shared/cluster.ts';

type Given = Partial<MeshObject> & Pick<MeshObject, 'name'>;

const object = (apiVersion: string, kind: string, given: Given): MeshObject => ({
  apiVersion,
  kind,
  namespace: 'shop',
  labels: {},
  annotations: {},
  spec: {},
  origin: { layer: 'cluster', source: 'test' },
  ...given,
});
const namespace = (name: string, labels: Readonly<Record<string, string>> = {}): MeshObject =>
  object('v1', 'Namespace', { name, namespace: '', labels });

interface PodGiven extends Partial<MeshObject> {
  readonly name: string;
  readonly ready?: boolean;
  readonly containers?: readonly string[];
  readonly waiting?: string;
}
const pod = ({ ready = true, containers = ['app'], waiting, ...given }: PodGiven): MeshObject =>
  object('v1', 'Pod', {
    spec: { containers: containers.map((name) => ({ name })) },
    status: {
      phase: 'Running',
      podIP: '10.0.0.1',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      ...(waiting === undefined
        ? {}
        : { containerStatuses: [{ name: 'app', state: { waiting: { reason: waiting } } }] }),
    },
    ...given,
  });
const owned = (kind: string, name: string): Pick<MeshObject, 'owners'> => ({
  owners: [{ apiVersion: 'apps/v1', kind, name, uid: 'u', controller: true }],
});
const deployment = (name: string, replicas: number, status: object): MeshObject =>
  object('apps/v1', 'Deployment', {
    name,
    spec: { replicas, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app' }] } } },
    status,
  });
const allReady = (replicas: number): object => ({ replicas, readyReplicas: replicas, availableReplicas: replicas });

const inputOf = (objects: readonly MeshObject[], given: Partial<TreeInput> = {}): TreeInput => {
  const snapshot = createSnapshot(objects);
  return {
    context: 'test',
    snapshot,
    endpoints: clusterEndpoints(snapshot),
    proxies: [],
    namespaces: [],
    knowsAllPods: true,
    locate: () => undefined,
    ...given,
  };
};
const tree = (objects: readonly MeshObject[], given: Partial<TreeInput> = {}): ClusterTree => {
  const { names, build } = treeBuilder(inputOf(objects, given));
  return { context: 'test', namespaces: names.map(build) };
};
const shop = (objects: readonly MeshObject[], given: Partial<TreeInput> = {}): ClusterTreeNamespace => {
  const [found] = tree([namespace('shop'), ...objects], given).namespaces;
  assert.ok(found);
  return found;
};
const said = ({ ref, health, description, reason, membership, sync }: ClusterTreeItem): unknown => [
  `${ref.kind} ${ref.name}`,
  health.health,
  description,
  ...(reason === undefined ? [] : [reason]),
  ...(membership === undefined || membership === 'none' ? [] : [membership]),
  ...(sync === undefined ? [] : [sync]),
];
const proxy = (name: string, state: ProxyStatus['state']): ProxyStatus => ({
  proxy: `${name}.shop`,
  namespace: 'shop',
  pod: name,
  types: {},
  state,
});

const replicas: readonly (readonly [Parameters<typeof replicaHealth>[0], string, RegExp])[] = [
  [{ desired: 3, current: 3, available: 3 }, 'healthy', /^3 replicas available$/],
  [{ desired: 1, current: 1, available: 1 }, 'healthy', /^1 replica available$/],
  [{ desired: 0, current: 0, available: 0 }, 'idle', /^Scaled to zero$/],
  [{ desired: 3, current: 3, available: 2 }, 'degraded', /^2 of 3 replicas are available$/],
  [{ desired: 3, current: 2, available: 2 }, 'degraded', /^2 of 3 replicas are available$/],
  [{ desired: 3, current: 3, available: 0 }, 'failing', /^None of 3 replicas is available$/],
  [{ desired: 1, current: 0, available: 0 }, 'failing', /^Its only replica is not available$/],
  [{ desired: 2, current: 3, available: 2 }, 'degraded', /^Rolling out: 3 replicas, 2 wanted$/],
  [{ desired: 3, current: 3, available: 3, synced: 1 }, 'degraded', /^2 of 3 proxies do not run/],
  [{ desired: 3, current: 3, available: 3, synced: 3 }, 'healthy', /^3 replicas available$/],
];
for (const [given, health, reason] of replicas)
  test(`replicas ${JSON.stringify(given)} are ${health}`, () => {
    const state = replicaHealth(given);
    assert.equal(state.health, health);
    assert.match(state.reason, reason);
  });

test('workloads: controllers, jobs and lone pods, each once', () => {
  const { workloads } = shop([
    deployment('till', 2, { replicas: 2, readyReplicas: 1, availableReplicas: 1 }),
    pod({ name: 'till-5d7-a', labels: { 'pod-template-hash': '5d7' }, ...owned('ReplicaSet', 'till-5d7') }),
    pod({
      name: 'till-5d7-b',
      labels: { 'pod-template-hash': '5d7' },
      ...owned('ReplicaSet', 'till-5d7'),
      ready: false,
      waiting: 'CrashLoopBackOff',
    }),
    object('apps/v1', 'StatefulSet', { name: 'books', spec: { replicas: 0 }, status: {} }),
    object('apps/v1', 'DaemonSet', {
      name: 'agent',
      status: { desiredNumberScheduled: 2, numberAvailable: 2, numberReady: 2 },
    }),
    pod({ name: 'report-x', ...owned('Job', 'report'), status: { phase: 'Succeeded' } }),
    pod({ name: 'debug', containers: ['shell', 'istio-proxy'] }),
  ]);
  assert.deepEqual(workloads.map(said), [
    ['DaemonSet agent', 'healthy', 'DaemonSet · 2/2 ready · not in a mesh'],
    ['StatefulSet books', 'idle', 'StatefulSet · scaled to zero · not in a mesh', 'Scaled to zero'],
    ['Pod debug', 'healthy', 'Pod · 1/1 ready · sidecar', 'sidecar'],
    ['Job report', 'idle', 'Job · completed · not in a mesh', 'Completed'],
    [
      'Deployment till',
      'degraded',
      '1/2 ready · not in a mesh',
      '1 of 2 replicas are available: till-5d7-b: CrashLoopBackOff',
    ],
  ]);
});

/** A Deployment and its pods some seconds after it was applied, with the Service in front. */
const rollout = (
  progress: { readonly status?: string; readonly reason: string },
  pods: readonly { readonly status: object; readonly deletionTimestamp?: string }[],
  extra: readonly MeshObject[] = [],
): ClusterTreeNamespace =>
  shop([
    service('till'),
    deployment('till', 2, {
      observedGeneration: 1,
      replicas: 2,
      conditions: [{ type: 'Progressing', status: 'True', ...progress }],
    }),
    ...pods.map((given, index) =>
      object('v1', 'Pod', {
        name: `till-5d7-${index}`,
        labels: { app: 'till', 'pod-template-hash': '5d7' },
        ...owned('ReplicaSet', 'till-5d7'),
        ...given,
      }),
    ),
    ...extra,
  ]);
const creating = {
  status: {
    phase: 'Pending',
    containerStatuses: [{ name: 'app', restartCount: 0, state: { waiting: { reason: 'ContainerCreating' } } }],
  },
};
const running = (restartCount: number): { readonly status: object } => ({
  status: {
    phase: 'Running',
    startTime: '2026-01-01T00:00:00Z',
    conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: '2026-01-01T00:00:00Z' }],
    containerStatuses: [{ name: 'app', restartCount, state: { running: {} } }],
  },
});
const pulling = {
  status: {
    phase: 'Pending',
    containerStatuses: [{ name: 'app', state: { waiting: { reason: 'ErrImagePull' } } }],
  },
};
const updating = { reason: 'ReplicaSetUpdated' };

test('a deployment whose pods are just starting is not ill, and neither is its service or namespace', () => {
  const found = rollout(updating, [creating, running(0)], [slice('till', [false])]);
  assert.deepEqual(
    [...found.services, ...found.workloads].map((item) => [item.ref.kind, item.health.health, item.health.reason]),
    [
      ['Service', 'unknown', 'Its pods are starting, 0 of 1 endpoints are ready'],
      ['Deployment', 'unknown', 'Starting, 0 of 2 replicas available'],
    ],
  );
  assert.deepEqual(found.health, { health: 'unknown', reason: 'Nothing is wrong' });
  const [unserved] = rollout(updating, [creating, creating]).services;
  assert.deepEqual([unserved?.health.health, unserved?.description], ['unknown', '80 http · starting']);
});

for (const [name, progress, pods] of [
  ['restarts', updating, [creating, running(1)]],
  ['cannot be pulled', updating, [creating, pulling]],
  ['is late beyond its deadline', { status: 'False', reason: 'ProgressDeadlineExceeded' }, [creating, creating]],
  ['was there and is lost', { reason: 'NewReplicaSetAvailable' }, [creating, creating]],
] as const)
  test(`what ${name} is not called starting`, () => {
    const found = rollout(progress, pods);
    assert.deepEqual(
      [...found.services, ...found.workloads, found].map(({ health }) => health.health),
      ['failing', 'failing', 'failing'],
    );
  });

test('the state of proxies counts', () => {
  const pods = ['a', 'b'].map((name) =>
    pod({
      name: `till-5d7-${name}`,
      labels: { 'pod-template-hash': '5d7' },
      containers: ['app', 'istio-proxy'],
      ...owned('ReplicaSet', 'till-5d7'),
    }),
  );
  const proxies = [proxy('till-5d7-a', 'synced'), proxy('till-5d7-b', 'stale')];
  const { workloads } = shop([deployment('till', 2, allReady(2)), ...pods], { proxies });
  assert.deepEqual(workloads.map(said), [
    [
      'Deployment till',
      'degraded',
      '2/2 ready · sidecar · proxy stale',
      '1 of 2 proxies does not run the present configuration',
      'sidecar',
      'stale',
    ],
  ]);
});

const slice = (name: string, ready: readonly boolean[]): MeshObject =>
  object('discovery.k8s.io/v1', 'EndpointSlice', {
    name: `${name}-1`,
    labels: { 'kubernetes.io/service-name': name },
    rest: {
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 9080, protocol: 'TCP' }],
      endpoints: ready.map((isReady, index) => ({
        addresses: [`10.0.0.${index + 1}`],
        conditions: { ready: isReady },
      })),
    },
  });
const service = (name: string, spec: object = {}): MeshObject =>
  object('v1', 'Service', {
    name,
    spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 9080 }], ...spec },
  });

test('services by the endpoints behind them', () => {
  const { services } = shop([
    service('good'),
    slice('good', [true, true]),
    service('half'),
    slice('half', [true, false]),
    service('lost'),
    slice('lost', [false]),
    service('none'),
    service('elsewhere', { type: 'ExternalName', externalName: 'db.example.test', selector: undefined }),
    service('manual', { selector: undefined }),
  ]);
  assert.deepEqual(services.map(said), [
    ['Service elsewhere', 'unknown', 'external name db.example.test'],
    ['Service good', 'healthy', '80 http · 2/2 ready'],
    ['Service half', 'degraded', '80 http · 1/2 ready', '1 of 2 endpoints are ready'],
    ['Service lost', 'failing', '80 http · 0/1 ready', 'Its only endpoint is not ready'],
    ['Service manual', 'unknown', '80 http'],
    [
      'Service none',
      'failing',
      '80 http · no pods',
      'No pod serves it: none matches its selector, or none has the port',
    ],
  ]);
});

test('gateways with the workloads that are there for them', () => {
  const labels = { istio: 'ingressgateway' };
  const { gateways, workloads } = shop([
    object('networking.istio.io/v1', 'Gateway', {
      name: 'front',
      spec: {
        selector: labels,
        servers: [{ port: { number: 443, protocol: 'HTTPS' }, hosts: ['a.test', 'b.test', 'c.test'] }],
      },
    }),
    object('networking.istio.io/v1', 'Gateway', { name: 'lost', spec: { selector: { istio: 'nobody' } } }),
    object('gateway.networking.k8s.io/v1', 'Gateway', {
      name: 'k8s',
      spec: { gatewayClassName: 'istio', listeners: [{ port: 80, protocol: 'HTTP' }] },
      status: {
        conditions: [{ type: 'Programmed', status: 'False', reason: 'Pending', message: 'waiting for an address' }],
      },
    }),
    pod({ name: 'gateway-0', labels }),
    pod({ name: 'app-0' }),
  ]);
  assert.deepEqual(gateways.map(said), [
    ['Gateway front', 'healthy', 'Istio · 443 HTTPS · a.test, b.test +1'],
    ['Gateway lost', 'failing', 'Istio', 'No pod has the labels istio=nobody'],
    ['Gateway k8s', 'failing', 'istio · 80 HTTP', 'Not Programmed (Pending): waiting for an address'],
    ['Pod gateway-0', 'healthy', 'Pod · 1/1 ready · not in a mesh'],
  ]);
  assert.deepEqual(
    workloads.map(({ ref }) => ref.name),
    ['app-0'],
  );
});

test('a gateway may be served by pods that are not read: only who knows all pods says that there are none', () => {
  const gateway = object('networking.istio.io/v1', 'Gateway', { name: 'front', spec: { selector: { istio: 'edge' } } });
  const told = (knowsAllPods: boolean): readonly unknown[] => shop([gateway], { knowsAllPods }).gateways.map(said);
  assert.deepEqual(told(true), [['Gateway front', 'failing', 'Istio', 'No pod has the labels istio=edge']]);
  assert.deepEqual(told(false), [['Gateway front', 'unknown', 'Istio']]);
});

test('workloads without the sidecar that their namespace asks for, and those that decline it', () => {
  const labelled = (name: string, given: Partial<MeshObject> = {}): readonly MeshObject[] => [
    deployment(name, 1, allReady(1)),
    pod({ name: `${name}-5d7-a`, ...owned('ReplicaSet', `${name}-5d7`), ...given }),
  ];
  const objects = [
    namespace('shop', { 'istio-injection': 'enabled' }),
    ...labelled('till', { labels: { 'pod-template-hash': '5d7' } }),
    ...labelled('batch', { labels: { 'pod-template-hash': '5d7', 'sidecar.istio.io/inject': 'false' } }),
    ...labelled('probe', {
      labels: { 'pod-template-hash': '5d7' },
      spec: { hostNetwork: true, containers: [{ name: 'app' }] },
    }),
    deployment('asleep', 0, {}),
    pod({ name: 'debug' }),
  ];
  const [found] = tree(objects).namespaces;
  assert.deepEqual(
    found?.workloads.map(({ ref, description, health, hint = '' }) => [ref.name, description, health.health, hint]),
    [
      ['asleep', 'scaled to zero · not in a mesh', 'idle', ''],
      ['batch', '1/1 ready · not in a mesh', 'healthy', ''],
      [
        'debug',
        'Pod · 1/1 ready · sidecar missing',
        'healthy',
        'Its namespace asks for sidecars, and it has none: it gets one when it is created anew.',
      ],
      ['probe', '1/1 ready · not in a mesh', 'healthy', ''],
      [
        'till',
        '1/1 ready · sidecar missing',
        'healthy',
        'Its namespace asks for sidecars, and its pods have none: they get one when the workload is restarted.',
      ],
    ],
  );
  const [outside] = tree([namespace('shop'), ...objects.slice(1)]).namespaces;
  assert.ok(outside?.workloads.every(({ hint }) => hint === undefined));
});

test('the namespace of a control plane is called so, and one of which nothing may be read is called nothing', () => {
  const istiod = { ...deployment('istiod', 1, allReady(1)), namespace: 'istio-system', labels: { app: 'istiod' } };
  const linkerd = pod({
    name: 'destination',
    namespace: 'linkerd',
    labels: { 'linkerd.io/control-plane-component': 'destination' },
  });
  const own = { ...istiod, namespace: 'meshed' };
  const objects = [
    namespace('istio-system'),
    namespace('meshed', { 'istio-injection': 'enabled' }),
    istiod,
    own,
    linkerd,
  ];
  assert.deepEqual(
    tree(objects, { namespaces: ['istio-system', 'linkerd', 'meshed', 'unread'] }).namespaces.map(
      ({ name, membership }) => [name, membership],
    ),
    [
      ['istio-system', 'control plane of Istio'],
      ['linkerd', 'control plane of Linkerd'],
      ['meshed', 'sidecar injection'],
      ['unread', ''],
    ],
  );
});

test('policies say what they are about and what is said against them', () => {
  const { policies } = shop([
    object('networking.istio.io/v1', 'VirtualService', { name: 'v', spec: { hosts: ['a', 'b', 'c'] } }),
    object('networking.istio.io/v1', 'DestinationRule', { name: 'd', spec: { host: 'till' } }),
    object('security.istio.io/v1', 'AuthorizationPolicy', {
      name: 'a',
      spec: { action: 'DENY', selector: { matchLabels: { app: 'till' } } },
    }),
    object('security.istio.io/v1', 'PeerAuthentication', { name: 'p', spec: { mtls: { mode: 'STRICT' } } }),
    object('gateway.networking.k8s.io/v1', 'HTTPRoute', {
      name: 'h',
      spec: { hostnames: ['a.test'] },
      status: { parents: [{ conditions: [{ type: 'ResolvedRefs', status: 'False', reason: 'BackendNotFound' }] }] },
    }),
  ]);
  assert.deepEqual(policies.map(said), [
    ['AuthorizationPolicy a', 'healthy', 'AuthorizationPolicy · DENY, app=till'],
    ['DestinationRule d', 'healthy', 'DestinationRule · till'],
    ['HTTPRoute h', 'degraded', 'HTTPRoute · a.test', 'Not ResolvedRefs (BackendNotFound)'],
    ['PeerAuthentication p', 'healthy', 'PeerAuthentication · STRICT'],
    ['VirtualService v', 'healthy', 'VirtualService · a, b +1'],
  ]);
});

test('a namespace is as well as the worst in it, and says how it takes part', () => {
  const { namespaces } = tree([
    namespace('empty'),
    namespace('shop', { 'istio-injection': 'enabled' }),
    deployment('till', 1, allReady(1)),
    service('none'),
    service('nothing'),
  ]);
  assert.deepEqual(
    namespaces.map(({ name, health, membership }) => [name, health.health, health.reason, membership]),
    [
      ['empty', 'idle', 'Nothing of a mesh is in it', 'not in a mesh'],
      [
        'shop',
        'failing',
        'Service none: No pod serves it: none matches its selector, or none has the port (and 1 more)',
        'sidecar injection',
      ],
    ],
  );
});

test('who may not list namespaces sees those that hold something', () => {
  const names = (given: Partial<TreeInput>): readonly string[] =>
    tree([deployment('till', 1, allReady(1))], given).namespaces.map(({ name }) => name);
  assert.deepEqual(names({}), ['shop']);
  assert.deepEqual(names({ namespaces: ['bank', 'shop'] }), ['bank', 'shop']);
});

test('what the workspace declares leads there', () => {
  const place = {
    resource: { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'none' },
    path: [],
    uri: 'file:///s.yaml',
  };
  const { services } = shop([service('none'), service('other')], {
    locate: ({ name }) => (name === 'none' ? place : undefined),
  });
  assert.deepEqual(
    services.map(({ declaredAt }) => declaredAt?.uri),
    ['file:///s.yaml', undefined],
  );
});

test('while a cluster changes, only namespaces with changes are made anew, and the tree is always that of the objects', async () => {
  const live = new LiveTree();
  const gateway = object('networking.istio.io/v1', 'Gateway', {
    name: 'front',
    namespace: 'edge',
    spec: { selector: { istio: 'ingress' } },
  });
  const first = [namespace('bank'), namespace('edge'), namespace('shop'), gateway, deployment('till', 1, allReady(1))];
  const proxies: readonly ProxyStatus[] = [];
  const store = createObjectStore();
  store.put(...first);
  const built = async (): Promise<ClusterTree> => {
    const snapshot = store.snapshot();
    const input = { ...inputOf([]), proxies, snapshot, endpoints: clusterEndpoints(snapshot) };
    const { names, build } = treeBuilder(input);
    const now = await live.build(input, 1);
    assert.deepEqual(now.namespaces, names.map(build));
    return now;
  };
  const before = await built();
  assert.match(before.namespaces[1]?.gateways[0]?.reason ?? '', /No pod has the labels/);
  store.put(pod({ name: 'till-0' }), pod({ name: 'gateway-0', labels: { istio: 'ingress' } }));
  const after = await built();
  assert.equal(after.namespaces[0], before.namespaces[0], 'nothing happened there');
  assert.equal(after.namespaces[1]?.gateways[0]?.health.health, 'healthy', 'it selects a pod of another namespace');
  store.remove('core/Pod', 'shop', 'till-0');
  store.remove('apps/Deployment', 'shop', 'till');
  await built();
});
