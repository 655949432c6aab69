import type { HashPolicy, Upstream, UpstreamEndpoint } from '../../policy/semantics/routing/compiled.ts';

export interface Timer {
  cancel(): void;
}

export interface BalancerEvent {
  readonly endpoint: string;
  readonly type: 'ejected' | 'returned' | 'check-failed' | 'check-passed';
  readonly detail: string;
}

export interface BalancerDependencies {
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** Uniform in [0, 1). */
  random(): number;
  setTimer(fn: () => void, ms: number): Timer;
  onEvent(event: BalancerEvent): void;
}

export interface PickContext {
  /** 32 bits, from `hashRequest`; absent: ring hash and maglev pick at random. */
  readonly hash?: number;
  /** Ids of endpoints this request already tried. */
  readonly tried?: ReadonlySet<string>;
}

/** What became of a request or connection that `started`. `cancelled`: the caller went away, nobody is to blame. */
export type RequestOutcome =
  | { readonly type: 'response'; readonly status: number }
  | { readonly type: 'connect-failure' | 'reset' | 'timeout' | 'cancelled' };

export class UpstreamBalancer {
  #upstream: Upstream;
  constructor(upstream: Upstream, _deps: BalancerDependencies) {
    this.#upstream = upstream;
  }
  update(upstream: Upstream): void {
    this.#upstream = upstream;
  }
  /** `undefined`: no healthy upstream (UH). */
  pick(_context: PickContext): UpstreamEndpoint | undefined {
    throw new Error('in work');
  }
  started(_endpoint: string): void {
    throw new Error('in work');
  }
  finished(_endpoint: string, _outcome: RequestOutcome): void {
    throw new Error('in work');
  }
  checked(_endpoint: string, _passed: boolean, _detail: string): void {
    throw new Error('in work');
  }
  get hashPolicy(): HashPolicy | undefined {
    const policy = this.#upstream.loadBalancer;
    return 'hash' in policy ? policy.hash : undefined;
  }
  dispose(): void {
    throw new Error('in work');
  }
}
