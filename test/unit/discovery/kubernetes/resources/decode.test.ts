import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObjectType } from '../../../../../src/engine/discovery/kubernetes/resources/decode-object.ts';
import {
  decodeEndpointSlice,
  decodeMetadataOnly,
  decodeSecretRow,
  decodeWhole,
  isMeshConfigMap,
  isMeshDefinition,
} from '../../../../../src/engine/discovery/kubernetes/resources/decode-others.ts';
import {
  decodeController,
  decodeCronJob,
  decodePod,
} from '../../../../../src/engine/discovery/kubernetes/resources/decode-workloads.ts';

const origin = { layer: 'cluster', source: 'kind' } as const;
const type = (kind: string, apiVersion = 'v1'): ObjectType => ({ apiVersion, kind, origin });
const metadata = {
  name: 'reviews-1',
  namespace: 'shop',
  uid: 'u1',
  resourceVersion: '42',
  creationTimestamp: '2026-01-02T03:04:05Z',
  labels: { app: 'reviews' },
  annotations: {
    'kubectl.kubernetes.io/last-applied-configuration': '{"canary":1}',
    'sidecar.istio.io/status': '{}',
    'example.com/canary': 'long',
  },
  managedFields: [{ manager: 'canary' }],
  ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'reviews', uid: 'u0', controller: true }],
};

test('a pod keeps what a mesh reads of it', () => {
  const pod = decodePod(
    {
      metadata,
      spec: {
        nodeName: 'node-1',
        serviceAccountName: 'reviews',
        tolerations: ['canary'],
        volumes: ['canary'],
        initContainers: [
          { name: 'istio-proxy', image: 'istio/proxyv2:1.31.0', restartPolicy: 'Always', args: ['canary'] },
        ],
        containers: [
          {
            name: 'app',
            image: 'reviews:1',
            ports: [{ containerPort: 9080 }],
            env: [{ name: 'PASSWORD', value: 'canary' }],
            args: ['--password=canary'],
          },
        ],
      },
      status: {
        phase: 'Running',
        podIP: '10.1.2.3',
        podIPs: [{ ip: '10.1.2.3' }],
        qosClass: 'canary',
        conditions: [
          { type: 'Ready', status: 'False', reason: 'ContainersNotReady', message: 'not yet', lastProbeTime: 'canary' },
        ],
        containerStatuses: [
          {
            name: 'app',
            ready: false,
            restartCount: 3,
            imageID: 'canary',
            state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
          },
        ],
      },
    },
    type('Pod'),
  );
  assert.deepEqual(pod, {
    apiVersion: 'v1',
    kind: 'Pod',
    namespace: 'shop',
    name: 'reviews-1',
    labels: { app: 'reviews' },
    annotations: { 'sidecar.istio.io/status': '{}' },
    creationTimestamp: '2026-01-02T03:04:05Z',
    uid: 'u1',
    resourceVersion: '42',
    owners: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'reviews', uid: 'u0', controller: true }],
    spec: {
      nodeName: 'node-1',
      serviceAccountName: 'reviews',
      initContainers: [{ name: 'istio-proxy', image: 'istio/proxyv2:1.31.0', restartPolicy: 'Always' }],
      containers: [{ name: 'app', image: 'reviews:1', ports: [{ containerPort: 9080 }] }],
    },
    status: {
      phase: 'Running',
      podIP: '10.1.2.3',
      podIPs: [{ ip: '10.1.2.3' }],
      conditions: [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady', message: 'not yet' }],
      containerStatuses: [
        {
          name: 'app',
          ready: false,
          restartCount: 3,
          state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
        },
      ],
    },
    origin,
  });
});

test('a controller keeps selector, template and numbers; arguments only of istiod, which tell the domain', () => {
  const spec = (name: string) => ({
    replicas: 2,
    selector: { matchLabels: { app: 'a' } },
    strategy: 'canary',
    template: {
      metadata: {
        labels: { app: 'a' },
        annotations: { 'sidecar.istio.io/inject': 'false', 'example.com/x': 'canary' },
      },
      spec: { containers: [{ name, image: 'i', args: ['--domain', 'corp.local'] }], volumes: ['canary'] },
    },
  });
  const argumentsOf = (name: string): unknown =>
    decodeController({ metadata, spec: spec(name), status: { readyReplicas: 1 } }, type('Deployment', 'apps/v1'))?.spec;
  assert.deepEqual(argumentsOf('discovery'), {
    replicas: 2,
    selector: { matchLabels: { app: 'a' } },
    template: {
      metadata: { labels: { app: 'a' }, annotations: { 'sidecar.istio.io/inject': 'false' } },
      spec: { containers: [{ name: 'discovery', image: 'i', args: ['--domain', 'corp.local'] }] },
    },
  });
  assert.doesNotMatch(JSON.stringify(argumentsOf('app')), /corp\.local|canary/);
});

test('a CronJob keeps what its pods will be', () => {
  const job = decodeCronJob(
    {
      metadata: { name: 'report', namespace: 'shop' },
      spec: {
        schedule: '0 0 * * *',
        concurrencyPolicy: 'canary',
        jobTemplate: {
          metadata: { labels: { canary: 'canary' } },
          spec: {
            backoffLimit: 3,
            template: {
              metadata: { labels: { app: 'report' } },
              spec: { containers: [{ name: 'r', command: ['canary'] }] },
            },
          },
        },
      },
      status: { lastScheduleTime: 'canary' },
    },
    type('CronJob', 'batch/v1'),
  );
  assert.deepEqual(job?.spec, {
    schedule: '0 0 * * *',
    jobTemplate: {
      spec: { template: { metadata: { labels: { app: 'report' } }, spec: { containers: [{ name: 'r' }] } } },
    },
  });
});

test('policies keep spec, status and other fields; annotations but those of tools', () => {
  const object = decodeWhole(
    { apiVersion: 'x', kind: 'y', metadata, spec: { hosts: ['*'] }, status: { conditions: [] }, extra: 1 },
    type('VirtualService', 'networking.istio.io/v1'),
  );
  assert.deepEqual(object?.spec, { hosts: ['*'] });
  assert.deepEqual(object?.rest, { extra: 1 });
  assert.deepEqual(object?.status, { conditions: [] });
  assert.deepEqual(Object.keys(object?.annotations ?? {}), ['sidecar.istio.io/status', 'example.com/canary']);
});

test('an EndpointSlice keeps who serves which port', () => {
  const slice = decodeEndpointSlice(
    {
      metadata: { name: 's', namespace: 'shop' },
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 9080, protocol: 'TCP' }],
      endpoints: [
        {
          addresses: ['10.0.0.1'],
          conditions: { ready: true },
          targetRef: { kind: 'Pod', name: 'p', namespace: 'shop', uid: 'canary' },
          zone: 'a',
          hints: 'canary',
        },
      ],
    },
    type('EndpointSlice', 'discovery.k8s.io/v1'),
  );
  assert.deepEqual(slice?.rest, {
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 9080, protocol: 'TCP' }],
    endpoints: [
      {
        addresses: ['10.0.0.1'],
        conditions: { ready: true },
        targetRef: { kind: 'Pod', name: 'p', namespace: 'shop' },
        zone: 'a',
      },
    ],
  });
});

test('a Secret is a row of a table', () => {
  const row = {
    cells: ['cert', 'kubernetes.io/tls', 2, '5d'],
    object: { metadata: { name: 'cert', namespace: 'shop' } },
  };
  assert.deepEqual(decodeSecretRow(row, type('Secret'))?.rest, { type: 'kubernetes.io/tls', keyCount: 2 });
});

test('nonsense is no object, and never an exception', () => {
  for (const raw of [undefined, null, 1, 'x', [], {}, { metadata: null }, { metadata: { name: 1 } }]) {
    for (const decode of [
      decodePod,
      decodeController,
      decodeCronJob,
      decodeWhole,
      decodeMetadataOnly,
      decodeEndpointSlice,
      decodeSecretRow,
    ]) {
      assert.equal(decode(raw, type('Pod')), undefined);
    }
  }
  const odd = decodePod(
    { metadata: { name: 'p', labels: ['x'], ownerReferences: [3] }, spec: 7, status: [] },
    type('Pod'),
  );
  assert.deepEqual(odd, {
    apiVersion: 'v1',
    kind: 'Pod',
    namespace: '',
    name: 'p',
    labels: {},
    annotations: {},
    spec: undefined,
    origin,
  });
  const hostile = decodeMetadataOnly(
    JSON.parse('{"metadata":{"name":"p","labels":{"__proto__":"x","app":"a"}}}'),
    type('Pod'),
  );
  assert.equal(Object.getPrototypeOf(hostile?.labels), Object.prototype);
  assert.equal(hostile?.labels['app'], 'a');
});

test('definitions of meshes are known by name', () => {
  for (const name of [
    'virtualservices.networking.istio.io',
    'httproutes.gateway.networking.k8s.io',
    'xmeshes.gateway.networking.x-k8s.io',
    'servers.policy.linkerd.io',
    'serviceprofiles.linkerd.io',
    'ciliumenvoyconfigs.cilium.io',
    'servicedefaults.consul.hashicorp.com',
    'clusternetworkpolicies.policy.networking.k8s.io',
  ]) {
    assert.ok(isMeshDefinition(name), name);
  }
  for (const name of ['certificates.cert-manager.io', 'nodes.metrics.k8s.io', 'rollouts.notistio.io', 'istio.io'])
    assert.ok(!isMeshDefinition(name), name);
});

test('ConfigMaps of meshes are known by name', () => {
  for (const name of [
    'istio',
    'istio-1-31-0',
    'istio-canary',
    'cilium-config',
    'linkerd-config',
    'istio-cni-config',
    'coredns',
  ]) {
    assert.ok(isMeshConfigMap(name), name);
  }
  for (const name of [
    'istio-sidecar-injector',
    'istio-sidecar-injector-1-31-0',
    'istio-ca-root-cert',
    'app',
    'my-istio',
    'istio-leader',
  ]) {
    assert.ok(!isMeshConfigMap(name), name);
  }
});
