/** A real Prometheus scrapes a local mesh; the topology built from it says what the mesh's own one says. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Engine } from '../../../src/engine/engine.ts';
import { createHttpPost } from '../../../src/engine/telemetry/prometheus/http-post.ts';
import { parsePrometheusAddress } from '../../../src/engine/telemetry/prometheus/prometheus-address.ts';
import { PrometheusApi } from '../../../src/engine/telemetry/prometheus/prometheus-api.ts';
import { PrometheusFailure } from '../../../src/engine/telemetry/prometheus/prometheus-failure.ts';
import { PrometheusSource } from '../../../src/engine/telemetry/prometheus/prometheus-source.ts';
import type { FormRequest, PostForm } from '../../../src/engine/telemetry/prometheus/http-post.ts';
import { noDeclarations } from '../../../src/engine/topology/declarations.ts';
import { LiveTopology } from '../../../src/engine/topology/live-topology.ts';
import type { TopologyGraph } from '../../../src/shared/topology.ts';
import { weightedBookinfo } from '../localmesh/weighted-bookinfo.ts';
import { until } from '../until.ts';
import { prometheusMissing, startPrometheus, type PrometheusProcess } from './prometheus-process.ts';

const windowSeconds = 30;
/** Comparisons, a second apart: one that falls into a moment's pause of a busy machine shall not decide. */
const comparisons = 5;
const tolerance = 0.05;

describe('the topology from a Prometheus', { skip: prometheusMissing, timeout: 180_000 }, () => {
  let folder = '';
  let engine: Engine;
  let prometheus: PrometheusProcess;
  let post: PostForm & { dispose(): void };
  let asked: FormRequest[] = [];
  let api: PrometheusApi;
  let source: PrometheusSource;
  let live: LiveTopology;

  before(async () => {
    folder = await weightedBookinfo([50, 30, 20]);
    engine = new Engine();
    await engine.openFolder(folder);
    const status = await engine.request('mesh/local/start', {});
    assert.equal(status.phase, 'running', status.message);
    prometheus = await startPrometheus(folder, [new URL(status.endpoints.metrics ?? '').host]);
    const { address } = parsePrometheusAddress(prometheus.url);
    assert.ok(address);
    post = createHttpPost({ address });
    api = new PrometheusApi({ post: (request) => (asked.push(request), post(request)), shown: address.shown });
    source = new PrometheusSource({ now: Date.now, cluster: 'local' });
    source.use(api);
    live = new LiveTopology({ source: () => source, mesh: () => noDeclarations, cluster: 'local', now: Date.now });
  });

  after(async () => {
    live?.dispose();
    source?.dispose();
    post?.dispose();
    await prometheus?.stop();
    await engine?.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const fromPrometheus = async (): Promise<TopologyGraph> => {
    await source.refresh(windowSeconds);
    return live.graph({ window: windowSeconds });
  };

  test('rates, shares, latencies and locks agree within 5 %', async (t) => {
    await until('all edges', async () => {
      const ours = await engine.request('mesh/topology', { window: windowSeconds });
      return ours.edges.length >= 8 && (await fromPrometheus()).edges.length === ours.edges.length;
    });
    // A rate over half a minute needs half a minute: this is no wait for a state.
    await sleep((windowSeconds + 4) * 1000);
    const sums = new Map<string, { ours: number; theirs: number; p50: [number, number] }>();
    let shares: [number, number] = [0, 0];
    for (let round = 0; round < comparisons; round++) {
      const [ours, theirs] = await Promise.all([
        engine.request('mesh/topology', { window: windowSeconds }),
        fromPrometheus(),
      ]);
      assert.deepEqual(
        theirs.edges.map(({ id }) => id),
        ours.edges.map(({ id }) => id),
      );
      for (const edge of ours.edges) {
        const other = theirs.edges.find(({ id }) => id === edge.id);
        assert.ok(other);
        const sum = sums.get(edge.id) ?? { ours: 0, theirs: 0, p50: [0, 0] };
        sum.ours += edge.traffic.requests / comparisons;
        sum.theirs += other.traffic.requests / comparisons;
        sum.p50[0] += (edge.traffic.p50 ?? 0) / comparisons;
        sum.p50[1] += (other.traffic.p50 ?? 0) / comparisons;
        sums.set(edge.id, sum);
        assert.equal(other.mutualTls, edge.mutualTls, edge.id);
        if (edge.id.endsWith('reviews-v1:http')) {
          shares = [shares[0] + (edge.share ?? 0) / comparisons, shares[1] + (other.share ?? 0) / comparisons];
        }
      }
      await sleep(1000);
    }
    t.diagnostic(
      JSON.stringify([...sums], (_key, value: unknown) =>
        typeof value === 'number' ? Number(value.toFixed(2)) : value,
      ),
    );
    for (const [id, { ours, theirs, p50 }] of sums) {
      assert.ok(ours > 0.5, `${id}: ${ours}/s`);
      assert.ok(Math.abs(theirs / ours - 1) <= tolerance, `${id}: ${ours}/s shown, ${theirs}/s from Prometheus`);
      // The same requests in the same buckets.
      assert.ok(Math.abs(p50[1] / p50[0] - 1) <= 0.15, `${id}: p50 ${p50[0]} shown, ${p50[1]} from Prometheus`);
    }
    assert.ok(Math.abs(shares[0] - shares[1]) <= 0.03, `shares of reviews v1: ${shares.join(' and ')}`);
  });

  test('one round asks at most six queries, also for many namespaces', async () => {
    const namespaces = Array.from({ length: 40 }, (_, index) => `namespace-${index}`).concat('bookinfo');
    const many = new PrometheusSource({ now: Date.now, cluster: 'local', namespaces: () => namespaces });
    many.use(api);
    asked = [];
    await many.refresh(windowSeconds);
    assert.ok(asked.length <= 6, String(asked.length));
    assert.ok(many.traffic(windowSeconds).requests.length > 0);
    assert.deepEqual(many.status, { state: 'connected', source: api.shown });
    many.dispose();
  });

  test('the past of a node and of an edge', async () => {
    const graph = await fromPrometheus();
    const subscription = live.subscribe({ window: windowSeconds }, () => undefined);
    const edge = graph.edges.find(({ id }) => id.endsWith('details-v1:http'));
    assert.ok(edge);
    for (const id of [edge.id, edge.target]) {
      const series = await live.series(id, 120);
      assert.deepEqual([series.step, series.requests.length], [2, 60]);
      const last = series.requests.at(-2);
      assert.ok(typeof last === 'number' && last > 0, JSON.stringify(series.requests));
      assert.ok(typeof series.p50.at(-2) === 'number');
    }
    subscription.dispose();
  });

  test('says what is wrong with a query, and what it lacks', async () => {
    await assert.rejects(api.query('sum(('), (error) => {
      assert.ok(error instanceof PrometheusFailure);
      assert.equal(error.reason, 'query');
      assert.match(error.message, /cannot answer: .*parse error/);
      return true;
    });
    const elsewhere = await startPrometheus(await mkdtemp(path.join(folder, 'empty-')), []);
    try {
      const { address } = parsePrometheusAddress(elsewhere.url);
      assert.ok(address);
      const empty = new PrometheusSource({ now: Date.now, cluster: 'local' });
      empty.use(new PrometheusApi({ post: createHttpPost({ address }), shown: address.shown }));
      await until('an answer', async () => {
        await empty.refresh(60);
        return empty.status.state === 'connected';
      });
      assert.match(empty.warnings().join(), /has no istio_requests_total: it does not scrape the mesh's proxies/);
      empty.dispose();
    } finally {
      await elsewhere.stop();
    }
  });
});
