import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeHistograms, quantile, quantilesOf, type Histogram } from '../../../src/engine/telemetry/histogram.ts';

const of = (bounds: number[], counts: number[]): Histogram => ({ bounds, counts, sum: 0 });

// Expectations by hand, after the text of histogram_quantile in Prometheus' documentation.
const cases: [name: string, q: number, histogram: Histogram, expected: number | undefined][] = [
  ['the lowest bucket starts at 0', 0.5, of([10, 20], [10, 0, 0]), 5],
  ['linear within a bucket: rank 15 of 10 + 10 is half way from 10 to 20', 0.75, of([10, 20], [10, 10, 0]), 15],
  ['an exact boundary belongs to the bucket below', 0.5, of([10, 20], [10, 10, 0]), 10],
  ['empty buckets between are passed', 0.75, of([1, 2, 4, 8], [2, 0, 0, 2, 0]), 6],
  ['above the highest bound: the highest bound', 0.99, of([10, 20], [0, 1, 99]), 20],
  ['q = 0 is the lower end of the first bucket with anything in it', 0, of([10, 20], [0, 4, 0]), 10],
  ['q = 1 is the upper end of the last', 1, of([10, 20, 30], [1, 4, 0, 0]), 20],
  ['a lowest bound of 0 or less is its own quantile', 0.5, of([-5, 5], [4, 0, 0]), -5],
  ['nothing observed', 0.5, of([10, 20], [0, 0, 0]), undefined],
  ['no bounds', 0.5, of([], [4]), undefined],
];
for (const [name, q, histogram, expected] of cases) {
  test(`quantile: ${name}`, () => {
    assert.equal(quantile(q, histogram), expected);
  });
}

test('p50, p95 and p99 come together', () => {
  // 100 in (0, 100]: every percent is one unit.
  assert.deepEqual(quantilesOf(of([100], [100, 0])), { p50: 50, p95: 95, p99: 99 });
  assert.equal(quantilesOf(of([100], [0, 0])), undefined);
});

test('histograms add up by bucket; other bounds are left out', () => {
  const a: Histogram = { bounds: [1, 2], counts: [1, 2, 3], sum: 10 };
  const b: Histogram = { bounds: [1, 2], counts: [10, 20, 30], sum: 100 };
  const c: Histogram = { bounds: [5], counts: [7, 7], sum: 7 };
  assert.deepEqual(mergeHistograms([a, b, c]), { bounds: [1, 2], counts: [11, 22, 33], sum: 110 });
  assert.equal(mergeHistograms([]), undefined);
});
