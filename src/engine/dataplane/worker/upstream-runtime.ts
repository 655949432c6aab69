import { UpstreamBalancer, type PickContext } from '../balance/upstream-balancer.ts';
import type { Upstream, UpstreamEndpoint } from '../../policy/semantics/routing/compiled.ts';
import type { LinkTls } from '../tls/link-security.ts';
import { EndpointPool, type PoolShare } from './endpoint-pool.ts';
import type { Runtime } from './runtime.ts';
import type { TelemetryRecorder } from './telemetry-recorder.ts';

export interface UpstreamDependencies {
  readonly runtime: Runtime;
  readonly link: LinkTls;
  readonly recorder: TelemetryRecorder;
  /** False for upstreams the mesh does not know (the own application, passed-through hosts): they are no endpoints of it. */
  readonly reportsEndpoints: boolean;
}

/** A live upstream of one proxy: balancer, connection pools and circuit breakers. Survives changes of its config. */
export class UpstreamRuntime implements PoolShare {
  readonly link: LinkTls;
  readonly cluster: string;
  readonly balancer: UpstreamBalancer;
  upstream: Upstream;
  connections = 0;
  pending = 0;
  /** Requests under way. */
  requests = 0;
  /** Retries under way. */
  retries = 0;
  readonly #deps: UpstreamDependencies;
  readonly #pools = new Map<string, EndpointPool>();

  constructor(upstream: Upstream, deps: UpstreamDependencies) {
    this.upstream = upstream;
    this.#deps = deps;
    this.link = deps.link;
    this.cluster = deps.recorder.identity.cluster;
    this.balancer = new UpstreamBalancer(upstream, {
      now: () => deps.runtime.now(),
      random: () => deps.runtime.random(),
      setTimer: (fn, ms) => deps.runtime.setTimer(fn, ms),
      onEvent: (event) => this.#report(event.endpoint, event.type, event.detail),
    });
  }

  now(): number {
    return this.#deps.runtime.now();
  }

  /** Applies a new config: endpoints that left are drained, the others keep their connections. */
  update(upstream: Upstream): void {
    this.upstream = upstream;
    this.balancer.update(upstream);
    const present = new Map(upstream.endpoints.map((endpoint) => [endpoint.id, endpoint]));
    for (const [id, pool] of [...this.#pools]) {
      const endpoint = present.get(id);
      const moved =
        endpoint !== undefined && (endpoint.address !== pool.endpoint.address || endpoint.port !== pool.endpoint.port);
      if (endpoint === undefined || moved) {
        this.#pools.delete(id);
        pool.drain();
      } else pool.update(endpoint);
    }
  }

  /** Chooses where the next try goes; `undefined` is Envoy's UH. */
  pick(context: PickContext): EndpointPool | undefined {
    const endpoint = this.balancer.pick(context);
    return endpoint && this.poolOf(endpoint);
  }

  poolOf(endpoint: UpstreamEndpoint): EndpointPool {
    let pool = this.#pools.get(endpoint.id);
    if (pool === undefined) {
      pool = new EndpointPool(endpoint, this);
      this.#pools.set(endpoint.id, pool);
    }
    return pool;
  }

  onReachable(endpoint: UpstreamEndpoint, reachable: boolean, detail: string): void {
    this.#report(endpoint.id, reachable ? 'connected' : 'connect-failed', detail);
  }

  sweep(now: number): void {
    for (const pool of this.#pools.values()) pool.sweep(now);
  }

  /** Requests are under way. */
  get busy(): boolean {
    return this.connections + this.pending + this.requests > 0;
  }

  /** Requests under way finish; idle connections close. */
  drain(): void {
    for (const pool of this.#pools.values()) pool.drain();
  }

  close(): void {
    for (const pool of this.#pools.values()) pool.close();
    this.#pools.clear();
    this.balancer.dispose();
  }

  #report(
    endpoint: string,
    type: 'connect-failed' | 'connected' | 'ejected' | 'returned' | 'check-failed' | 'check-passed',
    detail: string,
  ): void {
    const { recorder, reportsEndpoints } = this.#deps;
    if (!reportsEndpoints) return;
    recorder.endpoint({
      time: Date.now(),
      observer: recorder.identity.instance,
      upstream: this.upstream.id,
      endpoint,
      type,
      detail,
    });
  }
}
