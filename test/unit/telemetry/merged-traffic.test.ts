import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mergedTraffic, mergeWindows } from '../../../src/engine/telemetry/merged-traffic.ts';
import type { TrafficSource, TrafficWindow } from '../../../src/engine/telemetry/traffic.ts';
import { hopsOf } from '../../../src/engine/topology/hops.ts';
import { bothEnds, callLabels, record, tcpRecord } from '../topology/sample-mesh.ts';

const names = ['web-v1', 'shop-v1', 'shop-v2'] as const;
const windowOf = (seconds: number): fc.Arbitrary<TrafficWindow> =>
  fc
    .array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names), fc.integer({ min: 0, max: 50 })), {
      maxLength: 6,
    })
    .map((calls) => ({
      until: 1000,
      seconds,
      requests: calls.map(([from, to, count]) => record(callLabels(from, to), count)),
      tcp: calls.map(([from, to, count]) => tcpRecord(from, to, { opened: count, sentBytes: count * 10 })),
    }));

function totals(window: TrafficWindow): Map<string, readonly [requests: number, bytes: number]> {
  const sums = new Map<string, [number, number]>();
  for (const { call, totals: hop } of hopsOf(window, 'local', () => undefined)) {
    const key = `${call.source.workload}>${call.target.workload} ${call.protocol}`;
    const sum = sums.get(key) ?? [0, 0];
    sums.set(key, [sum[0] + hop.count, sum[1] + hop.bytes]);
  }
  return sums;
}

test('what flows through several sources together is the sum of what flows through each', () => {
  fc.assert(
    fc.property(windowOf(60), windowOf(60), windowOf(60), (...windows) => {
      const merged = totals(mergeWindows(windows));
      const parts = windows.map(totals);
      for (const key of new Set([...merged.keys(), ...parts.flatMap((part) => [...part.keys()])])) {
        const sum = parts.reduce<readonly [number, number]>(
          ([requests, bytes], part) => [requests + (part.get(key)?.[0] ?? 0), bytes + (part.get(key)?.[1] ?? 0)],
          [0, 0],
        );
        assert.deepEqual(merged.get(key) ?? [0, 0], sum, key);
      }
    }),
    { numRuns: 50 },
  );
});

test('counts stay and rates follow the longest window: what was not measured did not flow here', () => {
  const cluster = { until: 5000, seconds: 600, requests: bothEnds('web-v1', 'shop-v1', 1200), tcp: [] };
  const laptop = { until: 6000, seconds: 20, requests: [record(callLabels('laptop', 'web-v1'), 30)], tcp: [] };
  const merged = mergeWindows([cluster, laptop]);
  assert.deepEqual([merged.until, merged.seconds], [6000, 600]);
  assert.deepEqual(
    merged.requests.map(({ count, rate }) => [count, rate]),
    [
      [1200, 120],
      [1200, 120],
      [30, 0.05],
    ],
  );
});

test('a source that has nothing yet hides no other', () => {
  const nothing = { until: 0, seconds: 0, requests: [], tcp: [] };
  const some = { until: 6000, seconds: 20, requests: [record(callLabels('laptop', 'web-v1'), 30)], tcp: [] };
  assert.deepEqual(mergeWindows([nothing, some]), some);
  assert.equal(mergeWindows([]).seconds, 0);
});

test('charts end together, warnings are said once, and everybody is asked', async () => {
  const prepared: string[] = [];
  const slice = (until: number, count: number): TrafficWindow => ({
    until,
    seconds: 1,
    requests: [record(callLabels('a-v1', 'b-v1'), count)],
    tcp: [],
  });
  const source = (name: string, slices: readonly TrafficWindow[]): TrafficSource => ({
    traffic: () => slice(0, 0),
    slices: () => slices,
    prepareSlices: () => {
      prepared.push(name);
      return Promise.resolve();
    },
    warnings: () => ['slow', name],
  });
  const merged = mergedTraffic(source('a', [slice(1, 1), slice(2, 2), slice(3, 3)]), source('b', [slice(3, 10)]));
  assert.deepEqual(
    merged.slices(3, 1).map(({ until, requests }) => [until, requests.map(({ count }) => count)]),
    [
      [1, [1]],
      [2, [2]],
      [3, [3, 10]],
    ],
  );
  assert.deepEqual(merged.warnings(), ['slow', 'a', 'b']);
  await merged.prepareSlices?.(3, 1);
  assert.deepEqual(prepared, ['a', 'b']);
});
