import type { Histogram } from '../histogram.ts';
import type { InstantSample } from './prometheus-api.ts';
import { hopLabels } from './traffic-queries.ts';

type Labels = InstantSample['labels'];

/** One string for one hop and protocol, from the labels as Prometheus gives them. */
export function hopKey(labels: Labels): string {
  let key = labels['request_protocol'] ?? '';
  for (const name of hopLabels) key += `\u0000${labels[name] ?? ''}`;
  return key;
}

/**
 * Histograms by hop from the rates of cumulative buckets. All have the same bounds, those of the whole answer, so that they
 * can be added: buckets without a rate are left out of the answer, and hold what the one below them holds.
 */
export function histogramsOf(
  buckets: readonly InstantSample[],
  seconds: number,
): { readonly bounds: readonly number[]; readonly byHop: ReadonlyMap<string, Histogram> } {
  const perHop = new Map<string, Map<number, number>>();
  const all = new Set<number>();
  for (const { labels, value } of buckets) {
    const bound = labels['le'] === '+Inf' ? Infinity : Number(labels['le']);
    if (Number.isNaN(bound)) continue;
    const key = hopKey(labels);
    let cumulative = perHop.get(key);
    if (!cumulative) perHop.set(key, (cumulative = new Map<number, number>()));
    cumulative.set(bound, (cumulative.get(bound) ?? 0) + value);
    if (bound !== Infinity) all.add(bound);
  }
  const bounds = [...all].sort((a, b) => a - b);
  const byHop = new Map<string, Histogram>();
  for (const [key, cumulative] of perHop) byHop.set(key, histogram(bounds, cumulative, seconds));
  return { bounds, byHop };
}

function histogram(bounds: readonly number[], cumulative: ReadonlyMap<number, number>, seconds: number): Histogram {
  const counts: number[] = [];
  let below = 0;
  let lower = 0;
  let sum = 0;
  for (const bound of [...bounds, Infinity]) {
    // Rates of neighbouring buckets are extrapolated one by one, and may cross by a rounding.
    const upTo = Math.max(below, cumulative.get(bound) ?? below);
    const count = (upTo - below) * seconds;
    counts.push(count);
    // The sum is not asked for; the middle of each bucket stands for what lies in it.
    sum += count * (bound === Infinity ? lower : (lower + bound) / 2);
    below = upTo;
    lower = bound === Infinity ? lower : bound;
  }
  return { bounds, counts, sum };
}

/** Nothing observed, in bounds that can be added to others. */
export function emptyHistogram(bounds: readonly number[]): Histogram {
  return { bounds, counts: new Array<number>(bounds.length + 1).fill(0), sum: 0 };
}
