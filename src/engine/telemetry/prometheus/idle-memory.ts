import type { RequestLabels } from '../../dataplane/report.ts';
import { requestKey } from '../request-labels.ts';
import type { TrafficRecord } from '../traffic.ts';
import { emptyHistogram } from './bucket-histograms.ts';

/** Label sets beyond this are not remembered. */
const most = 5000;
const keepMs = 3_600_000;

/** Who was busy lately: Prometheus is asked for what flows only, and an edge shall not vanish between two requests. */
export class IdleMemory {
  readonly #seen = new Map<string, { readonly labels: RequestLabels; at: number }>();

  saw(records: readonly TrafficRecord[], at: number): void {
    for (const { labels } of records) {
      const key = requestKey(labels);
      // The newest stand last, so that the oldest are forgotten first.
      this.#seen.delete(key);
      this.#seen.set(key, { labels, at });
    }
    for (const [key, entry] of this.#seen) {
      if (this.#seen.size <= most && at - entry.at <= keepMs) break;
      this.#seen.delete(key);
    }
  }

  /** The records, and one with a count of 0 for each label set that was busy after `since` and is not now. */
  withIdle(records: readonly TrafficRecord[], since: number): readonly TrafficRecord[] {
    const busy = new Set(records.map(({ labels }) => requestKey(labels)));
    const duration = emptyHistogram(records[0]?.duration.bounds ?? []);
    const idle = [...this.#seen]
      .filter(([key, { at }]) => at > since && !busy.has(key))
      .map(([, { labels }]) => ({ labels, generation: 0, rate: 0, count: 0, duration, instances: {} }));
    return idle.length === 0 ? records : [...records, ...idle];
  }
}
