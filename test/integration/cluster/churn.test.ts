/** A real cluster of many objects that change all the time: the model ends as what a fresh list says. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ReflectorSet } from '../../../src/engine/discovery/kubernetes/reflector/reflector-set.ts';
import type { KubeTransport } from '../../../src/engine/discovery/kubernetes/transport/kube-transport.ts';
import { clusterEndpoints } from '../../../src/engine/model/cluster-endpoints.ts';
import { Kinds } from '../../../src/engine/model/kinds.ts';
import { createObjectStore } from '../../../src/engine/model/live-object-store.ts';
import { kindKey, type MeshObject } from '../../../src/engine/model/mesh-object.ts';
import type { ModelDelta } from '../../../src/engine/model/object-store.ts';
import { createSnapshot } from '../../../src/engine/model/snapshot.ts';
import { apiClient, type ApiClient } from '../../cluster/api-client.ts';
import { connect } from '../../cluster/connect.ts';
import { differencesFromServer } from '../../cluster/fresh-list.ts';
import { churnMesh, fullSize, generateMesh, type MeshSize } from '../../cluster/generator.ts';
import { realClusterMissing, startRealCluster, type RealCluster } from '../../cluster/real-cluster.ts';
import { churnStored } from '../../cluster/stored-churn.ts';
import { seededRandom } from '../../seeded-random.ts';
import { until } from '../until.ts';

const isFull = process.env['MESHLENS_CHURN_FULL'] === '1';
const size: MeshSize = isFull ? fullSize : { services: 200, pods: 1000, policies: 100, nodes: 4 };
const seconds = isFull ? 60 : 10;
const random = seededRandom(20_260);

const placeOf = (object: MeshObject): string => `${kindKey(object)} ${object.namespace}/${object.name}`;
const stateOf = (object: MeshObject): string => `${placeOf(object)} at ${object.resourceVersion ?? ''}`;

describe('a cluster that changes', { skip: realClusterMissing }, () => {
  let cluster: RealCluster;
  let client: ApiClient;
  let transport: KubeTransport;
  let set: ReflectorSet;
  const store = createObjectStore('cluster');
  /** What somebody has who only listens to deltas. */
  const followed = new Map<string, MeshObject>();

  before(async () => {
    cluster = await startRealCluster({ nodes: size.nodes ?? 2 });
    client = await apiClient(cluster);
    await generateMesh(client, size);
    transport = await connect(cluster.kubeconfig);
    store.onDelta(({ changes }) => {
      for (const { before: old, after: now } of changes) {
        if (now) followed.set(placeOf(now), now);
        else if (old) followed.delete(placeOf(old));
      }
    });
    set = new ReflectorSet({ transport, store });
    set.start();
    await until('every kind in step', () => set.status.isSynced, 120_000);
  });

  after(async () => {
    set?.dispose();
    transport?.dispose();
    client?.dispose();
    await cluster?.stop();
  });

  /** The cluster's own controllers finish their work a while after a change: equal is what it must become and stay. */
  async function becomesEqual(patience: number): Promise<void> {
    let differences: readonly string[] = [];
    await until(
      'a model that equals a fresh list',
      async () => {
        differences = await differencesFromServer(client, set.status.kinds, () => store.snapshot());
        return differences.length === 0;
      },
      patience,
    ).catch(() => assert.deepEqual(differences.slice(0, 10), []));
    assert.deepEqual(createSnapshot(followed.values()).all().map(stateOf), store.snapshot().all().map(stateOf));
  }

  test('is discovered whole', async () => {
    await becomesEqual(30_000);
    const count = (kind: string): number =>
      store
        .snapshot()
        .ofKind(kind)
        .filter(({ namespace }) => namespace.startsWith('team-')).length;
    assert.equal(count(Kinds.service), size.services);
    assert.equal(count(Kinds.pod), size.pods);
    assert.equal(count(Kinds.endpointSlice), size.services);
    const policies = [
      Kinds.virtualService,
      Kinds.destinationRule,
      Kinds.authorizationPolicy,
      Kinds.peerAuthentication,
      Kinds.httpRoute,
    ];
    assert.deepEqual(
      policies.map(count),
      policies.map(() => size.policies / 5),
    );
  });

  test('has an endpoint for every pod', () => {
    const snapshot = store.snapshot();
    const endpoints = clusterEndpoints(snapshot);
    const found = snapshot
      .ofKind(Kinds.service)
      .flatMap(({ namespace, name }) => endpoints.endpointsOf(namespace, name, 80));
    assert.equal(new Set(found.map(({ id }) => id)).size, size.pods);
    assert.ok(
      found.every(({ meshed, health, pod, app }) => meshed && health === 'healthy' && pod?.port === 8080 && app !== ''),
    );
  });

  /** Changes that were told to listeners. */
  let told = 0;
  const tell = ({ changes }: ModelDelta): void => void (told += changes.length);

  test('is followed through every change that a server makes', async (context) => {
    const listening = store.onDelta(tell);
    const { changes, seconds: took } = await churnMesh(client, size, { rate: 100, seconds: 10, random });
    await becomesEqual(60_000);
    listening.dispose();
    context.diagnostic(`${changes} changes in ${took.toFixed(1)} s, ${told} told`);
    assert.ok(changes > 20, 'something was changed all the time');
    assert.ok(told >= changes, 'and every change was told');
  });

  test('is followed at hundreds of changes a second', async (context) => {
    told = 0;
    const listening = store.onDelta(tell);
    const { changes, seconds: took } = await churnStored(cluster, { rate: 500, seconds, random });
    await becomesEqual(isFull ? 120_000 : 60_000);
    listening.dispose();
    context.diagnostic(`${changes} changes in ${took.toFixed(1)} s, ${told} told; wanted ${500 * seconds}`);
    assert.ok(changes > 20 * seconds, 'many were changed all the time');
    assert.ok(told > changes / 2, 'and what nobody overtook was told');
  });
});
