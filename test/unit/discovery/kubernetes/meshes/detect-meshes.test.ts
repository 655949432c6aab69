/** Objects as the charts of each mesh write them, reduced to what is read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectMeshes } from '../../../../../src/engine/discovery/kubernetes/meshes/detect-meshes.ts';
import { meshSettingsOf } from '../../../../../src/engine/discovery/kubernetes/meshes/mesh-settings-of.ts';
import { imageVersion } from '../../../../../src/engine/discovery/kubernetes/meshes/pod-view.ts';
import {
  membershipText,
  namespaceMembership,
} from '../../../../../src/engine/discovery/kubernetes/meshes/namespace-membership.ts';
import type { MeshObject } from '../../../../../src/engine/model/mesh-object.ts';
import { createSnapshot } from '../../../../../src/engine/model/snapshot.ts';
import type { MeshInstallation } from '../../../../../src/shared/cluster.ts';

type Given = Partial<MeshObject> & Pick<MeshObject, 'name'>;

const object = (apiVersion: string, kind: string, given: Given): MeshObject => ({
  apiVersion,
  kind,
  namespace: '',
  labels: {},
  annotations: {},
  spec: {},
  origin: { layer: 'cluster', source: 'test' },
  ...given,
});
const template = (name: string, image: string, args: readonly string[] = []): unknown => ({
  template: { metadata: {}, spec: { containers: [{ name, image, args }] } },
});
const configMap = (namespace: string, name: string, data: Readonly<Record<string, string>>): MeshObject =>
  object('v1', 'ConfigMap', { namespace, name, rest: { data } });
const istiod = (revision: string, image: string, args: readonly string[] = []): MeshObject =>
  object('apps/v1', 'Deployment', {
    namespace: 'istio-system',
    name: revision === 'default' ? 'istiod' : `istiod-${revision}`,
    labels: { app: 'istiod', istio: 'pilot', 'istio.io/rev': revision },
    spec: template('discovery', image, args),
  });
const detect = (...objects: readonly MeshObject[]): readonly MeshInstallation[] =>
  detectMeshes(createSnapshot(objects));

test('a cluster without a mesh', () => {
  assert.deepEqual(detect(object('v1', 'Service', { namespace: 'default', name: 'kubernetes' })), []);
});

test('Istio with two revisions, a tag and ambient', () => {
  assert.deepEqual(
    detect(
      istiod('default', 'docker.io/istio/pilot:1.30.2'),
      istiod('1-31-0', 'docker.io/istio/pilot:1.31.0-distroless'),
      object('v1', 'Service', {
        namespace: 'istio-system',
        name: 'istiod-1-31-0',
        labels: { app: 'istiod', 'istio.io/rev': '1-31-0' },
      }),
      object('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration', {
        name: 'istio-revision-tag-prod',
        labels: { 'istio.io/tag': 'prod', 'istio.io/rev': '1-31-0' },
      }),
      object('apps/v1', 'DaemonSet', {
        namespace: 'istio-system',
        name: 'ztunnel',
        labels: { 'app.kubernetes.io/name': 'ztunnel' },
      }),
    ),
    [
      {
        kind: 'istio',
        namespace: 'istio-system',
        version: '1.31.0',
        revisions: ['1-31-0', 'default'],
        dataPlaneModes: ['sidecar', 'ambient'],
        summary:
          'Istio 1.31.0, 1.30.2 in istio-system; revisions 1-31-0, default; tag prod → 1-31-0; sidecars and ambient.',
      },
    ],
  );
});

test('Istio of which only the service may be read', () => {
  const [istio] = detect(
    object('v1', 'Service', {
      namespace: 'istio-system',
      name: 'istiod',
      labels: { app: 'istiod', 'istio.io/rev': 'default', 'app.kubernetes.io/version': '1.29.1' },
    }),
  );
  assert.deepEqual([istio?.revisions, istio?.version], [['default'], '1.29.1']);
});

test('proxies of an Istio whose control plane is elsewhere', () => {
  const [istio] = detect(
    object('v1', 'Pod', {
      namespace: 'shop',
      name: 'till',
      spec: { initContainers: [{ name: 'istio-proxy', image: 'istio/proxyv2:1.28.0' }], containers: [{ name: 'app' }] },
    }),
  );
  assert.match(istio?.summary ?? '', /outside this cluster.*1\.28\.0/);
});

test('the version that istiod itself tells counts where its image does not', () => {
  const snapshot = createSnapshot([istiod('default', 'registry.example.test/pilot@sha256:0a1b')]);
  assert.equal(detectMeshes(snapshot)[0]?.version, undefined);
  assert.equal(detectMeshes(snapshot, '1.31.0')[0]?.version, '1.31.0');
});

test('the Gateway API by its definitions', () => {
  const [found] = detect(
    object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
      name: 'gateways.gateway.networking.k8s.io',
      annotations: {
        'gateway.networking.k8s.io/bundle-version': 'v1.4.0',
        'gateway.networking.k8s.io/channel': 'standard',
      },
    }),
    object('gateway.networking.k8s.io/v1', 'GatewayClass', {
      name: 'istio',
      spec: { controllerName: 'istio.io/gateway-controller' },
    }),
  );
  assert.deepEqual(found, {
    kind: 'gateway-api',
    version: '1.4.0',
    summary: 'Gateway API 1.4.0, standard channel, implemented by istio.io/gateway-controller.',
  });
});

test('Linkerd by its settings, and by its control plane', () => {
  const [bySettings] = detect(configMap('linkerd', 'linkerd-config', { values: 'linkerdVersion: edge-26.10.1\n' }));
  assert.deepEqual(
    [bySettings?.kind, bySettings?.version, bySettings?.namespace],
    ['linkerd', 'edge-26.10.1', 'linkerd'],
  );
  const [byPlane] = detect(
    object('apps/v1', 'Deployment', {
      namespace: 'mesh',
      name: 'linkerd-destination',
      labels: { 'linkerd.io/control-plane-component': 'destination' },
      spec: template('linkerd-proxy', 'cr.l5d.io/linkerd/proxy:edge-26.9.2'),
    }),
  );
  assert.deepEqual([byPlane?.version, byPlane?.namespace], ['edge-26.9.2', 'mesh']);
});

const cilium = (data: Readonly<Record<string, string>>): readonly MeshObject[] => [
  configMap('kube-system', 'cilium-config', data),
  object('apps/v1', 'DaemonSet', {
    namespace: 'kube-system',
    name: 'cilium',
    labels: { 'k8s-app': 'cilium' },
    spec: template('cilium-agent', 'quay.io/cilium/cilium:v1.18.3@sha256:aa'),
  }),
];
const encryptions: readonly (readonly [Readonly<Record<string, string>>, string, RegExp])[] = [
  [{}, 'none', /not encrypted/],
  [
    { 'enable-wireguard': 'true' },
    'wireguard',
    /pods on different nodes is encrypted by WireGuard.*nodes themselves is not/,
  ],
  [
    { 'enable-wireguard': 'true', 'encrypt-node': 'true' },
    'wireguard',
    /of pods and of the nodes themselves, is encrypted/,
  ],
  [{ 'enable-ipsec': 'true', 'encrypt-node': 'true' }, 'ipsec', /by IPsec, traffic of the nodes themselves is not/],
  [{ 'enable-wireguard': 'false' }, 'none', /not encrypted/],
];
for (const [data, encryption, summary] of encryptions)
  test(`Cilium with ${JSON.stringify(data)}`, () => {
    const [found] = detect(...cilium(data));
    assert.deepEqual([found?.kind, found?.version, found?.encryption], ['cilium', '1.18.3', encryption]);
    assert.match(found?.summary ?? '', summary);
  });

test('Cilium whose settings may not be read says so', () => {
  const [found] = detect(...cilium({}).slice(1));
  assert.equal(found?.encryption, undefined);
  assert.match(found?.summary ?? '', /may not be read/);
});

test('Consul with its injector', () => {
  const [found] = detect(
    object('apps/v1', 'StatefulSet', {
      namespace: 'consul',
      name: 'consul-server',
      labels: { app: 'consul', component: 'server' },
      spec: template('consul', 'hashicorp/consul:1.21.3'),
    }),
    object('apps/v1', 'Deployment', {
      namespace: 'consul',
      name: 'consul-connect-injector',
      labels: { app: 'consul', component: 'connect-injector' },
    }),
  );
  assert.equal(found?.summary, 'Consul 1.21.3 in consul, with its connect injector.');
});

const meshYaml = 'trustDomain: acme.test\nrootNamespace: istio-config\noutboundTrafficPolicy:\n  mode: REGISTRY_ONLY\n';

test('settings come from the mesh config of the revision', () => {
  const snapshot = createSnapshot([
    istiod('default', 'istio/pilot:1.31.0', ['discovery', '--domain', 'acme.local']),
    istiod('canary', 'istio/pilot:1.31.0'),
    configMap('istio-system', 'istio', { mesh: meshYaml, meshNetworks: 'networks: {}' }),
    configMap('istio-system', 'istio-canary', { mesh: 'trustDomain: canary.test' }),
  ]);
  assert.deepEqual(meshSettingsOf(snapshot), {
    rootNamespace: 'istio-config',
    trustDomain: 'acme.test',
    clusterDomain: 'acme.local',
    meshConfig: {
      trustDomain: 'acme.test',
      rootNamespace: 'istio-config',
      outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
    },
    meshNetworks: { networks: {} },
  });
  assert.equal(meshSettingsOf(snapshot, 'canary').trustDomain, 'canary.test');
});

test('broken mesh config reads as none, and the domain of CoreDNS as the cluster’s', () => {
  const corefile =
    '.:53 {\n    errors\n    kubernetes corp.example in-addr.arpa ip6.arpa {\n      pods insecure\n    }\n}\n';
  const snapshot = createSnapshot([
    istiod('default', 'istio/pilot:1.31.0'),
    configMap('istio-system', 'istio', { mesh: 'a: [' }),
    configMap('kube-system', 'coredns', { Corefile: corefile }),
  ]);
  assert.deepEqual(meshSettingsOf(snapshot), { rootNamespace: 'istio-system', clusterDomain: 'corp.example' });
});

const images: readonly (readonly [string, string | undefined])[] = [
  ['istio/pilot:1.31.0', '1.31.0'],
  ['registry.example.test:5000/istio/pilot:1.31.0-distroless', '1.31.0'],
  ['quay.io/cilium/cilium:v1.18.3@sha256:0a', '1.18.3'],
  ['istio/pilot:1.32-alpha.0a1b', '1.32-alpha.0a1b'],
  ['cr.l5d.io/linkerd/proxy:edge-26.9.2', 'edge-26.9.2'],
  ['istio/pilot', undefined],
  ['istio/pilot:latest', undefined],
  ['registry.example.test:5000/istio/pilot', undefined],
  ['istio/pilot@sha256:0a', undefined],
];
for (const [image, version] of images)
  test(`version of ${image}`, () => {
    assert.equal(imageVersion(image), version);
  });

const namespaces: readonly (readonly [Partial<Pick<MeshObject, 'labels' | 'annotations'>>, string])[] = [
  [{}, 'not in a mesh'],
  [{ labels: { 'istio-injection': 'enabled' } }, 'sidecar injection'],
  [{ labels: { 'istio.io/rev': 'canary' } }, 'sidecar injection, revision canary'],
  [{ labels: { 'istio-injection': 'enabled', 'istio.io/rev': 'canary' } }, 'sidecar injection'],
  [{ labels: { 'istio-injection': 'disabled', 'istio.io/rev': 'canary' } }, 'not in a mesh'],
  [{ labels: { 'istio.io/dataplane-mode': 'ambient' } }, 'ambient'],
  [{ annotations: { 'linkerd.io/inject': 'enabled' } }, 'linkerd'],
  [{ annotations: { 'linkerd.io/inject': 'disabled' } }, 'not in a mesh'],
];
for (const [given, text] of namespaces)
  test(`a namespace with ${JSON.stringify(given)} is ${text}`, () => {
    assert.equal(membershipText(namespaceMembership({ labels: {}, annotations: {}, ...given })), text);
  });
