import { setTimeout as delay } from 'node:timers/promises';
import type { Span } from '../../shared/traces.ts';
import { encodeOtlpJson } from './otlp-encoder.ts';

export interface OtlpExporterOptions {
  /** `http://localhost:4318`, or the whole URL of a traces endpoint. */
  readonly endpoint: string;
  /** Sent with every request, for example an API key. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Spans that wait; what comes when it is full is dropped. Default 4096. */
  readonly queueLimit?: number;
  /** Default 512. */
  readonly batchSize?: number;
  /** How long a span waits for others. Default 1000. */
  readonly delayMs?: number;
  /** Default 5. */
  readonly maxAttempts?: number;
  /** First back-off; doubles each time, with jitter. Default 500. */
  readonly backoffMs?: number;
  /** Told once when exporting begins to fail, and once when it works again. */
  readonly onState?: (state: { readonly ok: boolean; readonly message: string }) => void;
  /** 0 to 1; spreads retries. Default `Math.random`. */
  readonly random?: () => number;
}

export interface OtlpExporterStatistics {
  readonly exported: number;
  readonly dropped: number;
  readonly waiting: number;
}

/** Answers after which the same spans are sent again, by the OTLP specification. */
const retriable = new Set([429, 502, 503, 504]);
const requestTimeoutMs = 10_000;
const maxBackoffMs = 30_000;

/**
 * Sends spans to an OTLP/HTTP endpoint in batches, as JSON. Never makes the caller wait: what the endpoint cannot take in
 * time is dropped and counted. Throws `TypeError` for an endpoint that is no http(s) URL.
 */
export class OtlpExporter {
  readonly #url: string;
  readonly #options: OtlpExporterOptions;
  readonly #queue: Span[] = [];
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #exported = 0;
  #dropped = 0;
  #ok = true;

  constructor(options: OtlpExporterOptions) {
    this.#url = tracesUrl(options.endpoint);
    this.#options = options;
  }

  get statistics(): OtlpExporterStatistics {
    return { exported: this.#exported, dropped: this.#dropped, waiting: this.#queue.length };
  }

  add(spans: readonly Span[]): void {
    if (this.#closing.signal.aborted) return;
    const room = Math.max(0, (this.#options.queueLimit ?? 4096) - this.#queue.length);
    for (const span of spans.slice(0, room)) this.#queue.push(span);
    this.#dropped += Math.max(0, spans.length - room);
    if (this.#queue.length >= this.#batchSize) this.#start();
    else if (this.#queue.length > 0)
      this.#timer ??= setTimeout(() => this.#start(), this.#options.delayMs ?? 1000).unref();
  }

  /** Sends what waits now; resolves when it was sent or given up. */
  async flush(): Promise<void> {
    this.#start();
    await this.#running;
  }

  /** Gives what waits one last chance of `graceMs`, then stops. */
  async close(graceMs = 1000): Promise<void> {
    clearTimeout(this.#timer);
    const stop = setTimeout(() => this.#closing.abort(), graceMs);
    await this.flush();
    clearTimeout(stop);
    this.#closing.abort();
    this.#dropped += this.#queue.length;
    this.#queue.length = 0;
  }

  get #batchSize(): number {
    return this.#options.batchSize ?? 512;
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined;
    });
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0 && !this.#closing.signal.aborted) {
      const batch = this.#queue.splice(0, this.#batchSize);
      if (await this.#send(batch)) this.#exported += batch.length;
      else this.#dropped += batch.length;
    }
  }

  async #send(batch: readonly Span[]): Promise<boolean> {
    const body = encodeOtlpJson(batch);
    const attempts = this.#options.maxAttempts ?? 5;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const result = await this.#post(body);
      this.#tell(result.ok, result.message);
      if (result.ok) return true;
      if (!result.retry || attempt === attempts - 1) return false;
      const doubled = (this.#options.backoffMs ?? 500) * 2 ** attempt;
      const jitter = 0.5 + 0.5 * (this.#options.random ?? Math.random)();
      const wait = Math.min(maxBackoffMs, result.retryAfterMs ?? doubled * jitter);
      const slept = await delay(wait, true, { signal: this.#closing.signal, ref: false }).catch(() => false);
      if (!slept) return false;
    }
    return false;
  }

  async #post(body: string): Promise<{ ok: boolean; retry: boolean; message: string; retryAfterMs?: number }> {
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: { ...this.#options.headers, 'content-type': 'application/json' },
        body,
        redirect: 'error',
        signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(requestTimeoutMs)]),
      });
      await response.body?.cancel();
      if (response.ok) return { ok: true, retry: false, message: `Traces are exported to ${this.#host}.` };
      const after = Number(response.headers.get('retry-after'));
      return {
        ok: false,
        retry: retriable.has(response.status),
        message: `Traces are not exported: ${this.#host} answers ${response.status}.`,
        ...(Number.isFinite(after) && after > 0 ? { retryAfterMs: after * 1000 } : {}),
      };
    } catch {
      return { ok: false, retry: true, message: `Traces are not exported: ${this.#host} cannot be reached.` };
    }
  }

  /** Without path and query, which may carry a token. */
  get #host(): string {
    return new URL(this.#url).host;
  }

  #tell(ok: boolean, message: string): void {
    if (ok === this.#ok) return;
    this.#ok = ok;
    this.#options.onState?.({ ok, message });
  }
}

function tracesUrl(endpoint: string): string {
  const url = new URL(endpoint);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new TypeError(`${url.protocol} is not http or https.`);
  if (url.username !== '' || url.password !== '') throw new TypeError('Credentials in the URL are not supported.');
  if (url.pathname === '/' || url.pathname === '') url.pathname = '/v1/traces';
  return url.href;
}
