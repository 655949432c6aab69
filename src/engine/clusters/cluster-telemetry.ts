import { isDeepStrictEqual } from 'node:util';
import type { TelemetryStatus } from '../../shared/cluster.ts';
import type { PodTarget, Tunnels } from '../dataplane/tunnels/tunnels.ts';
import type { Disposable } from '../discovery/kubernetes/cluster-session.ts';
import type { KubeSession } from '../discovery/kubernetes/session/kube-session.ts';
import { ClusterMetrics } from '../telemetry/prometheus/cluster-metrics.ts';
import type { PrometheusSource } from '../telemetry/prometheus/prometheus-source.ts';

export interface ClusterTelemetryOptions {
  readonly session: KubeSession;
  readonly tunnels: () => Tunnels;
  /** Address of the setting; empty: one is looked for in the cluster. */
  readonly address: () => string;
  /** Ids by which Istio may call this cluster. */
  readonly clusterIds: () => readonly string[];
  /** Waypoints as `namespace/name`. */
  readonly waypoints: () => ReadonlySet<string>;
  readonly now: () => number;
}

/** Pods come and go all the time: a Prometheus among them is found within this. */
const lookMs = 2000;

/** The metrics of a session: looks for their source when its objects change, through a tunnel of its own. */
export class ClusterTelemetry implements Disposable {
  readonly #metrics: ClusterMetrics;
  readonly #listeners = new Set<() => void>();
  readonly #subscriptions: readonly Disposable[];
  #looking: NodeJS.Timeout | undefined;
  #told: TelemetryStatus | undefined;
  #isDisposed = false;

  constructor({ session, tunnels, address, clusterIds, waypoints, now }: ClusterTelemetryOptions) {
    const { context, store } = session;
    const name = `prometheus of ${context}`;
    let isOpened = false;
    this.#metrics = new ClusterMetrics({
      now,
      cluster: context,
      clusterIds,
      namespaces: () => session.status.namespaces,
      waypoints,
      snapshot: () => store.snapshot(),
      isRead: () => session.status.phase === 'connected' || session.status.phase === 'degraded',
      address,
      openTunnel: (pods) => {
        isOpened = true;
        return tunnels().open(
          name,
          pods.map((pod): PodTarget => ({ context, ...pod })),
        );
      },
      closeTunnel: async () => {
        if (isOpened) await tunnels().close(name);
      },
      onChange: () => this.#tell(),
    });
    this.#subscriptions = [session.onStatus(() => this.#lookSoon()), store.onDelta(() => this.#lookSoon())];
    this.look();
  }

  get source(): PrometheusSource {
    return this.#metrics.source;
  }

  get status(): TelemetryStatus {
    return this.#metrics.status;
  }

  /** The status is another one now. */
  onStatus(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  /** Looks now where the metrics are; also when the setting changed. */
  look(): void {
    clearTimeout(this.#looking);
    this.#looking = undefined;
    if (!this.#isDisposed) this.#metrics.look();
  }

  /** A person wants it to be tried now. */
  retry(): void {
    if (!this.#isDisposed) this.#metrics.retry();
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#looking);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#listeners.clear();
    // The tunnels themselves may be ended before: then this one is too.
    this.#metrics.dispose().catch(() => undefined);
  }

  #lookSoon(): void {
    if (this.#isDisposed) return;
    this.#looking ??= setTimeout(() => this.look(), lookMs).unref();
  }

  #tell(): void {
    if (this.#listeners.size === 0) return;
    const { status } = this;
    if (isDeepStrictEqual(status, this.#told)) return;
    this.#told = status;
    for (const listener of [...this.#listeners]) listener();
  }
}
