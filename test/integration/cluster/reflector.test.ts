import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { usualReachabilityLimits } from '../../../src/engine/discovery/kubernetes/reflector/reachability.ts';
import { realClusterMissing, startRealCluster, type RealCluster } from '../../cluster/real-cluster.ts';
import { faultCases } from '../../kubernetes/fault-cases.ts';
import { FaultProxy } from '../../kubernetes/fault-proxy.ts';
import {
  equalToServer,
  messagesOf,
  startRig,
  synced,
  versionsOf,
  type ReflectorRig,
} from '../../kubernetes/reflector-rig.ts';
import { transportTo, type TransportTo } from '../../kubernetes/transport-to.ts';
import { until } from '../until.ts';

const deployment = (name: string, replicas: number): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: shop}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: app, image: shop:1}]}
`;

const definition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ciliumnetworkpolicies.cilium.io}
spec:
  group: cilium.io
  scope: Namespaced
  names: {kind: CiliumNetworkPolicy, plural: ciliumnetworkpolicies, singular: ciliumnetworkpolicy}
  versions:
  - name: v2
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`;

const policy = `
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: only-http, namespace: shop}
spec: {description: a test}
`;

describe('reflectors and a real API server', { skip: realClusterMissing, concurrency: false }, () => {
  let cluster: RealCluster;
  let proxy: FaultProxy;
  let way: TransportTo;
  let rig: ReflectorRig;

  const serverVersions = async (resource: string): Promise<readonly string[]> => {
    const format = '{range .items[*]}{.metadata.namespace}/{.metadata.name}@{.metadata.resourceVersion}{"\\n"}{end}';
    const said = await cluster.kubectl('get', resource, '--all-namespaces', '-o', `jsonpath=${format}`);
    return said.split('\n').filter(Boolean).sort();
  };
  const pods = (): Promise<readonly string[]> => serverVersions('pods');

  before(async () => {
    cluster = await startRealCluster();
    await cluster.kubectl('create', 'namespace', 'shop');
    await cluster.apply(deployment('web', 40));
    const file = (name: string): Promise<string> => readFile(path.join(cluster.folder, name), 'utf8');
    const [ca, cert, key, kubeconfig] = await Promise.all([
      file('ca.crt'),
      file('admin.crt'),
      file('admin.key'),
      file('kubeconfig'),
    ]);
    const port = Number(/https:\/\/127\.0\.0\.1:(\d+)/.exec(kubeconfig)?.[1]);
    proxy = new FaultProxy({ port, tls: { ca, cert, key } });
    await proxy.start();
    way = await transportTo({ server: proxy.url });
    rig = startRig(way.transport, { reachabilityLimits: usualReachabilityLimits });
    await synced(rig.set, 60_000);
  });

  after(async () => {
    rig?.set.dispose();
    await way?.dispose();
    await proxy?.stop();
    await cluster?.stop();
  });

  test('every kind is in step, by streamed lists', () => {
    const { kinds, serverVersion, forbidden } = rig.set.status;
    assert.match(serverVersion ?? '', /^v1\.\d+/);
    assert.deepEqual(forbidden, []);
    assert.deepEqual(messagesOf(rig.set.status), []);
    const states = new Map(kinds.map(({ kind, state, version }) => [kind, `${state} ${version}`]));
    assert.equal(states.get('networking.istio.io/VirtualService'), 'synced v1');
    assert.equal(states.get('gateway.networking.k8s.io/HTTPRoute'), 'synced v1');
    assert.equal(states.get('policy.linkerd.io/Server'), 'synced v1beta3');
    assert.equal(states.get('cilium.io/CiliumNetworkPolicy'), 'absent ');
  });

  test('every kind of object equals a fresh list', async (context) => {
    await cluster.kubectl('rollout', 'status', 'deployment/web', '--namespace', 'shop', '--timeout=60s');
    for (const [kind, resource] of [
      ['core/Pod', 'pods'],
      ['core/Service', 'services'],
      ['core/Namespace', 'namespaces'],
      ['core/Secret', 'secrets'],
      ['core/ConfigMap', 'configmaps'],
      ['core/ServiceAccount', 'serviceaccounts'],
      ['apps/Deployment', 'deployments'],
      ['apps/ReplicaSet', 'replicasets'],
      ['discovery.k8s.io/EndpointSlice', 'endpointslices'],
      ['apiextensions.k8s.io/CustomResourceDefinition', 'customresourcedefinitions'],
    ] as const) {
      await equalToServer(rig, kind, () => serverVersions(resource));
      context.diagnostic(`${kind}: ${versionsOf(rig.store, kind).length}`);
    }
  });

  test('the same by lists in pages', async () => {
    const paged = startRig(way.transport, { streamsLists: false });
    try {
      await synced(paged.set, 60_000);
      await equalToServer(paged, 'core/Pod', pods);
      await equalToServer(paged, 'apiextensions.k8s.io/CustomResourceDefinition', () =>
        serverVersions('customresourcedefinitions'),
      );
    } finally {
      paged.set.dispose();
    }
  });

  test('pods have what the model reads, and nothing more', () => {
    const [pod] = rig.store.snapshot().ofKind('core/Pod');
    assert.equal(pod?.labels['app'], 'web');
    assert.equal(pod?.owners?.[0]?.kind, 'ReplicaSet');
    assert.doesNotMatch(JSON.stringify(pod), /managedFields|tolerations|last-applied/);
    assert.match(JSON.stringify(pod?.status), /"podIP":"10\./);
  });

  test('objects come, change and go', async () => {
    await cluster.apply(deployment('web', 25));
    await cluster.apply(deployment('api', 10));
    await cluster.kubectl('rollout', 'status', 'deployment/api', '--namespace', 'shop', '--timeout=60s');
    await equalToServer(rig, 'core/Pod', pods);
    await cluster.kubectl('delete', 'deployment', 'api', '--namespace', 'shop');
    await equalToServer(rig, 'core/Pod', pods);
  });

  test('a definition is installed, and removed', async (context) => {
    const stateOf = (): string | undefined =>
      rig.set.status.kinds.find(({ kind }) => kind === 'cilium.io/CiliumNetworkPolicy')?.state;
    await cluster.apply(definition);
    await cluster.served('ciliumnetworkpolicies.cilium.io');
    await until('the policy to be taken', () => cluster.apply(policy));
    const took = await equalToServer(rig, 'cilium.io/CiliumNetworkPolicy', () =>
      serverVersions('ciliumnetworkpolicies'),
    );
    context.diagnostic(`equal ${Math.round(took)} ms after the first object`);
    await cluster.kubectl('delete', 'crd', 'ciliumnetworkpolicies.cilium.io');
    await until('its absence', () => stateOf() === 'absent' && rig.store.count('cilium.io/CiliumNetworkPolicy') === 0);
    await until('silence', () => messagesOf(rig.set.status).length === 0);
  });

  test('somebody without rights reads once what is missing, and sees what he is given', async () => {
    const kubeconfig = await readFile(cluster.kubeconfig, 'utf8');
    const token = /name: guest, user: \{token: (\w+)\}/.exec(kubeconfig)?.[1];
    const server = /https:\/\/127\.0\.0\.1:\d+/.exec(kubeconfig)?.[0];
    const guestWay = await transportTo(
      { server, 'certificate-authority': path.join(cluster.folder, 'ca.crt') },
      { token },
    );
    const guest = startRig(guestWay.transport);
    try {
      guest.set.setNamespaces(['shop']);
      await until('what is forbidden', () => guest.set.status.forbidden.some(({ resource }) => resource === 'pods'));
      assert.deepEqual(
        guest.set.status.forbidden.find(({ resource }) => resource === 'pods'),
        { verb: 'watch', group: '', resource: 'pods', namespace: 'shop' },
      );
      await cluster.kubectl('create', 'rolebinding', 'guest', '--clusterrole=view', '--user=guest', '--namespace=shop');
      await until(
        'the role to count',
        async () =>
          (
            await cluster.kubectl('auth', 'can-i', 'watch', 'pods', '--as=guest', '--namespace=shop').catch(() => 'no')
          ).trim() === 'yes',
      );
      guest.set.retry();
      await equalToServer(guest, 'core/Pod', pods);
    } finally {
      guest.set.dispose();
      await guestWay.dispose();
    }
  });

  for (const { name, fault, matches, message, cuts } of faultCases.filter(({ isSlow }) => !isSlow)) {
    test(`recovers from ${name}`, async (context) => {
      await synced(rig.set);
      await proxy.begin({ fault, ...(matches && { matches }) });
      try {
        if (cuts) proxy.cut();
        // A pod that changes goes through streams that were not cut.
        await cluster.kubectl('annotate', '--overwrite', 'pods', '--all', '--namespace=shop', `test=${Date.now()}`);
        const said = await until('a message', () => {
          const messages = messagesOf(rig.set.status);
          return messages.some((text) => message.test(text)) && messages;
        });
        assert.equal(said.length, 1, said.join('\n'));
        await pause(200);
      } finally {
        await proxy.end();
      }
      context.diagnostic(`equal ${Math.round(await equalToServer(rig, 'core/Pod', pods))} ms after the end`);
      await until('silence', () => messagesOf(rig.set.status).length === 0);
    });
  }

  // The last ones: a server that was started again, or whose etcd was compacted, really has forgotten where quiet kinds were.
  test('the API server is killed and restarted', async (context) => {
    rig.shown.clear();
    await cluster.restartApiServer();
    await cluster.kubectl('annotate', 'namespace', 'shop', 'test=restarted');
    context.diagnostic(
      `equal ${Math.round(await equalToServer(rig, 'core/Namespace', () => serverVersions('namespaces')))} ms after it was ready`,
    );
    await equalToServer(rig, 'core/Pod', pods);
    await until('silence', () => messagesOf(rig.set.status).length === 0);
  });

  test('etcd is compacted while nobody watches: what happened meanwhile is found by lists', async () => {
    await proxy.begin({ fault: { type: 'refuse' } });
    try {
      await cluster.apply(deployment('web', 5));
      await until('the pods to be gone', async () => (await pods()).length === 5);
      const list = JSON.parse(await cluster.kubectl('get', '--raw', '/api/v1/pods?limit=1')) as {
        readonly metadata: { readonly resourceVersion: string };
      };
      const etcd = (await readFile(path.join(cluster.folder, 'etcd.address'), 'utf8')).trim();
      const body = JSON.stringify({ revision: list.metadata.resourceVersion, physical: true });
      const answer = await fetch(`http://${etcd}/v3/kv/compaction`, { method: 'POST', body });
      assert.equal(answer.status, 200, await answer.text());
      // The server itself remembers what etcd forgot until it is started again.
      await cluster.restartApiServer();
    } finally {
      await proxy.end();
    }
    await equalToServer(rig, 'core/Pod', pods);
    await until('silence', () => messagesOf(rig.set.status).length === 0);
  });
});
