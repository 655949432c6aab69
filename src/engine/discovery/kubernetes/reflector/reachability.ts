import { fieldOf, stringOf } from '../../../../shared/untrusted.ts';
import { KubeFailure, type KubeFailureReason, type KubeTransport } from '../transport/kube-transport.ts';
import { Backoff, type BackoffLimits } from './backoff.ts';
import type { Clock, Timer } from './clock.ts';
import { refusalOfResponse } from './refusal.ts';

/** What keeps the whole server from being read: a failure, refused credentials, or a server that answers with errors. */
export interface ServerTrouble {
  readonly reason: Exclude<KubeFailureReason, 'aborted'> | 'unauthorized' | 'failing';
  /** For people, with a way forward. */
  readonly message: string;
}

export interface ReachabilityListener {
  /** The server was asked: trouble came, went, or is another now, or doubts are cleared. */
  onAnswer(): void;
  /** Connections that were silent since may be dead without having been closed: begin anew, and try what waits. */
  onRenew(): void;
}

export interface ReachabilityLimits {
  /** How often is looked whether the machine slept, and asked whether the server lives while nothing is heard of it. */
  readonly tickMs: number;
  readonly probeTimeoutMs: number;
}

export const usualReachabilityLimits: ReachabilityLimits = { tickMs: 3000, probeTimeoutMs: 5000 };

/** Asked often while somebody may be waiting, more rarely later. */
const usual: BackoffLimits = { firstMs: 500, slowestMs: 3000, patientMs: 3000, patienceMs: 0 };
/** Asking with credentials may run a program or open a browser, and refused credentials are watched by administrators. */
const careful: BackoffLimits = { firstMs: 1000, slowestMs: 3500, patientMs: 60_000, patienceMs: 30_000 };

/** After an answer it is not asked again for this long. */
const restMs = 1000;
/** The wall clock went this much further, or less far, than the timer. */
const clockJumpMs = 8000;

/**
 * Knows whether the server can be reached at all, so that forty reflectors need not find out one by one, and people read
 * one message. It asks `/version`, which every user may read.
 */
export class Reachability {
  readonly #transport: KubeTransport;
  readonly #clock: Clock;
  readonly #listener: ReachabilityListener;
  readonly #limits: ReachabilityLimits;
  #backoff: Backoff;
  #trouble: ServerTrouble | undefined;
  #serverVersion: string | undefined;
  #era = 0;
  #heard = false;
  #isAsking = false;
  #isSuspected = false;
  /** Questions that were sent; the last that was answered well; the last that ended a trouble. */
  #asked = 0;
  #answeredWell = 0;
  #recovered = 0;
  #isDisposed = false;
  #tick: Timer | undefined;
  #next: Timer | undefined;
  readonly #abort = new AbortController();

  constructor(
    transport: KubeTransport,
    clock: Clock,
    listener: ReachabilityListener,
    limits: ReachabilityLimits = usualReachabilityLimits,
  ) {
    this.#transport = transport;
    this.#clock = clock;
    this.#listener = listener;
    this.#limits = limits;
    this.#backoff = new Backoff(clock, usual);
  }

  get trouble(): ServerTrouble | undefined {
    return this.#trouble;
  }

  /** `v1.37.0`, once it was heard. */
  get serverVersion(): string | undefined {
    return this.#serverVersion;
  }

  /** Grows whenever connections became doubtful: who heard something in this era has a live one. */
  get era(): number {
    return this.#era;
  }

  /** Whatever fails now may be the whole server, until it answers a question that is sent from now on. */
  doubt(): number {
    return this.#asked + 1;
  }

  /** The server is well all the same: what failed is a matter of its own. */
  isCleared(doubt: number): boolean {
    return this.#answeredWell >= doubt && !this.isOutdated(doubt);
  }

  /** The doubt is from before a trouble that is over. */
  isOutdated(doubt: number): boolean {
    return doubt <= this.#recovered;
  }

  start(): void {
    this.#arm();
    void this.#ask();
  }

  /** Somebody got something from the server. */
  heard(): void {
    this.#heard = true;
  }

  /** Something failed that may be the whole server: asks it at once, unless that goes on already. */
  suspect(): void {
    if (this.#isAsking || (this.#next && !this.#trouble)) this.#isSuspected = true;
    else if (!this.#next) void this.#ask();
  }

  /** A person wants it to be tried now. */
  retry(): void {
    this.#next?.cancel();
    this.#next = undefined;
    this.#backoff.reset();
    void this.#ask();
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#tick?.cancel();
    this.#next?.cancel();
    this.#abort.abort();
  }

  #arm(): void {
    const before = this.#clock.now();
    this.#tick = this.#clock.setTimer(() => {
      const jump = this.#clock.now() - before - this.#limits.tickMs;
      this.#arm();
      if (Math.abs(jump) > clockJumpMs) {
        // The machine slept: servers and routers have forgotten its connections meanwhile.
        this.#era++;
        this.#listener.onRenew();
        this.retry();
      } else if (!this.#heard) {
        this.suspect();
      }
      this.#heard = false;
    }, this.#limits.tickMs);
  }

  async #ask(): Promise<void> {
    if (this.#isAsking || this.#isDisposed) return;
    this.#isAsking = true;
    this.#isSuspected = false;
    const asked = ++this.#asked;
    const trouble = await this.#probe();
    this.#isAsking = false;
    if (this.#isDisposed) return;
    if (trouble) {
      this.#troubled(trouble);
      return;
    }
    this.#answeredWell = asked;
    if (this.#trouble) this.#recovered = asked;
    this.#well();
  }

  async #probe(): Promise<ServerTrouble | undefined> {
    try {
      const response = await this.#transport.request({
        path: '/version',
        headers: { accept: 'application/json' },
        timeoutMs: this.#limits.probeTimeoutMs,
        maxBytes: 64 * 1024,
        signal: this.#abort.signal,
      });
      if (response.status === 401) return unauthorized;
      if (response.status >= 500) {
        const { message } = refusalOfResponse(response.status, response.headers, response.body);
        return { reason: 'failing', message: failingMessage(response.status, message) };
      }
      if (response.status === 200) this.#serverVersion = versionOf(response.body) ?? this.#serverVersion;
      return undefined;
    } catch (error) {
      if (!(error instanceof KubeFailure)) throw error;
      return { reason: error.reason === 'aborted' ? 'unreachable' : error.reason, message: error.message };
    }
  }

  #troubled(trouble: ServerTrouble): void {
    const before = this.#trouble;
    if (before?.reason !== trouble.reason) {
      if (!before) this.#era++;
      const isCareful = trouble.reason === 'credentials' || trouble.reason === 'unauthorized';
      this.#backoff = new Backoff(this.#clock, isCareful ? careful : usual);
    }
    this.#trouble = trouble;
    this.#next?.cancel();
    this.#next = this.#clock.setTimer(() => {
      this.#next = undefined;
      void this.#ask();
    }, this.#backoff.next());
    if (before?.reason !== trouble.reason || before.message !== trouble.message) this.#listener.onAnswer();
  }

  #well(): void {
    this.#backoff.reset();
    // Many may suspect it at once, and it has just answered.
    this.#next?.cancel();
    this.#next = this.#clock.setTimer(() => {
      this.#next = undefined;
      if (this.#isSuspected) void this.#ask();
    }, restMs);
    const wasTroubled = this.#trouble !== undefined;
    this.#trouble = undefined;
    this.#listener.onAnswer();
    if (wasTroubled) this.#listener.onRenew();
  }
}

const unauthorized: ServerTrouble = {
  reason: 'unauthorized',
  message:
    'The API server refuses the credentials of this context (401). Log in again, or renew the token or certificate in the kubeconfig; it is tried again by itself.',
};

function failingMessage(status: number, words: string): string {
  return `The API server answers with ${status}${words === '' ? '' : ` (${words})`}. What it last said is shown; it is asked again every few seconds.`;
}

function versionOf(body: Buffer): string | undefined {
  try {
    return stringOf(fieldOf(JSON.parse(body.toString('utf8')), 'gitVersion'));
  } catch {
    return undefined;
  }
}
