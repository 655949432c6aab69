export interface Timer {
  cancel(): void;
}

export interface BalancerEvent {
  /** Id of the endpoint. */
  readonly endpoint: string;
  readonly type: 'ejected' | 'returned' | 'check-failed' | 'check-passed';
  /** Half a sentence: "5 consecutive 5xx answers; out for 30 s". */
  readonly detail: string;
}

/** Clock, chance and timers of a balancer, given so that tests own them. */
export interface BalancerDependencies {
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** Uniform in [0, 1). */
  random(): number;
  setTimer(fn: () => void, ms: number): Timer;
  onEvent(event: BalancerEvent): void;
}

/** What became of a request or connection that `started`. `cancelled`: the caller went away, nobody is to blame. */
export type RequestOutcome =
  | { readonly type: 'response'; readonly status: number }
  | { readonly type: 'connect-failure' | 'reset' | 'timeout' | 'cancelled' };
