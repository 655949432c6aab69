/**
 * Active health checks: asks every endpoint of an upstream at an interval and reports when one crosses a threshold.
 * Semantics of Envoy's `source/extensions/health_checkers/common/health_checker_base_impl.cc`: the first pass of an endpoint
 * counts at once, afterwards `healthyThreshold` passes and `unhealthyThreshold` failures in a row change its state. An HTTP
 * answer outside the expected range counts as one failure (Envoy: at once unhealthy), so that one slow garbage collection
 * or deploy step does not empty an upstream of two.
 */
import type { UpstreamEndpoint } from '../../policy/semantics/routing/compiled.ts';
import type { ActiveHealthCheck } from '../data-plane.ts';
import type { Timer } from './balancer-dependencies.ts';
import { hostKey } from './host.ts';

export interface ProbeResult {
  readonly passed: boolean;
  /** Half a sentence: "answered 200", "connection refused". */
  readonly detail: string;
}

export interface ActiveCheckDependencies {
  /** Must settle soon after `signal` is aborted; until then the endpoint is not asked again. */
  probe(check: ActiveHealthCheck, endpoint: UpstreamEndpoint, signal: AbortSignal): Promise<ProbeResult>;
  endpointsOf(upstream: string): readonly UpstreamEndpoint[];
  /** Called when the state of an endpoint changes, and with its first pass. `endpoint` is its id. */
  report(upstream: string, endpoint: string, passed: boolean, detail: string): void;
  setTimer(fn: () => void, ms: number): Timer;
  /** Uniform in [0, 1). */
  random(): number;
}

/** Rounds are spread by a tenth each way, so that many proxies do not ask at the same moment. */
const jitter = 0.1;
/** Bound for configs that would probe in a busy loop. */
const shortestMs = 10;

export class ActiveChecks {
  readonly #deps: ActiveCheckDependencies;
  readonly #running = new Map<string, UpstreamCheck>();
  #isDisposed = false;

  constructor(checks: readonly ActiveHealthCheck[], deps: ActiveCheckDependencies) {
    this.#deps = deps;
    this.update(checks);
  }

  /** One check an upstream; of several the first counts. Checks that stay the same keep their state and rhythm. */
  update(checks: readonly ActiveHealthCheck[]): void {
    if (this.#isDisposed) return;
    const wanted = new Map<string, ActiveHealthCheck>();
    for (const check of checks) if (!wanted.has(check.upstream)) wanted.set(check.upstream, check);
    for (const [upstream, running] of this.#running) {
      const check = wanted.get(upstream);
      if (check && isSameCheck(check, running.check)) {
        running.synchronize();
        wanted.delete(upstream);
      } else {
        running.dispose();
        this.#running.delete(upstream);
      }
    }
    for (const [upstream, check] of wanted) this.#running.set(upstream, new UpstreamCheck(check, this.#deps));
  }

  dispose(): void {
    this.#isDisposed = true;
    for (const running of this.#running.values()) running.dispose();
    this.#running.clear();
  }
}

function isSameCheck(a: ActiveHealthCheck, b: ActiveHealthCheck): boolean {
  return (
    a.type === b.type &&
    a.path === b.path &&
    a.intervalMs === b.intervalMs &&
    a.timeoutMs === b.timeoutMs &&
    a.unhealthyThreshold === b.unhealthyThreshold &&
    a.healthyThreshold === b.healthyThreshold
  );
}

/** The check of one upstream: a probing loop for each of its endpoints. */
class UpstreamCheck {
  readonly check: ActiveHealthCheck;
  readonly #deps: ActiveCheckDependencies;
  readonly #loops = new Map<string, EndpointLoop>();
  #timer: Timer | undefined;

  constructor(check: ActiveHealthCheck, deps: ActiveCheckDependencies) {
    this.check = check;
    this.#deps = deps;
    this.#round();
  }

  /** Starts loops of new endpoints and ends those of endpoints that are gone. */
  synchronize(): void {
    const present = new Set<string>();
    for (const endpoint of this.#deps.endpointsOf(this.check.upstream)) {
      const key = hostKey(endpoint);
      present.add(key);
      if (!this.#loops.has(key)) this.#loops.set(key, new EndpointLoop(this.check, endpoint, this.#deps));
    }
    for (const [key, loop] of this.#loops) {
      if (present.has(key)) continue;
      loop.dispose();
      this.#loops.delete(key);
    }
  }

  #round(): void {
    this.synchronize();
    this.#timer = this.#deps.setTimer(() => this.#round(), Math.max(this.check.intervalMs, shortestMs));
  }

  dispose(): void {
    this.#timer?.cancel();
    for (const loop of this.#loops.values()) loop.dispose();
    this.#loops.clear();
  }
}

class EndpointLoop {
  readonly #check: ActiveHealthCheck;
  readonly #endpoint: UpstreamEndpoint;
  readonly #deps: ActiveCheckDependencies;
  #state: 'unknown' | 'healthy' | 'unhealthy' = 'unknown';
  #passes = 0;
  #failures = 0;
  #timer: Timer | undefined;
  #deadline: Timer | undefined;
  #probe: AbortController | undefined;
  #isDisposed = false;

  constructor(check: ActiveHealthCheck, endpoint: UpstreamEndpoint, deps: ActiveCheckDependencies) {
    this.#check = check;
    this.#endpoint = endpoint;
    this.#deps = deps;
    // The first probe comes early, but not those of all endpoints at once.
    this.#timer = deps.setTimer(() => this.#tick(), deps.random() * Math.min(check.intervalMs, 250));
  }

  /** Rounds begin at the interval whatever the last probe took; a probe still running when its turn comes again has failed. */
  #tick(): void {
    const interval = this.#check.intervalMs * (1 - jitter + 2 * jitter * this.#deps.random());
    this.#timer = this.#deps.setTimer(() => this.#tick(), Math.max(interval, shortestMs));
    if (this.#probe) {
      // Its deadline has been counted already, if it passed.
      if (this.#probe.signal.aborted) this.#count({ passed: false, detail: 'the previous check has not ended' });
      return;
    }
    this.#start();
  }

  #start(): void {
    const controller = new AbortController();
    this.#probe = controller;
    let isDecided = false;
    const decide = (result: ProbeResult): void => {
      if (isDecided || this.#isDisposed) return;
      isDecided = true;
      this.#deadline?.cancel();
      this.#count(result);
    };
    this.#deadline = this.#deps.setTimer(() => {
      decide({ passed: false, detail: `no answer within ${this.#check.timeoutMs} ms` });
      controller.abort();
    }, this.#check.timeoutMs);
    // `Promise.resolve().then` also takes a probe that throws at once.
    void Promise.resolve()
      .then(() => this.#deps.probe(this.#check, this.#endpoint, controller.signal))
      .catch((error: unknown) => ({ passed: false, detail: error instanceof Error ? error.message : String(error) }))
      .then((result) => {
        decide(result);
        this.#probe = undefined;
      });
  }

  #count(result: ProbeResult): void {
    const { upstream, healthyThreshold, unhealthyThreshold } = this.#check;
    this.#passes = result.passed ? this.#passes + 1 : 0;
    this.#failures = result.passed ? 0 : this.#failures + 1;
    const isNewlyHealthy =
      result.passed && (this.#state === 'unknown' || (this.#state === 'unhealthy' && this.#passes >= healthyThreshold));
    const isNewlyUnhealthy = !result.passed && this.#state !== 'unhealthy' && this.#failures >= unhealthyThreshold;
    if (!isNewlyHealthy && !isNewlyUnhealthy) return;
    this.#state = isNewlyHealthy ? 'healthy' : 'unhealthy';
    this.#deps.report(upstream, this.#endpoint.id, isNewlyHealthy, result.detail);
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#timer?.cancel();
    this.#deadline?.cancel();
    this.#probe?.abort();
  }
}
