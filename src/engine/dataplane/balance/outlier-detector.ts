/**
 * Passive health: takes hosts that fail in a row out for a while. Rules of Envoy's `source/common/upstream/
 * outlier_detection_impl.cc` with the settings Istio writes: success-rate and failure-percentage ejection are off, every
 * configured consecutive count is enforced at 100 %.
 *
 * Two things differ. A host returns when its time is over; Envoy looks only at each interval, up to 10 s later. The decay
 * of the multiplier is computed from the clock when it is needed, instead of by a timer that ticks for idle upstreams.
 */
import type { OutlierDetection } from '../../policy/semantics/routing/compiled.ts';
import type { BalancerDependencies, RequestOutcome } from './balancer-dependencies.ts';
import type { Host } from './host.ts';

export class OutlierDetector {
  readonly #deps: BalancerDependencies;
  readonly #onChange: () => void;
  readonly #ejected = new Set<Host>();
  #settings: OutlierDetection | undefined;
  #hostCount = 0;

  /** `onChange` is called after a host was ejected or returned. */
  constructor(deps: BalancerDependencies, onChange: () => void) {
    this.#deps = deps;
    this.#onChange = onChange;
  }

  /** Without settings every host returns. The caller refreshes its candidates afterwards. */
  configure(settings: OutlierDetection | undefined, hostCount: number): void {
    this.#settings = settings;
    this.#hostCount = hostCount;
    if (settings) return;
    for (const host of [...this.#ejected]) this.#release(host, 'outlier detection was switched off');
  }

  record(host: Host, outcome: RequestOutcome): void {
    const settings = this.#settings;
    if (!settings || outcome.type === 'cancelled') return;
    const state = host.outlier;
    if (outcome.type === 'response') {
      // An answer proves that the connection worked (Envoy: LocalOriginConnectSuccess).
      state.consecutiveLocalFailures = 0;
      this.#recordStatus(host, settings, outcome.status);
    } else if (settings.splitExternalLocalOriginErrors) {
      state.consecutiveLocalFailures++;
      if (state.consecutiveLocalFailures === settings.consecutiveLocalOriginFailures) {
        this.#eject(
          host,
          settings,
          `${state.consecutiveLocalFailures} consecutive failures to connect or to get an answer`,
        );
        state.consecutiveLocalFailures = 0;
      }
    } else {
      // Not split: a failure of this side counts as the answer it becomes, 504 for a timeout, else 503
      // (`DetectorHostMonitorImpl::resultToHttpCode`). A reset is a local failure too (`Router::Filter::onUpstreamReset`).
      this.#recordStatus(host, settings, outcome.type === 'timeout' ? 504 : 503);
    }
  }

  #recordStatus(host: Host, settings: OutlierDetection, status: number): void {
    const state = host.outlier;
    if (status < 500 || status > 599) {
      state.consecutive5xx = 0;
      state.consecutiveGatewayErrors = 0;
      return;
    }
    if (status >= 502 && status <= 504) {
      state.consecutiveGatewayErrors++;
      if (state.consecutiveGatewayErrors === settings.consecutiveGatewayErrors) {
        this.#eject(host, settings, `${state.consecutiveGatewayErrors} consecutive gateway errors (502, 503, 504)`);
        // Reset also where it was not ejected, so that the next bout counts from the start.
        state.consecutiveGatewayErrors = 0;
      }
    } else {
      state.consecutiveGatewayErrors = 0;
    }
    state.consecutive5xx++;
    if (state.consecutive5xx === settings.consecutive5xx) {
      this.#eject(host, settings, `${state.consecutive5xx} consecutive 5xx answers`);
      state.consecutive5xx = 0;
    }
  }

  #eject(host: Host, settings: OutlierDetection, reason: string): void {
    if (host.ejected) return;
    // `DetectorImpl::ejectHost`: with the default of 10 % nothing is ever ejected from fewer than ten hosts.
    const percentAfter = ((this.#ejected.size + 1) / Math.max(1, this.#hostCount)) * 100;
    if (percentAfter > Math.min(100, settings.maxEjectionPercent)) return;

    const now = this.#deps.now();
    const state = host.outlier;
    if (state.multiplier > 0 && settings.intervalMs > 0) {
      // One step back for every interval it was healthy (`DetectorImpl::checkHostForUneject`).
      const intervals = Math.floor((now - state.returnedAt) / settings.intervalMs);
      state.multiplier = Math.max(0, state.multiplier - Math.max(0, intervals));
    }
    const longest = Math.max(settings.maxEjectionMs, settings.baseEjectionMs);
    // The multiplier stops growing once the longest time is reached; otherwise it would take as long to decay.
    if (state.multiplier * settings.baseEjectionMs < longest + settings.baseEjectionMs) state.multiplier++;
    const duration = Math.min(settings.baseEjectionMs * state.multiplier, longest);

    host.ejected = true;
    this.#ejected.add(host);
    state.timer = this.#deps.setTimer(() => {
      this.#release(host, `its ${duration / 1000} s are over`);
      this.#onChange();
    }, duration);
    this.#deps.onEvent({ endpoint: host.id, type: 'ejected', detail: `${reason}; out for ${duration / 1000} s` });
    this.#onChange();
  }

  #release(host: Host, detail: string): void {
    this.forget(host);
    const state = host.outlier;
    state.returnedAt = this.#deps.now();
    // All counters, lest one that was close to its threshold ejects the host again at the first error.
    state.consecutive5xx = 0;
    state.consecutiveGatewayErrors = 0;
    state.consecutiveLocalFailures = 0;
    this.#deps.onEvent({ endpoint: host.id, type: 'returned', detail });
  }

  /** The host is gone: no event. */
  forget(host: Host): void {
    host.outlier.timer?.cancel();
    delete host.outlier.timer;
    host.ejected = false;
    this.#ejected.delete(host);
  }

  dispose(): void {
    for (const host of [...this.#ejected]) this.forget(host);
  }
}
