import type { RequestLabels } from '../dataplane/report.ts';
import type { TcpLabels } from './request-labels.ts';
import type { TimeBuckets } from './time-buckets.ts';

/** A histogram since the series began. */
export interface CumulativeHistogram {
  /** Not cumulative over bounds; one more than bounds. */
  readonly counts: number[];
  sum: number;
}

/** Everything known of one label set of requests. */
export interface RequestSeries {
  readonly labels: RequestLabels;
  count: number;
  readonly duration: CumulativeHistogram;
  readonly requestBytes: CumulativeHistogram;
  readonly responseBytes: CumulativeHistogram;
  /** Columns: requests, milliseconds, then a count for each duration bucket. Tagged with the config generation. */
  readonly buckets: TimeBuckets;
  readonly instances: Map<string, TimeBuckets>;
  /** Second of the last request. */
  lastSeen: number;
}

/** Everything known of one label set of TCP connections. */
export interface TcpSeries {
  readonly labels: TcpLabels;
  opened: number;
  closed: number;
  sentBytes: number;
  receivedBytes: number;
  /** Columns: opened, closed, sent, received. */
  readonly buckets: TimeBuckets;
  lastSeen: number;
}
