/** Counts by upper bound, not cumulative: one more count than bounds, the last one above all bounds. */
export interface Histogram {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  /** Sum of the observed values. */
  readonly sum: number;
}

/** p50, p95 and p99 in the unit of the bounds. */
export interface Quantiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export function countOf(histogram: Histogram): number {
  return histogram.counts.reduce((sum, count) => sum + count, 0);
}

/**
 * Estimates a quantile as Prometheus' `histogram_quantile` does: linear within the bucket, the lowest bucket starting at 0,
 * and the highest finite bound where the quantile lies above it. Undefined where nothing was observed.
 */
export function quantile(q: number, histogram: Histogram): number | undefined {
  const total = countOf(histogram);
  if (total <= 0 || histogram.bounds.length === 0) return undefined;
  const rank = q * total;
  let below = 0;
  for (const [index, upper] of histogram.bounds.entries()) {
    const count = histogram.counts[index] ?? 0;
    if (count > 0 && below + count >= rank) {
      const lower = index === 0 ? 0 : (histogram.bounds[index - 1] ?? 0);
      if (index === 0 && upper <= 0) return upper;
      return lower + (upper - lower) * Math.max(0, (rank - below) / count);
    }
    below += count;
  }
  return histogram.bounds.at(-1);
}

/** The three quantiles people read, undefined where nothing was observed. */
export function quantilesOf(histogram: Histogram): Quantiles | undefined {
  const p50 = quantile(0.5, histogram);
  const p95 = quantile(0.95, histogram);
  const p99 = quantile(0.99, histogram);
  return p50 === undefined || p95 === undefined || p99 === undefined ? undefined : { p50, p95, p99 };
}

/** Adds histograms of the same bounds. Those with other bounds cannot be added exactly and are left out. */
export function mergeHistograms(histograms: readonly Histogram[]): Histogram | undefined {
  const first = histograms[0];
  if (!first) return undefined;
  const counts = new Array<number>(first.counts.length).fill(0);
  let sum = 0;
  for (const histogram of histograms) {
    if (histogram !== first && !sameBounds(histogram.bounds, first.bounds)) continue;
    histogram.counts.forEach((count, index) => (counts[index] = (counts[index] ?? 0) + count));
    sum += histogram.sum;
  }
  return { bounds: first.bounds, counts, sum };
}

function sameBounds(a: readonly number[], b: readonly number[]): boolean {
  return a === b || (a.length === b.length && a.every((bound, index) => bound === b[index]));
}
