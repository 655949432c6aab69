/** What a session follows when its namespaces are chosen anew, asked of a real API server: all of it, and nothing else. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { loadKubeconfig } from '../../../src/engine/discovery/kubernetes/kubeconfig/load-kubeconfig.ts';
import { wantedKinds } from '../../../src/engine/discovery/kubernetes/resources/wanted-kinds.ts';
import { KubeSession } from '../../../src/engine/discovery/kubernetes/session/kube-session.ts';
import { createTransport } from '../../../src/engine/discovery/kubernetes/transport/create-transport.ts';
import { Kinds } from '../../../src/engine/model/kinds.ts';
import { realClusterMissing, startRealCluster, type RealCluster } from '../../cluster/real-cluster.ts';
import { CountedRelay } from '../../kubernetes/counted-relay.ts';
import { until } from '../until.ts';

/** Groups of which the cluster's own controllers follow no single namespace. */
const groups: ReadonlySet<string> = new Set(['networking.istio.io', 'security.istio.io', 'gateway.networking.k8s.io']);
const shops = ['shop-a', 'shop-b', 'shop-c'] as const;

describe('a session whose namespaces are chosen anew', { skip: realClusterMissing }, () => {
  let cluster: RealCluster;
  let way: CountedRelay;
  let session: KubeSession;

  /** Watches of single namespaces that the API server says it serves, by resource. */
  const watches = async (): Promise<readonly string[]> => {
    const counts = new Map<string, number>();
    for (const line of (await cluster.kubectl('get', '--raw', '/metrics')).split('\n')) {
      const label = (name: string): string => new RegExp(`[{,]${name}="([^"]*)"`).exec(line)?.[1] ?? '';
      if (!line.startsWith('apiserver_longrunning_requests{') || label('verb') !== 'WATCH') continue;
      if (!groups.has(label('group')) || label('scope') !== 'namespace') continue;
      const key = `${label('resource')}.${label('group')}`;
      counts.set(key, (counts.get(key) ?? 0) + Number(line.slice(line.lastIndexOf(' '))));
    }
    return [...counts].flatMap(([resource, count]) => (count === 0 ? [] : [`${resource} ${count}`])).sort();
  };
  /** What is served of those groups, followed in so many namespaces. */
  const expected = (namespaces: number): readonly string[] => {
    const present = new Set(session.status.kinds.filter(({ state }) => state !== 'absent').map(({ kind }) => kind));
    return namespaces === 0
      ? []
      : wantedKinds
          .filter(({ key, group, namespaced }) => groups.has(group) && namespaced && present.has(key))
          .map(({ plural, group }) => `${plural}.${group} ${namespaces}`)
          .sort();
  };
  const shown = (): readonly string[] => [
    ...new Set(
      session.store
        .snapshot()
        .ofKind(Kinds.service)
        .map(({ namespace }) => namespace)
        .filter((namespace) => (shops as readonly string[]).includes(namespace)),
    ),
  ];

  before(async () => {
    cluster = await startRealCluster();
    const objects = shops.flatMap((name) => [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'till', namespace: name },
        spec: { ports: [{ port: 80 }], selector: { app: 'till' } },
      },
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'VirtualService',
        metadata: { name: 'till', namespace: name },
        spec: { hosts: ['till'], http: [{ route: [{ destination: { host: 'till' } }] }] },
      },
    ]);
    await cluster.apply(objects.map((object) => JSON.stringify(object)).join('\n---\n'));
    const kubeconfig = await loadKubeconfig({ setting: cluster.kubeconfig, env: {}, home: cluster.folder });
    const context = kubeconfig.context('admin');
    assert.ok(context);
    const server = new URL(context.cluster.server);
    way = new CountedRelay(() => ({ host: server.hostname, port: Number(server.port) }));
    await way.start();
    const transport = createTransport(
      { ...context, cluster: { ...context.cluster, server: `https://127.0.0.1:${way.port}` } },
      { env: {} },
    );
    session = new KubeSession({
      transport,
      namespaces: [],
      openTunnel: () => Promise.reject(new Error('No tunnel is wanted.')),
      readDocuments: () => [],
      bookinfo: () => Promise.resolve(''),
      newId: () => 'id',
    });
    session.start();
  });

  after(async () => {
    await session?.dispose();
    await way?.stop();
    await cluster?.stop();
  });

  const rounds: readonly (readonly string[])[] = [
    [],
    ['shop-a'],
    [],
    ['shop-b'],
    ['shop-a', 'shop-c'],
    ['shop-a'],
    ['shop-a', 'shop-b', 'shop-c'],
    [],
    ['shop-c'],
    [],
  ];

  test('is in step each time, over a few connections', async (t) => {
    for (const namespaces of rounds) {
      session.setNamespaces(namespaces);
      const started = performance.now();
      const wanted = namespaces.length === 0 ? shops : namespaces;
      await until(
        `only ${wanted.join()} and everything in step; ${JSON.stringify(session.status.message)}`,
        () => session.status.phase === 'connected' && shown().join() === wanted.join(),
        15_000,
      );
      const ms = performance.now() - started;
      // Of the namespaces that meshes are in, this cluster has kube-system.
      const followed = expected(namespaces.length === 0 ? 0 : namespaces.length + 1);
      let counted: readonly string[] = [];
      await until('the watches', async () => (counted = await watches()).join() === followed.join()).catch(() =>
        assert.deepEqual(counted, followed),
      );
      // A hundred calls at most share one; an old one may still have room when another is made.
      // Four carry a busy kind each.
      assert.ok(way.open <= 5 + 4, `${way.open} connections`);
      t.diagnostic(`${namespaces.join() || 'all'}: ${ms.toFixed(0)} ms, ${way.open} connections, ${way.made} made`);
    }
  });

  test('follows the namespace of a mesh beside the chosen ones as long as it is there', async () => {
    session.setNamespaces(['shop-a']);
    const system = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'istio-system' } };
    const gateway = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'Gateway',
      metadata: { name: 'door', namespace: 'istio-system' },
      spec: { selector: { app: 'door' }, servers: [] },
    };
    const inStep = async (namespaces: number, doors: number): Promise<void> => {
      const followed = expected(namespaces).join();
      await until(`${namespaces} namespaces and ${doors} gateways`, async () => {
        const found = session.store.snapshot().ofKind(Kinds.gateway).length;
        return found === doors && (await watches()).join() === followed;
      });
    };
    await inStep(2, 0);
    await cluster.apply([system, gateway].map((object) => JSON.stringify(object)).join('\n---\n'));
    await inStep(3, 1);
    await cluster.kubectl('delete', 'namespace', 'istio-system', '--wait=true');
    await inStep(2, 0);
  });
});
