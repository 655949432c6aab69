import { durationBuckets } from '../dataplane/report.ts';
import type { RequestSeries, TcpSeries } from './metric-series.ts';
import { overflow } from './request-labels.ts';
import type { TcpTrafficRecord, TrafficRecord, TrafficWindow } from './traffic.ts';

/** Seconds since the epoch: `after` is outside, `until` inside. */
export interface WindowBounds {
  readonly after: number;
  readonly until: number;
  /** Seconds by which the row of `until` holds more than a second; negative: less. */
  readonly ahead: number;
  /** First second that was measured. */
  readonly since: number | undefined;
}

/** Rows of one config generation, added up. */
interface Sums {
  readonly generation: number;
  count: number;
  milliseconds: number;
  readonly counts: number[];
  readonly instances: Record<string, number>;
}

const durationColumns = durationBuckets.length + 1;

/** Seconds of the window in which something was measured at all. */
function measuredSeconds(bounds: WindowBounds): number {
  if (bounds.since === undefined) return 0;
  const whole = bounds.until - Math.max(bounds.after, bounds.since - 1);
  return whole <= 0 ? 0 : Math.max(0, whole + bounds.ahead);
}

const emptySums = (generation: number): Sums => ({
  generation,
  count: 0,
  milliseconds: 0,
  counts: new Array<number>(durationColumns).fill(0),
  instances: Object.create(null) as Record<string, number>,
});

/** The records of one window. Label sets idle in it are given with 0 where they were busy `idleSeconds` before its end. */
export function readTraffic(
  requests: Iterable<RequestSeries>,
  tcp: Iterable<TcpSeries>,
  bounds: WindowBounds & { readonly idleSeconds: number },
): TrafficWindow {
  const seconds = measuredSeconds(bounds);
  const known = (lastSeen: number): boolean => lastSeen > bounds.until - bounds.idleSeconds;
  const records: TrafficRecord[] = [];
  for (const series of requests) {
    if (series.labels.source_workload === overflow) continue;
    const sums = sumRequests(series, bounds);
    if (sums.length === 0 && known(series.lastSeen)) sums.push(emptySums(0));
    for (const sum of sums) records.push(requestRecord(series, sum, seconds));
  }
  const tcpRecords: TcpTrafficRecord[] = [];
  for (const series of tcp) {
    if (series.labels.source_workload === overflow) continue;
    const record = tcpRecord(series, bounds, seconds);
    const busy = record.opened + record.closed + record.sentBytes + record.receivedBytes > 0;
    if (busy || known(series.lastSeen)) tcpRecords.push(record);
  }
  return { until: bounds.until * 1000, seconds, requests: records, tcp: tcpRecords };
}

/** Consecutive windows of `step` seconds, the last one ending at `until`. */
export function readSlices(
  requests: Iterable<RequestSeries>,
  tcp: Iterable<TcpSeries>,
  bounds: WindowBounds & { readonly step: number },
): TrafficWindow[] {
  const series = [...requests];
  const tcpSeries = [...tcp];
  const slices: TrafficWindow[] = [];
  for (let until = bounds.until; until > bounds.after; until -= bounds.step) {
    const ahead = until === bounds.until ? bounds.ahead : 0;
    const slice = { after: until - bounds.step, until, ahead, since: bounds.since, idleSeconds: 0 };
    slices.push(readTraffic(series, tcpSeries, slice));
  }
  return slices.reverse();
}

function sumRequests(series: RequestSeries, { after, until }: WindowBounds): Sums[] {
  if (series.lastSeen <= after) return [];
  const sums: Sums[] = [];
  const sumOf = (generation: number): Sums => {
    let found = sums.find((sum) => sum.generation === generation);
    if (!found) sums.push((found = emptySums(generation)));
    return found;
  };
  series.buckets.visit(after, until, (_second, generation, values, offset) => {
    const sum = sumOf(generation);
    sum.count += values[offset] ?? 0;
    sum.milliseconds += values[offset + 1] ?? 0;
    for (let column = 0; column < durationColumns; column++) {
      const count = values[offset + 2 + column] ?? 0;
      if (count !== 0) sum.counts[column] = (sum.counts[column] ?? 0) + count;
    }
  });
  for (const [instance, buckets] of series.instances) {
    buckets.visit(after, until, (_second, generation, values, offset) => {
      const { instances } = sumOf(generation);
      instances[instance] = (instances[instance] ?? 0) + (values[offset] ?? 0);
    });
  }
  return sums;
}

function requestRecord(series: RequestSeries, sum: Sums, seconds: number): TrafficRecord {
  return {
    labels: series.labels,
    generation: sum.generation,
    count: sum.count,
    rate: seconds > 0 ? sum.count / seconds : 0,
    duration: { bounds: durationBuckets, counts: sum.counts, sum: sum.milliseconds },
    instances: sum.instances,
  };
}

function tcpRecord(series: TcpSeries, { after, until }: WindowBounds, seconds: number): TcpTrafficRecord {
  const sums = [0, 0, 0, 0];
  if (series.lastSeen > after) {
    series.buckets.visit(after, until, (_second, _tag, values, offset) => {
      sums.forEach((sum, column) => (sums[column] = sum + (values[offset + column] ?? 0)));
    });
  }
  const [opened = 0, closed = 0, sentBytes = 0, receivedBytes = 0] = sums;
  const rate = seconds > 0 ? (sentBytes + receivedBytes) / seconds : 0;
  return { labels: series.labels, opened, closed, sentBytes, receivedBytes, rate };
}
