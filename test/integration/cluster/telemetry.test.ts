/** A real Prometheus behind a pod of a real cluster scrapes the demo's sidecars: the cluster's topology shows its rates. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Engine, standaloneInitialization } from '../../../src/engine/engine.ts';
import type { TopologyDelta, TopologyGraph } from '../../../src/shared/topology.ts';
import { applyDelta } from '../../../src/shared/topology-delta.ts';
import { realClusterMissing, startRealCluster, type RealCluster } from '../../cluster/real-cluster.ts';
import { weightedBookinfo } from '../localmesh/weighted-bookinfo.ts';
import { prometheusMissing, startPrometheus, type PrometheusProcess } from '../telemetry/prometheus-process.ts';
import { until } from '../until.ts';

const windowSeconds = 30;
const comparisons = 5;
const tolerance = 0.05;
const context = 'admin';
const workloads = ['productpage-v1', 'details-v1', 'ratings-v1', 'reviews-v1', 'reviews-v2', 'reviews-v3'];

const workload = (kind: string, namespace: string, name: string, labels: object): object => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, namespace, labels },
  spec: {
    ...(kind === 'StatefulSet' ? { serviceName: name } : {}),
    replicas: 1,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { containers: [{ name: 'app', image: name, ports: [{ name: 'web', containerPort: 9090 }] }] },
    },
  },
});
const service = (namespace: string, name: string, port: number): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
  spec: { selector: { app: name }, ports: [{ name: 'http', port }] },
});
const objects = JSON.stringify({
  apiVersion: 'v1',
  kind: 'List',
  items: [
    ...['bookinfo', 'istio-system'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    ...['productpage', 'details', 'ratings', 'reviews'].map((name) => service('bookinfo', name, 9080)),
    ...workloads.map((name) => {
      const [app = '', version = ''] = name.split('-');
      return workload('Deployment', 'bookinfo', name, { app, version });
    }),
    service('istio-system', 'prometheus', 9090),
    // The name of its pod is known before it is there.
    workload('StatefulSet', 'istio-system', 'prometheus', { app: 'prometheus' }),
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'details', namespace: 'bookinfo' },
      spec: { hosts: ['details'], http: [{ route: [{ destination: { host: 'details' } }] }] },
    },
  ],
});

describe('the topology of a cluster', { skip: realClusterMissing || prometheusMissing, timeout: 480_000 }, () => {
  let folder = '';
  let demo: Engine;
  let prometheus: PrometheusProcess;
  let cluster: RealCluster;
  let engine: Engine;
  let graph: TopologyGraph;

  before(async () => {
    folder = await weightedBookinfo([50, 30, 20]);
    cluster = await startRealCluster();
    await cluster.apply(objects);
    demo = new Engine();
    await demo.openFolder(folder);
    const status = await demo.request('mesh/local/start', {});
    assert.equal(status.phase, 'running', status.message);
    prometheus = await startPrometheus(folder, [new URL(status.endpoints.metrics ?? '').host]);
    await cluster.back('prometheus-0', 'istio-system', { 9090: Number(new URL(prometheus.url).port) });
    engine = new Engine({
      ...standaloneInitialization,
      settings: { ...standaloneInitialization.settings, cluster: { kubeconfig: cluster.kubeconfig, prometheus: '' } },
    });
    engine.onNotification((method, payload) => {
      if (method === 'mesh/topologyChanged') graph = applyDelta(graph, payload satisfies TopologyDelta) ?? graph;
    });
    await engine.request('mesh/cluster/connect', { context });
    graph = await engine.request('mesh/topology/subscribe', { source: 'cluster', window: windowSeconds });
  });

  after(async () => {
    await engine?.dispose();
    await prometheus?.stop();
    await demo?.dispose();
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('finds Prometheus by itself, and shows its rates and the cluster’s pods', async (t) => {
    const live = (): TopologyGraph['edges'] => graph.edges.filter(({ layer }) => layer === 'live');
    await until('all edges', () => live().length >= 8, 60_000);
    const [status] = await engine.request('mesh/cluster/status', {});
    assert.deepEqual(status?.telemetry, { state: 'connected', source: 'prometheus.istio-system:9090' });
    // A rate over half a minute needs half a minute: this is no wait for a state.
    await sleep((windowSeconds + 15) * 1000);
    const sums = new Map<string, { shown: number; scraped: number }>();
    for (let round = 0; round < comparisons; round++) {
      const scraped = await demo.request('mesh/topology', { window: windowSeconds });
      for (const { id, traffic } of scraped.edges) {
        const edge = live().find((one) => one.id === id.replaceAll('_local_', `_${context}_`));
        assert.ok(edge, id);
        const sum = sums.get(id) ?? { shown: 0, scraped: 0 };
        sum.shown += edge.traffic.requests / comparisons;
        sum.scraped += traffic.requests / comparisons;
        sums.set(id, sum);
      }
      await sleep(1000);
    }
    t.diagnostic(JSON.stringify([...sums]));
    for (const [id, { shown, scraped }] of sums) {
      assert.ok(Math.abs(shown / scraped - 1) <= tolerance, `${id}: ${shown}/s shown, ${scraped}/s measured`);
    }
    const reviews = graph.nodes.find(({ id }) => id === `vapp_${context}_bookinfo_reviews-v1`);
    assert.deepEqual(
      [reviews?.instances.map(({ state }) => state), reviews?.health.health, reviews?.membership, reviews?.service],
      [['ready'], 'healthy', 'none', 'reviews'],
    );
  });

  test('charts go through the same tunnel', async () => {
    const series = await engine.request('mesh/series', { id: `vapp_${context}_bookinfo_details-v1`, seconds: 120 });
    const points = series.requests.filter((point) => point !== null);
    assert.ok(points.length > 10 && points.some((point) => point > 0), JSON.stringify(series.requests));
  });

  test('a Prometheus that dies is said in words, and the last numbers stay', async () => {
    await prometheus.stop();
    await until('words', () => graph.warnings.some((warning) => /The numbers are \d+ s old/.test(warning)), 60_000);
    assert.ok(graph.edges.some(({ traffic }) => traffic.requests > 0));
  });
});
