import { UpstreamBalancer } from '../../../../src/engine/dataplane/balance/upstream-balancer.ts';
import type { BalancerEvent } from '../../../../src/engine/dataplane/balance/balancer-dependencies.ts';
import type {
  LoadBalancerPolicy,
  OutlierDetection,
  Upstream,
  UpstreamEndpoint,
} from '../../../../src/engine/policy/semantics/routing/compiled.ts';
import { FakeClock } from './fake-clock.ts';

export function endpoint(id: string, change: Partial<UpstreamEndpoint> = {}): UpstreamEndpoint {
  return {
    id,
    address: '127.0.0.1',
    port: 9080,
    weight: 1,
    health: 'healthy',
    workload: id,
    namespace: 'bookinfo',
    app: 'reviews',
    version: 'v1',
    labels: {},
    principal: '',
    inboundTls: 'none',
    ...change,
  };
}

export const outlierDefaults: OutlierDetection = {
  consecutive5xx: 5,
  consecutiveGatewayErrors: 0,
  splitExternalLocalOriginErrors: false,
  consecutiveLocalOriginFailures: 5,
  intervalMs: 10_000,
  baseEjectionMs: 30_000,
  maxEjectionMs: 300_000,
  maxEjectionPercent: 100,
  minHealthPercent: 0,
};

export function upstream(
  endpoints: readonly UpstreamEndpoint[],
  loadBalancer: LoadBalancerPolicy = { type: 'round-robin' },
  outlier?: Partial<OutlierDetection>,
): Upstream {
  return {
    id: 'outbound|9080||reviews.bookinfo.svc.cluster.local',
    host: 'reviews.bookinfo.svc.cluster.local',
    namespace: 'bookinfo',
    service: 'reviews',
    port: 9080,
    protocol: 'http',
    loadBalancer,
    ...(outlier ? { outlier: { ...outlierDefaults, ...outlier } } : {}),
    pool: {
      maxConnections: 1024,
      connectTimeoutMs: 10_000,
      maxPendingRequests: 1024,
      maxRequests: 1024,
      maxRequestsPerConnection: 0,
      maxRetries: 3,
      idleTimeoutMs: 3_600_000,
    },
    tls: { mode: 'auto' },
    endpoints,
  };
}

export interface Bench {
  readonly balancer: UpstreamBalancer;
  readonly clock: FakeClock;
  readonly events: BalancerEvent[];
  /** Ids of the next picks; `-` where there is none. */
  picks(count: number, context?: { readonly hash?: number; readonly tried?: ReadonlySet<string> }): string;
  /** How often each endpoint comes in so many picks. */
  histogram(count: number): Map<string, number>;
}

/** A balancer with a fake clock; `random` returns 0 unless given. */
export function bench(config: Upstream, random: () => number = () => 0): Bench {
  const clock = new FakeClock();
  const events: BalancerEvent[] = [];
  const balancer = new UpstreamBalancer(config, {
    now: clock.now,
    setTimer: clock.setTimer,
    random,
    onEvent: (event) => void events.push(event),
  });
  return {
    balancer,
    clock,
    events,
    picks: (count, context = {}) => Array.from({ length: count }, () => balancer.pick(context)?.id ?? '-').join(' '),
    histogram: (count) => {
      const counts = new Map<string, number>();
      for (let turn = 0; turn < count; turn++) {
        const id = balancer.pick({})?.id ?? '-';
        counts.set(id, (counts.get(id) ?? 0) + 1);
      }
      return counts;
    },
  };
}

/** A generator that returns these numbers in turn, over and over. */
export function scripted(...values: readonly number[]): () => number {
  let turn = 0;
  return () => values[turn++ % values.length] ?? 0;
}
