import type { ResponseHead } from '../http/message-head.ts';
import { isSocketPath } from '../endpoint-address.ts';
import { backoff, isIdempotent, retriesFailure, retriesResponse, type RetryBudget } from './retry-policy.ts';
import type { RetryEvent } from './exchange-report.ts';
import type { ResponseFlag } from './response-flags.ts';
import { epochTime, type Runtime } from './runtime.ts';
import type { UpstreamAttempt } from './upstream-attempt.ts';
import type { UpstreamFailure } from './upstream-failure.ts';

const mostReconnects = 3;

const noEvents: readonly RetryEvent[] = [];

/** What is decided: to try again (after a pause), or why not although the policy would. */
export type RetryDecision = 'retry' | 'no' | Extract<ResponseFlag, 'URX' | 'UO'>;

/** Retries of one request: what its policy still allows, where it has been, and what to tell of it. */
export class RetryState {
  /** Endpoints to avoid. */
  tried: Set<string> | undefined;
  /** Retries by policy so far. */
  retried = 0;
  readonly #budget: RetryBudget;
  readonly #avoidPreviousHosts: boolean;
  readonly #backoffMs: number;
  #reconnected = 0;
  #counted: { retries: number } | undefined;
  #events: RetryEvent[] | undefined;

  constructor(budget: RetryBudget, policy: { readonly avoidPreviousHosts: boolean; readonly backoffMs: number }) {
    this.#budget = budget;
    this.#avoidPreviousHosts = policy.avoidPreviousHosts;
    this.#backoffMs = policy.backoffMs;
  }

  get events(): readonly RetryEvent[] {
    return this.#events ?? noEvents;
  }

  afterResponse(attempt: UpstreamAttempt, head: ResponseHead, replayable: boolean): RetryDecision {
    return retriesResponse(this.#budget.conditions, head) ? this.#afford(attempt, replayable) : 'no';
  }

  afterFailure(attempt: UpstreamAttempt, failure: UpstreamFailure, replayable: boolean): RetryDecision {
    const started = attempt.connection !== undefined;
    return retriesFailure(this.#budget.conditions, failure.kind, started) ? this.#afford(attempt, replayable) : 'no';
  }

  /**
   * A kept-alive connection may be closed by the server at the moment it is used again; a server that has answered before
   * may have died. A request that may be repeated is then sent once more, whatever the policy says: Envoy would answer 503
   * UC here. Where much died at once (a node, the way to a cluster), the next one may be such a connection again. Of a pod
   * behind a tunnel a connection that is refused looks no different from one that broke.
   */
  reconnects(attempt: UpstreamAttempt, failure: UpstreamFailure, method: string): boolean {
    const isTunnelled = isSocketPath(attempt.pool.endpoint.address);
    if (
      failure.kind !== 'connection-termination' ||
      attempt.answered ||
      !(attempt.reused || isTunnelled || (attempt.pool.answered && this.#reconnected === 0)) ||
      this.#reconnected >= mostReconnects ||
      !isIdempotent(method)
    ) {
      return false;
    }
    this.#reconnected++;
    attempt.pool.dropIdle();
    return true;
  }

  /** Books a retry by policy; returns how long to wait before it. */
  count(attempt: UpstreamAttempt, runtime: Runtime): number {
    this.retried++;
    if (this.#counted === undefined) {
      this.#counted = attempt.upstream;
      attempt.upstream.retries++;
    }
    return backoff(this.retried, this.#backoffMs, runtime.random());
  }

  note(attempt: UpstreamAttempt, name: 'retry' | 'reconnect', reason: string, runtime: Runtime): void {
    const { endpoint } = attempt.pool;
    if (this.#avoidPreviousHosts) (this.tried ??= new Set()).add(endpoint.id);
    (this.#events ??= []).push({
      time: epochTime(runtime.now()),
      name,
      attributes: { 'retry.attempt': this.retried, 'peer.instance': endpoint.id, reason },
    });
  }

  /** The request is over: others may retry now. */
  release(): void {
    if (this.#counted !== undefined) this.#counted.retries--;
    this.#counted = undefined;
  }

  #afford({ upstream }: UpstreamAttempt, replayable: boolean): RetryDecision {
    if (this.#budget.attempts === 0 || !replayable) return 'no';
    if (this.retried >= this.#budget.attempts) return 'URX';
    return this.#counted === undefined && upstream.retries >= upstream.upstream.pool.maxRetries ? 'UO' : 'retry';
  }
}
