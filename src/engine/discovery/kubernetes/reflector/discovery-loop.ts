import { discoverResources, DiscoveryRefused } from '../resources/discover-resources.ts';
import type { ServedResources } from '../resources/served-resources.ts';
import { KubeFailure, type KubeTransport } from '../transport/kube-transport.ts';
import { Backoff } from './backoff.ts';
import type { Clock, Timer } from './clock.ts';
import type { Reachability } from './reachability.ts';
import { retryAfterOf } from './refusal.ts';

export interface DiscoveryLoopOptions {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  readonly reachability: Pick<Reachability, 'trouble' | 'suspect'>;
  readonly groups: ReadonlySet<string>;
  /** `undefined`: the server does not tell this user what it serves. */
  readonly onServed: (served: ServedResources | undefined) => void;
  /** What is wrong, for people; undefined once it is well. */
  readonly onProblem: (message: string | undefined) => void;
}

/** A definition is served some moments after it was stored, and the list of what is served is older still. */
const looksAfterHint = [200, 1000, 2500, 5000];
const pollMs = 30_000;

/** Keeps in step with what a server serves. It is told when to look; where nobody can tell it, it looks every half minute. */
export class DiscoveryLoop {
  readonly #options: DiscoveryLoopOptions;
  readonly #backoff: Backoff;
  readonly #abort = new AbortController();
  #served: ServedResources | undefined;
  #looks: Timer[] = [];
  #again: Timer | undefined;
  #poll: Timer | undefined;
  #isPolling = false;
  #isLooking = false;
  #lookAfterwards = false;

  constructor(options: DiscoveryLoopOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.clock, {
      firstMs: 250,
      slowestMs: 3500,
      patientMs: 15_000,
      patienceMs: 120_000,
    });
  }

  start(): void {
    void this.#look();
  }

  /** Something was defined or removed, or a kind is not there that should be. */
  hint(): void {
    for (const look of this.#looks) look.cancel();
    this.#looks = looksAfterHint.map((ms) => this.#options.clock.setTimer(() => void this.#look(), ms));
  }

  /** Looks now. */
  retry(): void {
    void this.#look();
  }

  /** Whether it looks by itself, as nobody tells it of definitions. */
  setPolling(isPolling: boolean): void {
    if (this.#isPolling === isPolling) return;
    this.#isPolling = isPolling;
    this.#poll?.cancel();
    if (isPolling) this.#armPoll();
  }

  dispose(): void {
    this.#abort.abort();
    for (const timer of [...this.#looks, this.#again, this.#poll]) timer?.cancel();
  }

  #armPoll(): void {
    this.#poll = this.#options.clock.setTimer(() => {
      this.#armPoll();
      void this.#look();
    }, pollMs);
  }

  async #look(): Promise<void> {
    if (this.#abort.signal.aborted) return;
    if (this.#isLooking) {
      this.#lookAfterwards = true;
      return;
    }
    this.#isLooking = true;
    this.#again?.cancel();
    try {
      const { transport, groups } = this.#options;
      const served = await discoverResources(transport, { groups, signal: this.#abort.signal });
      this.#found(served.withEarlier(this.#served));
    } catch (error) {
      this.#failed(error);
    }
    this.#isLooking = false;
    if (!this.#lookAfterwards) return;
    this.#lookAfterwards = false;
    void this.#look();
  }

  #found(served: ServedResources | undefined): void {
    if (this.#abort.signal.aborted) return;
    this.#backoff.reset();
    this.#served = served;
    this.#options.onProblem(undefined);
    this.#options.onServed(served);
  }

  #failed(error: unknown): void {
    if (this.#abort.signal.aborted) return;
    const { reachability, clock, onProblem } = this.#options;
    if (error instanceof DiscoveryRefused && (error.status === 403 || error.status === 404)) {
      this.#found(undefined);
      return;
    }
    if (!(error instanceof DiscoveryRefused) && !(error instanceof KubeFailure)) throw error;
    if (error instanceof KubeFailure || error.status === 401) reachability.suspect();
    onProblem(`${error.message} It is asked again every few seconds.`);
    const wish = error instanceof DiscoveryRefused ? (retryAfterOf(error.retryAfter) ?? 0) : 0;
    this.#again = clock.setTimer(
      () => {
        // Its return is what is waited for; who knows of it says `retry`.
        if (!reachability.trouble) void this.#look();
      },
      Math.max(wish, this.#backoff.next()),
    );
  }
}
