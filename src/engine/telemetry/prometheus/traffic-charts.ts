import type { SliceScope, TrafficWindow } from '../traffic.ts';
import type { InstantSample, PrometheusApi, RangeSeries } from './prometheus-api.ts';
import type { PrometheusSourceOptions } from './prometheus-source-options.ts';
import { clusterNames } from './read-traffic-window.ts';
import { noAnswers, trafficFromSamples } from './traffic-from-samples.ts';
import { rateQuery, scopeSelection } from './traffic-queries.ts';

export interface ChartQuestion {
  readonly seconds: number;
  readonly step: number;
  readonly scope: SliceScope;
}

interface Chart {
  readonly readAt: number;
  readonly slices: readonly TrafficWindow[];
}

const mostCharts = 8;
/** A rate needs two samples, and proxies are rarely scraped more seldom than twice a minute. Seconds. */
const shortestRange = 60;

/** The recent past of one element, from two range queries over what concerns it. The last few charts are kept. */
export class TrafficCharts {
  readonly #options: PrometheusSourceOptions;
  readonly #serverNow: () => number;
  readonly #charts = new Map<string, Chart>();
  #reading: { readonly key: string; readonly done: Promise<void> } | undefined;

  /** `serverNow`: seconds of the server's clock. */
  constructor(options: PrometheusSourceOptions, serverNow: () => number) {
    this.#options = options;
    this.#serverNow = serverNow;
  }

  clear(): void {
    this.#charts.clear();
  }

  slices(question: ChartQuestion): readonly TrafficWindow[] {
    return this.#charts.get(keyOf(question))?.slices ?? [];
  }

  /** Reads a chart unless it is fresh. One at a time; never rejects: a chart that cannot be read stays as it was. */
  async prepare(api: PrometheusApi, question: ChartQuestion, signal: AbortSignal): Promise<void> {
    const key = keyOf(question);
    while (this.#reading) {
      const { key: other, done } = this.#reading;
      await done;
      if (other === key) return;
    }
    const freshMs = Math.min(30_000, Math.max(2000, question.step * 500));
    const chart = this.#charts.get(key);
    if (signal.aborted || (chart && this.#options.now() - chart.readAt < freshMs)) return;
    const done = this.#read(api, key, question, signal).catch(() => undefined);
    this.#reading = { key, done };
    await done;
    this.#reading = undefined;
  }

  async #read(api: PrometheusApi, key: string, question: ChartQuestion, signal: AbortSignal): Promise<void> {
    const { seconds, step, scope } = question;
    const end = Math.floor(this.#serverNow() / step) * step;
    const range = { start: end - Math.max(step, Math.floor(seconds / step) * step) + step, end, step };
    const selection = scopeSelection(scope);
    const over = Math.max(step, shortestRange);
    const [requests, durations] = await Promise.all([
      api.queryRange(rateQuery('requests', selection, over, true), range, { signal }),
      api.queryRange(rateQuery('durations', selection, over), range, { signal }),
    ]);
    if (signal.aborted) return;
    const slices: TrafficWindow[] = [];
    for (let time = range.start; time <= range.end; time += step) {
      slices.push(this.#slice(time, step, samplesAt(requests.series, time), samplesAt(durations.series, time)));
    }
    this.#charts.delete(key);
    this.#charts.set(key, { readAt: this.#options.now(), slices });
    for (const old of this.#charts.keys()) {
      if (this.#charts.size <= mostCharts) break;
      this.#charts.delete(old);
    }
  }

  #slice(time: number, step: number, requests: InstantSample[], durations: InstantSample[]): TrafficWindow {
    const until = time * 1000;
    // No sample at all: nobody measured then. A zero would say that nothing flowed.
    if (requests.length === 0) return { until, seconds: 0, requests: [], tcp: [] };
    const { cluster, clusterIds, waypoints } = this.#options;
    const answers = { ...noAnswers, requests, durations };
    return trafficFromSamples(answers, {
      seconds: step,
      until,
      clusterOf: clusterNames(answers, { cluster, clusterIds: clusterIds?.() ?? [] }),
      waypoints: waypoints?.() ?? new Set(),
    }).traffic;
  }
}

function keyOf({ seconds, step, scope }: ChartQuestion): string {
  return JSON.stringify([seconds, step, scope]);
}

function samplesAt(series: readonly RangeSeries[], time: number): InstantSample[] {
  return series.flatMap(({ labels, values }) => {
    const value = values.get(time);
    return value === undefined ? [] : [{ labels, value }];
  });
}
