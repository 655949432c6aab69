import type { MeshObject, OwnerReference } from '../../../../src/engine/model/mesh-object.ts';
import type { ClusterNaming } from '../../../../src/engine/topology/cluster/declare-workloads.ts';

const since = '2026-01-01T00:10:00Z';

export const naming: ClusterNaming = {
  cluster: 'kind',
  clusterDomain: 'cluster.local',
  trustDomain: 'cluster.local',
  membershipOf: (pod) => (pod.labels['proxied'] === 'no' ? 'none' : 'sidecar'),
  locate: (resource) => ({ resource, path: [] }),
};

export function object(apiVersion: string, kind: string, name: string, more: Partial<MeshObject> = {}): MeshObject {
  return {
    apiVersion,
    kind,
    namespace: 'bookinfo',
    name,
    labels: {},
    annotations: {},
    spec: {},
    origin: { layer: 'cluster', source: 'kind' },
    ...more,
  };
}

const owner = (apiVersion: string, kind: string, name: string): readonly OwnerReference[] => [
  { apiVersion, kind, name, uid: '', controller: true },
];

const ready = { phase: 'Running', startTime: since, podIP: '10.0.0.1' };

/** A pod of a Deployment; the ReplicaSet between them is named by the hash. */
export function podOf(
  deployment: string,
  suffix: string,
  labels: Readonly<Record<string, string>>,
  status: object = {},
): MeshObject {
  return object('v1', 'Pod', `${deployment}-abc-${suffix}`, {
    labels: { ...labels, 'pod-template-hash': 'abc' },
    owners: owner('apps/v1', 'ReplicaSet', `${deployment}-abc`),
    spec: { serviceAccountName: `bookinfo-${labels['app'] ?? ''}`, containers: [] },
    status: { ...ready, conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: since }], ...status },
  });
}

/** A Deployment whose replicas are all there. */
export function deployment(
  name: string,
  labels: Readonly<Record<string, string>>,
  replicas = 1,
  available = replicas,
): MeshObject {
  return object('apps/v1', 'Deployment', name, {
    labels,
    spec: { replicas, template: { metadata: { labels }, spec: {} } },
    status: { observedGeneration: 1, replicas, availableReplicas: available },
  });
}

export function service(name: string, selector: Readonly<Record<string, string>> = { app: name }): MeshObject {
  return object('v1', 'Service', name, { spec: { selector, ports: [{ name: 'http', port: 9080 }] } });
}

export const reviews = (version: string) => ({ app: 'reviews', version });
export const productpage = { app: 'productpage', version: 'v1' };
const ingressLabels = { istio: 'ingressgateway', app: 'istio-ingressgateway' };

/** Bookinfo behind Istio's ingress gateway, reviews split by weights. */
export const bookinfo: readonly MeshObject[] = [
  { ...deployment('istio-ingressgateway', ingressLabels), namespace: 'istio-system' },
  { ...podOf('istio-ingressgateway', '1', ingressLabels), namespace: 'istio-system' },
  deployment('productpage-v1', productpage),
  podOf('productpage-v1', '1', productpage),
  deployment('reviews-v1', reviews('v1')),
  podOf('reviews-v1', '1', reviews('v1')),
  deployment('reviews-v2', reviews('v2'), 2),
  podOf('reviews-v2', '1', reviews('v2')),
  podOf('reviews-v2', '2', reviews('v2')),
  service('productpage'),
  service('reviews'),
  object('networking.istio.io/v1', 'Gateway', 'bookinfo-gateway', { spec: { selector: { istio: 'ingressgateway' } } }),
  object('networking.istio.io/v1', 'VirtualService', 'bookinfo', {
    spec: {
      hosts: ['*'],
      gateways: ['bookinfo-gateway'],
      http: [{ route: [{ destination: { host: 'productpage', port: { number: 9080 } } }] }],
    },
  }),
  object('networking.istio.io/v1', 'VirtualService', 'reviews', {
    spec: {
      hosts: ['reviews'],
      http: [
        {
          route: [
            { destination: { host: 'reviews', subset: 'v1' }, weight: 75 },
            { destination: { host: 'reviews', subset: 'v2' }, weight: 25 },
          ],
        },
      ],
    },
  }),
  object('networking.istio.io/v1', 'DestinationRule', 'reviews', {
    spec: {
      host: 'reviews',
      subsets: [
        { name: 'v1', labels: { version: 'v1' } },
        { name: 'v2', labels: { version: 'v2' } },
      ],
    },
  }),
];
