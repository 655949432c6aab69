import type { UpstreamEndpoint } from '../../policy/semantics/routing/compiled.ts';
import type { ActiveHealthCheck } from '../data-plane.ts';
import type { Timer } from './upstream-balancer.ts';

export interface ProbeResult {
  readonly passed: boolean;
  readonly detail: string;
}

export interface ActiveCheckDependencies {
  probe(check: ActiveHealthCheck, endpoint: UpstreamEndpoint, signal: AbortSignal): Promise<ProbeResult>;
  endpointsOf(upstream: string): readonly UpstreamEndpoint[];
  /** Called when an endpoint crosses a threshold, with its id. */
  report(upstream: string, endpoint: string, passed: boolean, detail: string): void;
  now(): number;
  random(): number;
  setTimer(fn: () => void, ms: number): Timer;
}

export class ActiveChecks {
  constructor(_checks: readonly ActiveHealthCheck[], _deps: ActiveCheckDependencies) {
    throw new Error('in work');
  }
  update(_checks: readonly ActiveHealthCheck[]): void {
    throw new Error('in work');
  }
  dispose(): void {
    throw new Error('in work');
  }
}
