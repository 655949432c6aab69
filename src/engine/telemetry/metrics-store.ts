import type { DataPlaneReport, HistogramDelta, RequestDelta, TcpDelta, WaitingRequests } from '../dataplane/report.ts';
import { byteBuckets, durationBuckets } from '../dataplane/report.ts';
import type { CumulativeHistogram, RequestSeries, TcpSeries } from './metric-series.ts';
import { overflow, overflowLabels, requestKey, tcpKey, type TcpLabels } from './request-labels.ts';
import { TimeBuckets, type TimeBucketOptions } from './time-buckets.ts';
import { readSlices, readTraffic } from './traffic-window.ts';
import type { TrafficSource, TrafficWindow } from './traffic.ts';

export interface MetricsStoreOptions {
  /** Epoch milliseconds. */
  now(): number;
  /** Finest step of windows and series. */
  readonly resolutionMs?: 1000;
  /** How far back windows and series reach; a label set idle for longer is dropped. Default 3600. */
  readonly keepSeconds?: number;
  /** Label sets of requests, and as many of TCP. Default 2000. */
  readonly maxLabelSets?: number;
}

const requestColumns = 2 + durationBuckets.length + 1;
const fineSeconds = 300;
const coarseStep = 10;
/** Names come from the mesh, but the host of a request that goes nowhere known comes from the client. */
const longestKey = 8192;
const maxInstancesPerSeries = 100;
const pruneEverySeconds = 30;

/**
 * Metrics of our own data plane: counters since the start for `/metrics`, and the recent past by second for windows. Bound
 * in memory by the number of label sets; what exceeds it is counted in one overflow series a reporter, with a warning.
 */
export class MetricsStore implements TrafficSource {
  readonly #now: () => number;
  readonly #keepSeconds: number;
  readonly #maxLabelSets: number;
  readonly #requests = new Map<string, RequestSeries>();
  readonly #tcp = new Map<string, TcpSeries>();
  #waiting: readonly WaitingRequests[] = [];
  #firstSecond: number | undefined;
  #lastSecond = 0;
  /** Milliseconds after the full second at which regular reports come. */
  #phase: number | undefined;
  /** Seconds by which the last report came later in its second than regular ones do; negative: earlier. */
  #ahead = 0;
  #lastPrune = 0;
  #overflowed = 0;

  constructor(options: MetricsStoreOptions) {
    this.#now = () => options.now();
    this.#keepSeconds = options.keepSeconds ?? 3600;
    this.#maxLabelSets = options.maxLabelSets ?? 2000;
  }

  /** Adds what a data plane reported. */
  ingest(report: DataPlaneReport): void {
    const now = Math.floor(this.#now() / 1000);
    const second = Math.min(Math.floor(report.time / 1000), now);
    if (now < this.#lastSecond - 5) this.#forgetRecentPast(now);
    // What only tells of an endpoint or a crash has measured nothing.
    if (report.requests.length + report.tcp.length > 0) this.#measuredUntil(report, second);
    if (now - this.#lastPrune >= pruneEverySeconds) this.#prune(now);
    if (report.waiting) this.#waiting = report.waiting;
    for (const delta of report.requests) this.#addRequests(delta, second);
    for (const delta of report.tcp) this.#addTcp(delta, second);
  }

  /**
   * A row holds what was reported in its second: usually what happened in the second before the report. The row of an early
   * report holds less of it, or more if the regular one of its second had come; rates must know by how much.
   */
  #measuredUntil({ time, early }: DataPlaneReport, second: number): void {
    this.#firstSecond ??= second;
    this.#lastSecond = Math.max(this.#lastSecond, second);
    const phase = time % 1000;
    if (early === undefined) this.#phase = phase;
    this.#ahead = (phase - (this.#phase ?? phase)) / 1000;
  }

  /** Series of requests in the order they were first seen. */
  requestSeries(): Iterable<RequestSeries> {
    return this.#requests.values();
  }

  tcpSeries(): Iterable<TcpSeries> {
    return this.#tcp.values();
  }

  traffic(seconds: number, idleSeconds = 0): TrafficWindow {
    const { until, ahead } = this.#endOfWindow();
    const traffic = readTraffic(this.#requests.values(), this.#tcp.values(), {
      after: until - Math.min(seconds, this.#keepSeconds),
      until,
      ahead,
      since: this.#firstSecond,
      idleSeconds,
    });
    return this.#waiting.length === 0 ? traffic : { ...traffic, waiting: this.#waiting };
  }

  slices(seconds: number, step: number): readonly TrafficWindow[] {
    const { until, ahead } = this.#endOfWindow();
    const after = until - Math.min(seconds, this.#keepSeconds);
    const bounds = { after, until, ahead, since: this.#firstSecond, step };
    return readSlices(this.#requests.values(), this.#tcp.values(), bounds);
  }

  warnings(): readonly string[] {
    return this.#overflowed === 0
      ? []
      : [
          `More than ${this.#maxLabelSets} combinations of labels: ${this.#overflowed} requests or connections are counted as "${overflow}" and missing in the graph.`,
        ];
  }

  /**
   * Reports come once a second, so the second that runs has none yet: a window ends with the last report, unless reports
   * stopped coming.
   */
  #endOfWindow(): { readonly until: number; readonly ahead: number } {
    const now = Math.floor(this.#now() / 1000);
    return now - this.#lastSecond <= 2 ? { until: this.#lastSecond, ahead: this.#ahead } : { until: now, ahead: 0 };
  }

  #addRequests(delta: RequestDelta, second: number): void {
    const series = this.#requestSeriesOf(delta);
    series.count += delta.count;
    series.lastSeen = second;
    addHistogram(series.duration, delta.duration);
    addHistogram(series.requestBytes, delta.requestBytes);
    addHistogram(series.responseBytes, delta.responseBytes);
    const add = series.buckets.row(second, delta.generation);
    add(0, delta.count);
    add(1, delta.duration.sum);
    delta.duration.counts.forEach((count, index) => {
      if (count !== 0 && index < requestColumns - 2) add(index + 2, count);
    });
    for (const [instance, count] of Object.entries(delta.instances)) {
      let buckets = series.instances.get(instance);
      if (!buckets) {
        if (series.instances.size >= maxInstancesPerSeries) continue;
        series.instances.set(instance, (buckets = new TimeBuckets(this.#bucketOptions(1))));
      }
      buckets.row(second, delta.generation)(0, count);
    }
  }

  #requestSeriesOf(delta: RequestDelta): RequestSeries {
    const key = requestKey(delta.labels);
    const present = this.#requests.get(key);
    if (present) return present;
    if (this.#isFull(this.#requests.size, key, delta.labels)) {
      this.#overflowed += delta.count;
      return this.#requestSeriesOf({ ...delta, labels: overflowLabels(delta.labels) });
    }
    const series: RequestSeries = {
      labels: delta.labels,
      count: 0,
      duration: emptyHistogram(durationBuckets.length),
      requestBytes: emptyHistogram(byteBuckets.length),
      responseBytes: emptyHistogram(byteBuckets.length),
      buckets: new TimeBuckets(this.#bucketOptions(requestColumns)),
      instances: new Map(),
      lastSeen: 0,
    };
    this.#requests.set(key, series);
    return series;
  }

  #addTcp(delta: TcpDelta, second: number): void {
    const series = this.#tcpSeriesOf(delta);
    series.opened += delta.opened;
    series.closed += delta.closed;
    series.sentBytes += delta.sentBytes;
    series.receivedBytes += delta.receivedBytes;
    series.lastSeen = second;
    const add = series.buckets.row(second, 0);
    add(0, delta.opened);
    add(1, delta.closed);
    add(2, delta.sentBytes);
    add(3, delta.receivedBytes);
  }

  #tcpSeriesOf(delta: TcpDelta): TcpSeries {
    const key = tcpKey(delta.labels);
    const present = this.#tcp.get(key);
    if (present) return present;
    if (this.#isFull(this.#tcp.size, key, delta.labels)) {
      this.#overflowed += delta.opened;
      return this.#tcpSeriesOf({ ...delta, labels: overflowLabels(delta.labels) });
    }
    const series: TcpSeries = {
      labels: delta.labels,
      opened: 0,
      closed: 0,
      sentBytes: 0,
      receivedBytes: 0,
      buckets: new TimeBuckets(this.#bucketOptions(4)),
      lastSeen: 0,
    };
    this.#tcp.set(key, series);
    return series;
  }

  #isFull(size: number, key: string, labels: TcpLabels): boolean {
    return (size >= this.#maxLabelSets || key.length > longestKey) && labels.source_workload !== overflow;
  }

  #bucketOptions(width: number): TimeBucketOptions {
    const fineRows = Math.min(fineSeconds, this.#keepSeconds);
    const coarseRows = Math.max(1, Math.ceil((this.#keepSeconds - fineRows) / coarseStep));
    return { width, step: 1, fineRows, coarseStep, coarseRows };
  }

  #prune(now: number): void {
    this.#lastPrune = now;
    const oldest = now - this.#keepSeconds;
    for (const [key, series] of this.#requests) if (series.lastSeen < oldest) this.#requests.delete(key);
    for (const [key, series] of this.#tcp) if (series.lastSeen < oldest) this.#tcp.delete(key);
  }

  /** The clock was set back: rows from the future would hide what happens now. Counters stay. */
  #forgetRecentPast(now: number): void {
    this.#firstSecond = undefined;
    this.#lastSecond = 0;
    this.#lastPrune = now;
    for (const [key, series] of this.#requests) {
      const buckets = new TimeBuckets(this.#bucketOptions(requestColumns));
      this.#requests.set(key, { ...series, buckets, instances: new Map(), lastSeen: now });
    }
    for (const [key, series] of this.#tcp) {
      this.#tcp.set(key, { ...series, buckets: new TimeBuckets(this.#bucketOptions(4)), lastSeen: now });
    }
  }
}

function emptyHistogram(bounds: number): CumulativeHistogram {
  return { counts: new Array<number>(bounds + 1).fill(0), sum: 0 };
}

function addHistogram(into: CumulativeHistogram, delta: HistogramDelta): void {
  delta.counts.forEach((count, index) => {
    if (count !== 0 && index < into.counts.length) into.counts[index] = (into.counts[index] ?? 0) + count;
  });
  into.sum += delta.sum;
}
