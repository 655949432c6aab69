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

function countOf({ counts }: Histogram): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}

/**
 * Estimates a quantile as Prometheus' `histogram_quantile` does: linear within the bucket, the lowest bucket starting at 0,
 * and the highest finite bound where the quantile lies above it. Undefined where nothing was observed.
 */
export function quantile(q: number, histogram: Histogram): number | undefined {
  return quantileOf(q, histogram, countOf(histogram));
}

function quantileOf(q: number, { bounds, counts }: Histogram, total: number): number | undefined {
  if (total <= 0 || bounds.length === 0) return undefined;
  const rank = q * total;
  let below = 0;
  let lower = 0;
  for (let index = 0; index < bounds.length; index++) {
    const upper = bounds[index] ?? 0;
    const count = counts[index] ?? 0;
    if (count > 0 && below + count >= rank) {
      if (index === 0 && upper <= 0) return upper;
      return lower + (upper - lower) * Math.max(0, (rank - below) / count);
    }
    below += count;
    lower = upper;
  }
  return lower;
}

/** The three quantiles people read, undefined where nothing was observed. */
export function quantilesOf(histogram: Histogram): Quantiles | undefined {
  const total = countOf(histogram);
  const p50 = quantileOf(0.5, histogram, total);
  const p95 = quantileOf(0.95, histogram, total);
  const p99 = quantileOf(0.99, histogram, total);
  return p50 === undefined || p95 === undefined || p99 === undefined ? undefined : { p50, p95, p99 };
}

/** Adds histograms of the same bounds. Those with other bounds cannot be added exactly and are left out. */
export function mergeHistograms(histograms: readonly Histogram[]): Histogram | undefined {
  const first = histograms[0];
  if (!first || histograms.length === 1) return first;
  const counts = new Array<number>(first.counts.length).fill(0);
  let sum = 0;
  for (const histogram of histograms) {
    if (histogram !== first && !sameBounds(histogram.bounds, first.bounds)) continue;
    for (let index = 0; index < counts.length; index++) {
      counts[index] = (counts[index] ?? 0) + (histogram.counts[index] ?? 0);
    }
    sum += histogram.sum;
  }
  return { bounds: first.bounds, counts, sum };
}

function sameBounds(a: readonly number[], b: readonly number[]): boolean {
  return a === b || (a.length === b.length && a.every((bound, index) => bound === b[index]));
}
