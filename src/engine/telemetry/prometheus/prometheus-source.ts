import type { TelemetryStatus } from '../../../shared/cluster.ts';
import type { SliceScope, TrafficSource, TrafficWindow } from '../traffic.ts';
import { IdleMemory } from './idle-memory.ts';
import type { PrometheusApi } from './prometheus-api.ts';
import { PrometheusFailure, type PrometheusFailureReason } from './prometheus-failure.ts';
import type { PrometheusSourceOptions } from './prometheus-source-options.ts';
import { readTrafficWindow, type TrafficAnswer } from './read-traffic-window.ts';
import { TrafficCharts } from './traffic-charts.ts';

interface WindowState {
  readonly seconds: number;
  /** When somebody last wanted it. */
  wantedAt: number;
  /** When it is to be asked again. */
  dueAt: number;
  answer?: TrafficAnswer & { readonly at: number };
  /** Namespaces the answer is about. */
  scope?: string;
}

interface Failure {
  readonly reason: PrometheusFailureReason;
  readonly message: string;
  readonly count: number;
}

/** Nobody wants a window any more that nobody asked for this long. Milliseconds. */
const forgottenAfter = 300_000;
/** An answer that takes longer is called slow. */
const slowMs = 5000;
const quickest = 2500;
const longest = 60_000;
const longestRecent = 600;

/**
 * Istio's metrics in a Prometheus as traffic. Asks only while somebody reads: each `traffic()` gives the last good answer at
 * once, and starts the next round of at most six queries when it is due. One round runs at a time. Rounds come the less
 * often the longer the window and the slower the server; failures are repeated after 5 s, then ever later.
 */
export class PrometheusSource implements TrafficSource {
  readonly #options: PrometheusSourceOptions;
  readonly #windows = new Map<number, WindowState>();
  readonly #idle = new IdleMemory();
  readonly #charts: TrafficCharts;
  #api: PrometheusApi | undefined;
  #without: TelemetryStatus = { state: 'unknown' };
  #ending = new AbortController();
  #round: { readonly startedAt: number; readonly done: Promise<void> } | undefined;
  #tookMs = 0;
  #failure: Failure | undefined;
  /** Seconds that the server's clock is ahead of ours. */
  #clockAhead = 0;
  /** It has answered, if only to say that it is there. */
  #isReached = false;
  #told = '';
  #revision = 0;

  constructor(options: PrometheusSourceOptions) {
    this.#options = options;
    this.#charts = new TrafficCharts(options, () => options.now() / 1000 + this.#clockAhead);
  }

  /** From now on this one is asked. Undefined: none, for the reason that the status says. */
  use(api: PrometheusApi | undefined, without: TelemetryStatus = { state: 'missing' }): void {
    if (api === this.#api && (api !== undefined || sameStatus(without, this.#without))) return;
    this.#ending.abort();
    this.#ending = new AbortController();
    this.#round = undefined;
    this.#api = api;
    this.#without = without;
    this.#failure = undefined;
    this.#isReached = false;
    this.#tookMs = 0;
    for (const state of this.#windows.values()) state.dueAt = 0;
    if (api === undefined) this.#windows.clear();
    this.#charts.clear();
    this.#tell();
  }

  /** Grows with every new number and every new status. */
  get revision(): number {
    return this.#revision;
  }

  get status(): TelemetryStatus {
    if (!this.#api) return this.#without;
    const source = this.#api.shown;
    const newest = this.#newest();
    if (this.#failure) return { state: 'failing', source, message: `${this.#failure.message}${this.#age(newest)}` };
    const running = this.#round ? this.#options.now() - this.#round.startedAt : 0;
    if (Math.max(running, this.#tookMs) > slowMs) {
      const took = Math.round(Math.max(running, this.#tookMs) / 1000);
      const text = `Prometheus at ${source} is slow: ${took} s for an answer.${this.#age(newest)} A shorter window or fewer namespaces are answered sooner.`;
      return { state: 'slow', source, message: text };
    }
    if (!newest && !this.#isReached)
      return { state: 'searching', source, message: `Prometheus at ${source} is asked for the first time.` };
    const [note] = this.#notes();
    return { state: 'connected', source, ...(note === undefined ? {} : { message: note }) };
  }

  /** Why the last round failed; undefined where it did not. */
  get failure(): PrometheusFailureReason | undefined {
    return this.#failure?.reason;
  }

  /** Asks whether it is there, so that the status tells before anybody wants numbers. Never rejects. */
  async probe(): Promise<void> {
    const api = this.#api;
    const { signal } = this.#ending;
    if (!api) return;
    try {
      await api.query('vector(1)', undefined, { signal });
      if (signal.aborted) return;
      this.#isReached = true;
      this.#failure = undefined;
    } catch (error) {
      if (signal.aborted) return;
      this.#failure = failureOf(error, api.shown, 1);
    }
    this.#tell();
  }

  /** What is wanted is asked for at once, however long it would have waited after a failure. */
  retry(): void {
    for (const state of this.#windows.values()) state.dueAt = 0;
  }

  want(seconds: number): void {
    const now = this.#options.now();
    this.#want(seconds, now);
    this.#next(now);
    this.#tellWhenChanged();
  }

  traffic(seconds: number, idleSeconds = 0): TrafficWindow {
    const now = this.#options.now();
    this.want(seconds);
    const state = this.#want(seconds, now);
    // Until this window is answered another one comes nearest; it says itself how long it is.
    const { answer } = state.answer ? state : (this.#nearest(seconds) ?? state);
    if (!answer) return { until: now, seconds: 0, requests: [], tcp: [] };
    const requests = this.#idle.withIdle(answer.traffic.requests, now - idleSeconds * 1000);
    return { ...answer.traffic, requests };
  }

  /** Asks for a window now, and resolves when it is answered or failed. For those who read once. */
  async refresh(seconds: number): Promise<void> {
    const now = this.#options.now();
    const state = this.#want(seconds, now);
    while (this.#round) await this.#round.done;
    if (!this.#api || (state.answer && state.answer.at >= now)) return;
    state.dueAt = 0;
    await this.#start(state);
  }

  prepareSlices(seconds: number, step: number, scope: SliceScope = {}): Promise<void> {
    return this.#api
      ? this.#charts.prepare(this.#api, { seconds, step, scope }, this.#ending.signal)
      : Promise.resolve();
  }

  slices(seconds: number, step: number, scope: SliceScope = {}): readonly TrafficWindow[] {
    return this.#charts.slices({ seconds, step, scope });
  }

  /** What a reader of the graph must know: why there are no numbers, how old they are, what is missing in them. */
  warnings(): readonly string[] {
    const { state, message } = this.status;
    const isNews = state === 'missing' || state === 'failing' || state === 'slow';
    const notes = this.#notes();
    return isNews && message !== undefined ? [message, ...notes] : notes;
  }

  dispose(): void {
    this.#ending.abort();
    this.#api = undefined;
    this.#windows.clear();
  }

  #want(seconds: number, now: number): WindowState {
    const length = Math.max(1, Math.round(seconds));
    let state = this.#windows.get(length);
    if (!state) this.#windows.set(length, (state = { seconds: length, wantedAt: now, dueAt: 0 }));
    state.wantedAt = now;
    // Other namespaces were chosen: what is known is about others.
    if (state.scope !== undefined && state.scope !== this.#scope()) state.dueAt = 0;
    return state;
  }

  #scope(): string {
    return (this.#options.namespaces?.() ?? []).join(' ');
  }

  #next(now: number): void {
    if (this.#round || !this.#api) return;
    for (const [seconds, { wantedAt }] of this.#windows) {
      if (now - wantedAt > forgottenAfter) this.#windows.delete(seconds);
    }
    const due = [...this.#windows.values()]
      .filter(({ dueAt, wantedAt }) => dueAt <= now && now - wantedAt < 2000)
      .sort((a, b) => a.dueAt - b.dueAt)[0];
    if (due) void this.#start(due);
  }

  #start(state: WindowState): Promise<void> {
    const startedAt = this.#options.now();
    const round = { startedAt, done: Promise.resolve() };
    this.#round = round;
    round.done = this.#ask(state, startedAt).finally(() => {
      if (this.#round === round) this.#round = undefined;
    });
    return round.done;
  }

  async #ask(state: WindowState, startedAt: number): Promise<void> {
    const { now, cluster, clusterIds, namespaces, waypoints } = this.#options;
    const { signal } = this.#ending;
    const api = this.#api;
    if (!api) return;
    const scope = this.#scope();
    try {
      const answer = await readTrafficWindow(api, {
        seconds: state.seconds,
        namespaces: namespaces?.() ?? [],
        cluster,
        clusterIds: clusterIds?.() ?? [],
        waypoints: waypoints?.() ?? new Set(),
        now,
        signal,
      });
      if (signal.aborted) return;
      const at = now();
      this.#tookMs = at - startedAt;
      if (answer.serverTime !== undefined) this.#clockAhead = answer.serverTime - at / 1000;
      state.answer = { ...answer, at };
      state.scope = scope;
      const pace = Math.min(longest, Math.max(quickest, (state.seconds * 1000) / 12));
      state.dueAt = at + Math.max(pace, 4 * this.#tookMs);
      this.#failure = undefined;
      // A long window says that something flowed, but not that it did lately.
      if (state.seconds <= longestRecent) this.#idle.saw(answer.traffic.requests, at);
    } catch (error) {
      if (signal.aborted) return;
      const count = (this.#failure?.count ?? 0) + 1;
      this.#failure = failureOf(error, api.shown, count);
      state.dueAt = now() + Math.min(longest, quickest * 2 ** count);
    }
    this.#tell();
  }

  #newest(): (TrafficAnswer & { readonly at: number }) | undefined {
    const wanted = [...this.#windows.values()].filter(({ answer }) => answer).sort((a, b) => b.wantedAt - a.wantedAt);
    return wanted[0]?.answer;
  }

  #nearest(seconds: number): WindowState | undefined {
    const scope = this.#scope();
    return [...this.#windows.values()]
      .filter((state) => state.answer !== undefined && state.scope === scope)
      .sort((a, b) => Math.abs(a.seconds - seconds) - Math.abs(b.seconds - seconds))[0];
  }

  #notes(): readonly string[] {
    return this.#newest()?.notes ?? [];
  }

  #age(newest: { readonly at: number } | undefined): string {
    if (!newest) return '';
    const seconds = Math.round((this.#options.now() - newest.at) / 1000);
    return ` The numbers are ${seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`} old.`;
  }

  #tell(): void {
    this.#told = this.status.state;
    this.#revision++;
    this.#options.onChange?.();
  }

  /** Being slow is seen by looking at the clock only. */
  #tellWhenChanged(): void {
    if (this.#told !== this.status.state) this.#tell();
  }
}

function sameStatus(a: TelemetryStatus, b: TelemetryStatus): boolean {
  return a.state === b.state && a.source === b.source && a.message === b.message;
}

function failureOf(error: unknown, shown: string, count: number): Failure {
  if (error instanceof PrometheusFailure) return { reason: error.reason, message: error.message, count };
  const why = error instanceof Error ? error.message : String(error);
  return { reason: 'unreachable', message: `Prometheus at ${shown} could not be asked: ${why}`, count };
}
