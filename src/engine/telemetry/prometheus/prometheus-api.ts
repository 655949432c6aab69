/** Prometheus' HTTP API v1, as far as a graph needs it: https://prometheus.io/docs/prometheus/latest/querying/api/. */
import { fieldOf, isRecord, listOf, stringOf, textsOf } from '../../../shared/untrusted.ts';
import type { FormAnswer, PostForm } from './http-post.ts';
import { PrometheusFailure } from './prometheus-failure.ts';

export interface InstantSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface InstantAnswer {
  /** The server's time of the evaluation, in seconds; undefined where there are no samples. */
  readonly time: number | undefined;
  readonly samples: readonly InstantSample[];
  /** `warnings` and `infos` of the server. */
  readonly notes: readonly string[];
}

export interface RangeSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds → value; times where nothing is known are absent. */
  readonly values: ReadonlyMap<number, number>;
}

export interface RangeAnswer {
  readonly series: readonly RangeSeries[];
  readonly notes: readonly string[];
}

export interface Range {
  /** Seconds since the epoch. */
  readonly start: number;
  readonly end: number;
  /** Seconds. */
  readonly step: number;
}

export interface QueryOptions {
  readonly signal?: AbortSignal;
}

export interface PrometheusApiOptions {
  readonly post: PostForm;
  /** Address or place, for messages. */
  readonly shown: string;
  /** For one answer. Default 30,000. */
  readonly timeoutMs?: number;
  /** Bytes of one answer. Default 64 MiB. */
  readonly maxBytes?: number;
}

/** Asks queries. Rejects with `PrometheusFailure` only. */
export class PrometheusApi {
  readonly shown: string;
  readonly #post: PostForm;
  readonly #timeoutMs: number;
  readonly #maxBytes: number;

  constructor({ post, shown, timeoutMs = 30_000, maxBytes = 64 * 1024 * 1024 }: PrometheusApiOptions) {
    this.shown = shown;
    this.#post = post;
    this.#timeoutMs = timeoutMs;
    this.#maxBytes = maxBytes;
  }

  /** `time`: seconds; absent: now, by the server's own clock. */
  async query(expression: string, time?: number, options: QueryOptions = {}): Promise<InstantAnswer> {
    const data = await this.#ask('api/v1/query', expression, time === undefined ? {} : { time: String(time) }, options);
    this.#expectType(data.data, 'vector');
    let at: number | undefined;
    const samples: InstantSample[] = [];
    for (const one of listOf(fieldOf(data.data, 'result'))) {
      const point = pointOf(fieldOf(one, 'value'));
      if (!point) continue;
      at ??= point.time;
      samples.push({ labels: textsOf(fieldOf(one, 'metric')), value: point.value });
    }
    return { time: at, samples, notes: data.notes };
  }

  async queryRange(expression: string, { start, end, step }: Range, options: QueryOptions = {}): Promise<RangeAnswer> {
    const parameters = { start: String(start), end: String(end), step: String(step) };
    const data = await this.#ask('api/v1/query_range', expression, parameters, options);
    this.#expectType(data.data, 'matrix');
    const series = listOf(fieldOf(data.data, 'result')).map((one): RangeSeries => {
      const points = listOf(fieldOf(one, 'values')).flatMap((value) => pointOf(value) ?? []);
      return {
        labels: textsOf(fieldOf(one, 'metric')),
        values: new Map(points.map(({ time, value }) => [time, value])),
      };
    });
    return { series, notes: data.notes };
  }

  async #ask(
    path: string,
    query: string,
    parameters: Readonly<Record<string, string>>,
    { signal }: QueryOptions,
  ): Promise<{ readonly data: unknown; readonly notes: readonly string[] }> {
    const seconds = Math.round(this.#timeoutMs / 1000);
    const late = new AbortController();
    const timer = setTimeout(() => {
      const text = `Prometheus at ${this.shown} gave no answer within ${seconds} s. It is tried again; a shorter window is answered sooner.`;
      late.abort(new PrometheusFailure('timeout', text));
    }, this.#timeoutMs).unref();
    try {
      const answer = await this.#post({
        path,
        // The server gives up in time too, instead of computing for nobody.
        form: new URLSearchParams({ query, ...parameters, timeout: `${Math.max(1, seconds)}s` }),
        signal: signal ? AbortSignal.any([signal, late.signal]) : late.signal,
        maxBytes: this.#maxBytes,
      });
      return this.#read(answer);
    } finally {
      clearTimeout(timer);
    }
  }

  #read(answer: FormAnswer): { readonly data: unknown; readonly notes: readonly string[] } {
    const { status, body } = answer;
    const value = parsed(body);
    const isApi = isRecord(value) && (value['status'] === 'success' || value['status'] === 'error');
    if (isApi && value['status'] === 'success' && status < 300) {
      const notes = [...listOf(value['warnings']), ...listOf(value['infos'])].flatMap((note) => stringOf(note) ?? []);
      return { data: value['data'], notes: notes.map(short) };
    }
    throw this.#failure(status, isApi ? value : undefined, answer);
  }

  #failure(
    status: number,
    value: Readonly<Record<string, unknown>> | undefined,
    answer: FormAnswer,
  ): PrometheusFailure {
    const { shown } = this;
    if (status === 401 || status === 403) {
      const text = `Prometheus at ${shown} refuses the credentials (${status}). Set meshlens.cluster.prometheus to an address with user and password, or to one that needs none.`;
      return new PrometheusFailure('unauthorized', text);
    }
    const type = stringOf(value?.['errorType']) ?? '';
    const error = short(stringOf(value?.['error']) ?? '');
    if (type === 'timeout' || type === 'canceled') {
      const text = `Prometheus at ${shown} ran out of time for a query: ${error}. Choose a shorter window or fewer namespaces.`;
      return new PrometheusFailure('timeout', text);
    }
    if (type === 'bad_data' || type === 'execution' || (value && status === 422)) {
      return new PrometheusFailure('query', `Prometheus at ${shown} cannot answer: ${error}`);
    }
    if (status === 503 || status === 429 || status === 502 || status === 504 || (value && status >= 500)) {
      const why = error === '' ? `it answers ${status}` : error;
      return new PrometheusFailure('unavailable', `Prometheus at ${shown} is not ready: ${why}. It is tried again.`);
    }
    if (value) {
      return new PrometheusFailure(
        'query',
        `Prometheus at ${shown} answers ${status}: ${error || type || 'no reason given'}`,
      );
    }
    return new PrometheusFailure('not-prometheus', noPrometheus(status, answer, shown));
  }

  #expectType(data: unknown, type: string): void {
    const given = stringOf(fieldOf(data, 'resultType'));
    if (given === type) return;
    const text = `What answers at ${this.shown} is no Prometheus: it gives ${given ?? 'nothing'} where its API gives a ${type}.`;
    throw new PrometheusFailure('not-prometheus', text);
  }
}

function noPrometheus(status: number, { contentType, body }: FormAnswer, shown: string): string {
  if (status >= 300 && status < 400) {
    return `${shown} redirects elsewhere (${status}), as login pages do. Give an address that answers by itself, with user and password where it wants them.`;
  }
  if (status === 404) {
    return `There is no Prometheus API at ${shown} (404). If it is served below a path, add that to the address.`;
  }
  const isHtml = contentType.includes('html') || /^\s*<(!doctype|html)/i.test(body.slice(0, 200));
  return isHtml
    ? `A web page answers at ${shown} (${status}), not the API of a Prometheus. Is it a login page, Grafana, or another service?`
    : `What answers at ${shown} (${status}) is not the API of a Prometheus.`;
}

/** Errors of Prometheus repeat the query, which can be long. */
function short(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** `[1700000000.123, "0.5"]`. Not a number, as rates of nothing are, is left out. */
function pointOf(value: unknown): { readonly time: number; readonly value: number } | undefined {
  const [time, text] = listOf(value);
  if (typeof time !== 'number' || typeof text !== 'string') return undefined;
  const number = text === '+Inf' ? Infinity : Number(text);
  return Number.isFinite(number) ? { time, value: number } : undefined;
}
