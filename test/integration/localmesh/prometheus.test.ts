/** A real Prometheus scrapes the mesh and sees what the topology shows. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Engine } from '../../../src/engine/engine.ts';
import { prometheusMissing, startPrometheus, type PrometheusProcess } from '../telemetry/prometheus-process.ts';
import { until } from '../until.ts';
import { weightedBookinfo } from './weighted-bookinfo.ts';

const weights = { v1: 50, v2: 30, v3: 20 } as const;
const versions = ['v1', 'v2', 'v3'] as const;
type Rates = Readonly<Record<(typeof versions)[number], number>>;
const windowSeconds = 30;
/** Comparisons, a second apart: one that falls into a moment's pause of a busy machine shall not decide. */
const comparisons = 5;
const tolerance = 0.05;

describe('Prometheus', { skip: prometheusMissing, timeout: 180_000 }, () => {
  let folder = '';
  let engine: Engine;
  let prometheus: PrometheusProcess | undefined;
  let prometheusUrl = '';

  before(async () => {
    folder = await weightedBookinfo([weights.v1, weights.v2, weights.v3]);
    engine = new Engine();
    await engine.openFolder(folder);
    const status = await engine.request('mesh/local/start', {});
    assert.equal(status.phase, 'running', status.message);
    const target = new URL(status.endpoints.metrics ?? '').host;
    prometheus = await startPrometheus(folder, [target]);
    prometheusUrl = prometheus.url;
  });

  after(async () => {
    await prometheus?.stop();
    await engine?.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const query = async (expression: string): Promise<readonly { metric: Record<string, string>; value: number }[]> => {
    const response = await fetch(`${prometheusUrl}/api/v1/query?query=${encodeURIComponent(expression)}`);
    assert.equal(response.status, 200);
    const { data } = (await response.json()) as {
      data: { result: readonly { metric: Record<string, string>; value: [number, string] }[] };
    };
    return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  };

  const scraped = async (labels: string): Promise<Rates> => {
    const selector = `istio_requests_total{destination_service_name="reviews"${labels}}`;
    const found = await query(`sum(rate(${selector}[${windowSeconds}s])) by (destination_version)`);
    const rateOf = (version: string): number =>
      found.find(({ metric }) => metric.destination_version === version)?.value ?? 0;
    assert.deepEqual(found.map(({ metric }) => metric.destination_version).sort(), [...versions]);
    return { v1: rateOf('v1'), v2: rateOf('v2'), v3: rateOf('v3') };
  };

  const shown = async (): Promise<Rates> => {
    const { nodes } = await engine.request('mesh/topology', { window: windowSeconds });
    const rateOf = (version: string): number =>
      nodes.find(({ workload }) => workload === `reviews-${version}`)?.inbound.requests ?? 0;
    return { v1: rateOf('v1'), v2: rateOf('v2'), v3: rateOf('v3') };
  };

  test('the rates per version of reviews agree with the topology', async (t) => {
    await until('a scrape with all versions', async () => {
      const found = await query(
        'count(istio_requests_total{destination_service_name="reviews"}) by (destination_version)',
      );
      return versions.every((version) => found.some(({ metric }) => metric.destination_version === version));
    });
    // A rate over half a minute needs half a minute: this is no wait for a state.
    await sleep((windowSeconds + 4) * 1000);
    const sums: Record<string, Record<(typeof versions)[number], number>> = {};
    const add = (name: string, rates: Rates): void => {
      const sum = (sums[name] ??= { v1: 0, v2: 0, v3: 0 });
      for (const version of versions) sum[version] += rates[version] / comparisons;
    };
    for (let round = 0; round < comparisons; round += 1) {
      const [topology, source, destination, both] = await Promise.all([
        shown(),
        scraped(',reporter="source"'),
        scraped(',reporter="destination"'),
        scraped(''),
      ]);
      add('topology', topology);
      add('source', source);
      add('destination', destination);
      // As with Istio, both ends of a call report it: without a reporter the query counts each request twice. The topology
      // reconciles the two reports into one.
      add('both, halved', { v1: both.v1 / 2, v2: both.v2 / 2, v3: both.v3 / 2 });
      await sleep(1000);
    }
    const { topology, ...reported } = sums;
    assert.ok(topology);
    t.diagnostic(
      JSON.stringify(sums, (_key, value: unknown) => (typeof value === 'number' ? Number(value.toFixed(2)) : value)),
    );
    for (const version of versions) {
      assert.ok(topology[version] > 1, `${version} has ${topology[version]} requests a second`);
      for (const [reporter, rates] of Object.entries(reported)) {
        const deviation = Math.abs(rates[version] / topology[version] - 1);
        assert.ok(
          deviation <= tolerance,
          `${version} by ${reporter}: ${rates[version]}/s scraped, ${topology[version]}/s shown`,
        );
      }
    }
    // And all of it is what the file says.
    const total = topology.v1 + topology.v2 + topology.v3;
    for (const version of versions) {
      const share = (100 * topology[version]) / total;
      assert.ok(Math.abs(share - weights[version]) < 5, `${version} has ${share.toFixed(1)} % of the requests`);
    }
  });

  test('every sample and every label is one that Prometheus takes', async () => {
    const targets = await fetch(`${prometheusUrl}/api/v1/targets`);
    const { data } = (await targets.json()) as {
      data: { activeTargets: readonly { health: string; lastError: string }[] };
    };
    assert.deepEqual(
      data.activeTargets.map(({ health, lastError }) => [health, lastError]),
      [['up', '']],
    );
  });
});
