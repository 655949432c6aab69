/**
 * Chooses an endpoint of one upstream for each request and keeps what it learns of them: requests in flight, passive
 * health (outlier detection), verdicts of active checks. One per proxy and upstream; not shared between proxies, as each
 * Envoy judges for itself.
 *
 * A pick costs O(1) for the policies without weights and allocates nothing. Whatever changes who may be picked (an update, an
 * ejection, a check) recomputes the list of candidates, O(n).
 */
import type {
  HashPolicy,
  LoadBalancerPolicy,
  Upstream,
  UpstreamEndpoint,
} from '../../policy/semantics/routing/compiled.ts';
import type { BalancerDependencies, RequestOutcome } from './balancer-dependencies.ts';
import { LeastRequest, RandomChoice, RoundRobin, type Chooser } from './chooser.ts';
import { ConsistentChooser } from './consistent-chooser.ts';
import { buildHashRing } from './hash-ring.ts';
import { Host, hostKey } from './host.ts';
import { buildMaglevTable } from './maglev-table.ts';
import { OutlierDetector } from './outlier-detector.ts';

export interface PickContext {
  /** 32 bits, from `hashRequest`; absent: ring hash and maglev pick at random. */
  readonly hash?: number | undefined;
  /** Ids of endpoints this request already tried. */
  readonly tried?: ReadonlySet<string> | undefined;
}

/** Istio's `hostSelectionRetryMaxAttempts`. */
const reselectionAttempts = 5;

export class UpstreamBalancer {
  readonly #deps: BalancerDependencies;
  readonly #detector: OutlierDetector;
  readonly #hosts = new Map<string, Host>();
  /** Requests in flight to endpoints that since got another address; their ends must not count for the new one. */
  readonly #stale = new Map<string, number>();
  #upstream: Upstream;
  #candidates: readonly Host[] = [];
  #chooser: Chooser | ConsistentChooser;

  constructor(upstream: Upstream, deps: BalancerDependencies) {
    this.#deps = deps;
    this.#upstream = upstream;
    this.#detector = new OutlierDetector(deps, () => this.#refreshCandidates());
    this.#chooser = this.#createChooser(upstream.loadBalancer);
    this.#apply(upstream);
  }

  /** Keeps the state of endpoints with the same id, address and port; endpoints whose address changed start afresh. */
  update(upstream: Upstream): void {
    const before = this.#upstream;
    this.#upstream = upstream;
    if (!isSamePolicy(before.loadBalancer, upstream.loadBalancer)) {
      if (this.#chooser instanceof ConsistentChooser) this.#chooser.dispose();
      this.#chooser = this.#createChooser(upstream.loadBalancer);
    }
    this.#apply(upstream);
  }

  get hashPolicy(): HashPolicy | undefined {
    const policy = this.#upstream.loadBalancer;
    return policy.type === 'ring-hash' || policy.type === 'maglev' ? policy.hash : undefined;
  }

  /** `undefined`: no healthy upstream (UH). */
  pick(context: PickContext): UpstreamEndpoint | undefined {
    const candidates = this.#candidates;
    const chooser = this.#chooser;
    if (candidates.length <= 1) return candidates[0]?.endpoint;
    if (chooser instanceof ConsistentChooser) return chooser.choose(context.hash, context.tried)?.endpoint;

    let host = chooser.choose();
    const tried = context.tried;
    if (!host || !tried || tried.size === 0) return host?.endpoint;
    for (let attempt = 0; attempt < reselectionAttempts && host && tried.has(host.id); attempt++)
      host = chooser.choose();
    if (!host || !tried.has(host.id)) return host?.endpoint;
    // Envoy would give up here and return a tried host; looking at all of them finds an untried one if there is any.
    const start = Math.floor(this.#deps.random() * candidates.length);
    for (let index = 0; index < candidates.length; index++) {
      const candidate = candidates[(start + index) % candidates.length];
      if (candidate && !tried.has(candidate.id)) return candidate.endpoint;
    }
    return host.endpoint;
  }

  /** A request or connection was handed to the endpoint. */
  started(endpoint: string): void {
    const host = this.#hosts.get(endpoint);
    if (host) host.active++;
  }

  /** Once for each `started`. */
  finished(endpoint: string, outcome: RequestOutcome): void {
    const stale = this.#stale.size === 0 ? undefined : this.#stale.get(endpoint);
    if (stale !== undefined) {
      // Only ids come back, so the oldest requests are taken to end first.
      if (stale > 1) this.#stale.set(endpoint, stale - 1);
      else this.#stale.delete(endpoint);
      return;
    }
    const host = this.#hosts.get(endpoint);
    if (!host) return;
    if (host.active > 0) host.active--;
    this.#detector.record(host, outcome);
  }

  /**
   * The verdict of active checks. A passed check does not end an ejection (Envoy's
   * `successful_active_health_check_uneject_host: false`): an instance that answers its check but fails its requests
   * would come back after a second.
   */
  checked(endpoint: string, passed: boolean, detail: string): void {
    const host = this.#hosts.get(endpoint);
    if (!host || host.checkFailed === !passed) return;
    host.checkFailed = !passed;
    this.#refreshCandidates();
    this.#deps.onEvent({ endpoint, type: passed ? 'check-passed' : 'check-failed', detail });
  }

  dispose(): void {
    this.#detector.dispose();
    if (this.#chooser instanceof ConsistentChooser) this.#chooser.dispose();
    this.#hosts.clear();
    this.#stale.clear();
    this.#candidates = [];
  }

  #apply(upstream: Upstream): void {
    const wanted = new Map<string, UpstreamEndpoint>();
    for (const endpoint of upstream.endpoints) if (!wanted.has(endpoint.id)) wanted.set(endpoint.id, endpoint);
    for (const host of [...this.#hosts.values()]) {
      const endpoint = wanted.get(host.id);
      if (endpoint && hostKey(endpoint) === host.key) {
        host.refresh(endpoint);
        continue;
      }
      this.#detector.forget(host);
      this.#hosts.delete(host.id);
      if (host.active > 0) this.#stale.set(host.id, host.active + (this.#stale.get(host.id) ?? 0));
    }
    // The order of the upstream is kept: round robin goes by it.
    const known = new Map(this.#hosts);
    this.#hosts.clear();
    for (const [id, endpoint] of wanted) this.#hosts.set(id, known.get(id) ?? new Host(endpoint));
    this.#detector.configure(upstream.outlier, this.#hosts.size);
    if (this.#chooser instanceof ConsistentChooser) this.#chooser.setMembers([...this.#hosts.values()]);
    this.#refreshCandidates();
  }

  #refreshCandidates(): void {
    const all = [...this.#hosts.values()];
    const healthy = all.filter((host) => host.healthy);
    // Envoy's panic threshold: when too few are healthy, health is not believed and all share the load, lest the few
    // break down as well. Istio turns it off unless `minHealthPercent` is set.
    const healthyPercent = all.length === 0 ? 0 : (healthy.length / all.length) * 100;
    const isPanic = healthyPercent < (this.#upstream.outlier?.minHealthPercent ?? 0);
    const candidates = isPanic ? all : healthy;
    for (const host of all) host.isCandidate = isPanic || host.healthy;
    this.#candidates = candidates;
    if (this.#chooser instanceof ConsistentChooser) this.#chooser.setCandidates(candidates);
    else this.#chooser.reset(candidates);
  }

  #createChooser(policy: LoadBalancerPolicy): Chooser | ConsistentChooser {
    const random = (): number => this.#deps.random();
    switch (policy.type) {
      case 'least-request':
        return new LeastRequest(random);
      case 'random':
        return new RandomChoice(random);
      case 'round-robin':
        return new RoundRobin(random);
      case 'passthrough':
        // Envoy sends to the address that was dialled. A caller that names a service dialled none of its endpoints: as
        // kube-proxy would for the cluster IP, endpoints take turns.
        return new RoundRobin(random);
      case 'ring-hash':
        return new ConsistentChooser(this.#deps, (members) => buildHashRing(members, policy.minimumRingSize));
      case 'maglev':
        return new ConsistentChooser(this.#deps, (members) => buildMaglevTable(members, policy.tableSize));
    }
  }
}

/** Whether the choosers are the same; another hash policy does not change where a hash goes. */
function isSamePolicy(before: LoadBalancerPolicy, after: LoadBalancerPolicy): boolean {
  if (before.type === 'ring-hash' && after.type === 'ring-hash')
    return before.minimumRingSize === after.minimumRingSize;
  if (before.type === 'maglev' && after.type === 'maglev') return before.tableSize === after.tableSize;
  return before.type === after.type;
}
