/** Linkerd, Cilium and Consul as their charts install them, on a real API server: found, shown, and missed once they go. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Engine, standaloneInitialization } from '../../../src/engine/engine.ts';
import type { ClusterTree, MeshInstallation } from '../../../src/shared/cluster.ts';
import { realClusterMissing, startRealCluster, type RealCluster } from '../../cluster/real-cluster.ts';
import { until } from '../until.ts';

interface WorkloadParts {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly containers: readonly (readonly [name: string, image: string])[];
  /** Native sidecars: init containers that go on running. */
  readonly sidecars?: readonly (readonly [name: string, image: string])[];
  readonly annotations?: Readonly<Record<string, string>>;
}

const containers = (given: WorkloadParts['containers']): unknown => given.map(([name, image]) => ({ name, image }));

const workload = (kind: 'Deployment' | 'DaemonSet' | 'StatefulSet', parts: WorkloadParts): unknown => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { namespace: parts.namespace, name: parts.name, labels: parts.labels },
  spec: {
    selector: { matchLabels: parts.labels },
    ...(kind === 'StatefulSet' ? { serviceName: parts.name } : {}),
    template: {
      metadata: { labels: parts.labels, annotations: parts.annotations ?? {} },
      spec: {
        containers: containers(parts.containers),
        initContainers: (parts.sidecars ?? []).map(([name, image]) => ({ name, image, restartPolicy: 'Always' })),
      },
    },
  },
});

const namespace = (name: string, annotations: Readonly<Record<string, string>> = {}): unknown => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, annotations },
});

const configMap = (inNamespace: string, name: string, data: Readonly<Record<string, string>>): unknown => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: inNamespace, name },
  data,
});

const linkerd = [
  namespace('linkerd'),
  configMap('linkerd', 'linkerd-config', { values: 'clusterDomain: cluster.local\nlinkerdVersion: edge-26.10.2\n' }),
  workload('Deployment', {
    namespace: 'linkerd',
    name: 'linkerd-destination',
    labels: { 'linkerd.io/control-plane-component': 'destination', 'linkerd.io/control-plane-ns': 'linkerd' },
    containers: [['destination', 'ghcr.example/linkerd/controller:edge-26.10.2']],
  }),
  namespace('emoji', { 'linkerd.io/inject': 'enabled' }),
  workload('Deployment', {
    namespace: 'emoji',
    name: 'voting',
    labels: { app: 'voting' },
    annotations: { 'linkerd.io/proxy-version': 'edge-26.10.2' },
    containers: [['voting', 'voting:1']],
    sidecars: [['linkerd-proxy', 'ghcr.example/linkerd/proxy:edge-26.10.2']],
  }),
  workload('Deployment', {
    namespace: 'emoji',
    name: 'outside',
    labels: { app: 'outside' },
    containers: [['outside', 'outside:1']],
  }),
  {
    apiVersion: 'policy.linkerd.io/v1beta3',
    kind: 'Server',
    metadata: { namespace: 'emoji', name: 'voting-http' },
    spec: { podSelector: { matchLabels: { app: 'voting' } }, port: 8080, proxyProtocol: 'HTTP/1' },
  },
];

const ciliumConfig = (data: Readonly<Record<string, string>>): unknown =>
  configMap('kube-system', 'cilium-config', data);
const cilium = [
  ciliumConfig({ 'enable-wireguard': 'true', 'encrypt-node': 'false' }),
  workload('DaemonSet', {
    namespace: 'kube-system',
    name: 'cilium',
    labels: { 'k8s-app': 'cilium' },
    containers: [['cilium-agent', 'quay.example/cilium/cilium:v1.20.1']],
  }),
];
const ciliumDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'ciliumnetworkpolicies.cilium.io' },
  spec: {
    group: 'cilium.io',
    scope: 'Namespaced',
    names: { plural: 'ciliumnetworkpolicies', singular: 'ciliumnetworkpolicy', kind: 'CiliumNetworkPolicy' },
    versions: [
      {
        name: 'v2',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};
const ciliumPolicy = {
  apiVersion: 'cilium.io/v2',
  kind: 'CiliumNetworkPolicy',
  metadata: { namespace: 'emoji', name: 'voters-only' },
  spec: { endpointSelector: { matchLabels: { app: 'voting' } }, ingress: [{ fromEndpoints: [{}] }] },
};

const consul = [
  namespace('consul'),
  workload('StatefulSet', {
    namespace: 'consul',
    name: 'consul-server',
    labels: { app: 'consul', component: 'server' },
    containers: [['consul', 'hashicorp.example/consul:1.22.0']],
  }),
  workload('Deployment', {
    namespace: 'consul',
    name: 'consul-connect-injector',
    labels: { app: 'consul', component: 'connect-injector' },
    containers: [['sidecar-injector', 'hashicorp.example/consul-k8s-control-plane:1.9.0']],
  }),
  namespace('pets'),
  workload('Deployment', {
    namespace: 'pets',
    name: 'cats',
    labels: { app: 'cats' },
    containers: [
      ['cats', 'cats:1'],
      ['consul-dataplane', 'hashicorp.example/consul-dataplane:1.9.0'],
    ],
  }),
];

describe('meshes other than Istio', { skip: realClusterMissing }, () => {
  let cluster: RealCluster;
  let engine: Engine;

  const apply = (...objects: readonly unknown[]): Promise<string> =>
    cluster.apply(objects.map((object) => JSON.stringify(object)).join('\n---\n'));
  const meshOf = async (kind: MeshInstallation['kind']): Promise<MeshInstallation | undefined> =>
    (await engine.request('mesh/cluster/status', {}))[0]?.meshes.find((mesh) => mesh.kind === kind);
  const inNamespace = async (name: string): Promise<ClusterTree['namespaces'][number] | undefined> =>
    (await engine.request('mesh/cluster/tree', { context: 'admin' })).namespaces.find((one) => one.name === name);
  const memberships = async (name: string): Promise<readonly (readonly [string, string | undefined])[]> =>
    ((await inNamespace(name))?.workloads ?? []).map(({ ref, membership }) => [ref.name, membership] as const);

  before(async () => {
    cluster = await startRealCluster();
    engine = new Engine({
      ...standaloneInitialization,
      trusted: true,
      settings: { ...standaloneInitialization.settings, cluster: { kubeconfig: cluster.kubeconfig, prometheus: '' } },
    });
    await engine.request('mesh/cluster/connect', { context: 'admin' });
    await until('being connected', async () => {
      const [status] = await engine.request('mesh/cluster/status', {});
      return status?.phase === 'connected';
    });
  });

  after(async () => {
    await engine.dispose();
    await cluster.stop();
  });

  test('Linkerd is found while connected, with its workloads and policies, and drawn so', async () => {
    assert.equal(await meshOf('linkerd'), undefined);
    await apply(...linkerd);
    const found = await until('Linkerd', async () => {
      const mesh = await meshOf('linkerd');
      return mesh?.version === 'edge-26.10.2' ? mesh : undefined;
    });
    assert.equal(found.namespace, 'linkerd');
    await until('its workloads', async () => {
      const members = await memberships('emoji');
      return (
        members.length === 2 && members.every(([name, how]) => how === (name === 'voting' ? 'linkerd-proxy' : 'none'))
      );
    });
    await until('its policy', async () =>
      (await inNamespace('emoji'))?.policies.some(({ ref }) => ref.kind === 'Server' && ref.name === 'voting-http'),
    );
    const graph = await until('the graph', async () => {
      const drawn = await engine.request('mesh/topology', {
        source: 'cluster',
        contexts: ['admin'],
        namespaces: ['emoji'],
      });
      return drawn.nodes.some(({ workload: name }) => name === 'voting') ? drawn : undefined;
    });
    const voting = graph.nodes.find(({ workload: name }) => name === 'voting');
    assert.deepEqual([voting?.membership, voting?.meshed], ['linkerd-proxy', true]);
  });

  test('Cilium: what is encrypted follows its configuration, and its policies come with their definition', async () => {
    await apply(...cilium);
    const first = await until('Cilium', async () => {
      const mesh = await meshOf('cilium');
      return mesh?.version === '1.20.1' && mesh.encryption === 'wireguard' ? mesh : undefined;
    });
    assert.match(
      first.summary,
      /pods on different nodes is encrypted by WireGuard, traffic of the nodes themselves is not/,
    );
    await apply(ciliumConfig({ 'enable-wireguard': 'false', 'enable-ipsec': 'true' }));
    await until('IPsec', async () => (await meshOf('cilium'))?.encryption === 'ipsec');
    await apply(ciliumDefinition);
    await cluster.served('ciliumnetworkpolicies.cilium.io');
    await until('the definition to be served', async () =>
      apply(ciliumPolicy).then(
        () => true,
        () => undefined,
      ),
    );
    await until(
      'its policy',
      async () => (await inNamespace('emoji'))?.policies.some(({ ref }) => ref.name === 'voters-only'),
      60_000,
    );
  });

  test('Consul is found, and its proxies count as sidecars', async () => {
    await apply(...consul);
    const found = await until('Consul', async () => {
      const mesh = await meshOf('consul');
      return mesh?.summary.includes('with its connect injector') === true && mesh.version !== undefined
        ? mesh
        : undefined;
    });
    assert.equal(found.version, '1.22.0');
    await until('its sidecar', async () =>
      (await memberships('pets')).some(([name, how]) => name === 'cats' && how === 'sidecar'),
    );
  });

  test('what is uninstalled is gone from the picture', async () => {
    await cluster.kubectl('delete', '-n', 'linkerd', 'configmap/linkerd-config', 'deployment/linkerd-destination');
    await until('Linkerd to be gone', async () => (await meshOf('linkerd')) === undefined);
    assert.ok(await meshOf('cilium'));
    assert.ok(await meshOf('consul'));
  });
});
