/** Requests at a fixed rate, whatever becomes of the earlier ones: the load of many independent clients. */
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface LoadOptions {
  /** Port of a proxy on 127.0.0.1 that takes requests in absolute form. */
  readonly proxyPort: number;
  /** Called in turn, in absolute form: `http://orders:8080/`. */
  readonly targets: readonly string[];
  /** Requests a second. */
  readonly rate: number;
}

export interface Failure {
  /** Milliseconds since the start of the load. */
  readonly at: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly target: string;
  /** Status and body, or what became of the connection. */
  readonly what: string;
}

export interface LoadResult {
  readonly sent: number;
  readonly failures: readonly Failure[];
  /** Requests a second that were really sent; below the wanted rate where the machine is too slow. */
  readonly rate: number;
  /** Answers by the instance that gave them. */
  readonly answers: ReadonlyMap<string, number>;
  /** Milliseconds. */
  readonly latency: { readonly p50: number; readonly p99: number; readonly max: number };
}

const tickMs = 5;

/** What is sent later than this after its time is left out: catching up would be a burst nobody asked for. */
const mostBehindMs = 250;

/** Above this many requests under way the machine cannot follow; further ones would only fill its memory. */
const mostUnderWay = 2000;

const requestPatienceMs = 30_000;

export class OpenLoopLoad {
  readonly #options: LoadOptions;
  // Clients bound their connections. Without a bound, each pause of a busy machine would end in a burst of connects that
  // overflows the listener's accept queue, and the kernel resets what it could not keep: no fault of the mesh.
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 64, maxFreeSockets: 64 });
  readonly #started = performance.now();
  readonly #failures: Failure[] = [];
  readonly #latencies: number[] = [];
  readonly #answers = new Map<string, number>();
  readonly #underWay = new Set<Promise<void>>();
  #sent = 0;
  #stopped = false;
  #stoppedAt = 0;
  readonly #loop: Promise<void>;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#loop = this.#run();
  }

  /** Ends the load; resolves when the last answer is there. */
  async stop(): Promise<LoadResult> {
    this.#stopped = true;
    await this.#loop;
    await Promise.all(this.#underWay);
    this.#agent.destroy();
    const sorted = this.#latencies.sort((left, right) => left - right);
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return {
      sent: this.#sent,
      failures: this.#failures,
      rate: (this.#sent * 1000) / (this.#stoppedAt - this.#started),
      answers: this.#answers,
      latency: { p50: at(0.5), p99: at(0.99), max: at(1) },
    };
  }

  async #run(): Promise<void> {
    const { rate, targets } = this.#options;
    let due = performance.now();
    while (!this.#stopped) {
      const now = performance.now();
      due = Math.max(due, now - mostBehindMs);
      for (; due <= now && this.#underWay.size < mostUnderWay; due += 1000 / rate) {
        const target = targets[this.#sent % targets.length] ?? '';
        this.#sent += 1;
        const sending = this.#send(target).finally(() => this.#underWay.delete(sending));
        this.#underWay.add(sending);
      }
      await sleep(tickMs);
    }
    this.#stoppedAt = performance.now();
  }

  async #send(target: string): Promise<void> {
    const started = performance.now();
    const fail = (what: string): void =>
      void this.#failures.push({
        at: Math.round(started - this.#started),
        time: Math.round(performance.timeOrigin + started),
        target,
        what,
      });
    try {
      const { status, instance, body } = await this.#exchange(target);
      if (status !== 200) fail(`${status} ${body.slice(0, 200)}`);
      this.#answers.set(instance, (this.#answers.get(instance) ?? 0) + 1);
      this.#latencies.push(performance.now() - started);
    } catch (error) {
      fail(String(error));
    }
  }

  #exchange(target: string): Promise<{ readonly status: number; readonly instance: string; readonly body: string }> {
    return new Promise((resolve, reject) => {
      const request = http.request(
        {
          host: '127.0.0.1',
          port: this.#options.proxyPort,
          path: target,
          headers: { host: new URL(target).host },
          agent: this.#agent,
          timeout: requestPatienceMs,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              instance: String(response.headers['x-instance'] ?? ''),
              body: Buffer.concat(chunks).toString('utf8'),
            }),
          );
        },
      );
      request.on('timeout', () => request.destroy(new Error(`no answer within ${requestPatienceMs / 1000} s`)));
      request.on('error', reject);
      request.end();
    });
  }
}

/** The numbers of a load as one line for people. */
export function describeLoad({ sent, rate, failures, latency }: LoadResult): string {
  const [p50, p99, max] = [latency.p50, latency.p99, latency.max].map((value) => value.toFixed(1));
  return `${sent} requests at ${rate.toFixed(0)}/s, ${failures.length} failed; latency p50 ${p50} ms, p99 ${p99} ms, max ${max} ms`;
}
