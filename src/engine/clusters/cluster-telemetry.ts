import { isDeepStrictEqual } from 'node:util';
import type { TelemetryStatus } from '../../shared/cluster.ts';
import type { PodTarget, Tunnels } from '../dataplane/tunnels/tunnels.ts';
import type { Disposable } from '../discovery/kubernetes/cluster-session.ts';
import type { KubeSession } from '../discovery/kubernetes/session/kube-session.ts';
import { Kinds } from '../model/kinds.ts';
import { kindKey, type KindKey } from '../model/mesh-object.ts';
import type { ModelDelta } from '../model/object-store.ts';
import {
  findPrometheus,
  missingPrometheus,
  type PrometheusCandidate,
} from '../telemetry/prometheus/find-prometheus.ts';
import { createHttpPost } from '../telemetry/prometheus/http-post.ts';
import { parsePrometheusAddress, type PrometheusAddress } from '../telemetry/prometheus/prometheus-address.ts';
import { PrometheusApi } from '../telemetry/prometheus/prometheus-api.ts';
import { PrometheusSource } from '../telemetry/prometheus/prometheus-source.ts';

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

interface Used {
  readonly shown: string;
  readonly pods: PrometheusCandidate['pods'];
  readonly post: { dispose(): void } | undefined;
}

/** What tells of a Prometheus and of the pods behind it. */
const relevant: ReadonlySet<KindKey> = new Set([Kinds.service, Kinds.endpointSlice, Kinds.pod]);
const lookMs = 2000;

/** Finds the Prometheus of a cluster, by the setting or among its services, and keeps the way to it. */
export class ClusterTelemetry implements Disposable {
  readonly source: PrometheusSource;
  readonly #options: ClusterTelemetryOptions;
  readonly #listeners = new Set<() => void>();
  readonly #subscriptions: readonly Disposable[];
  #used: Used | undefined;
  #address: string | undefined;
  #looking: NodeJS.Timeout | undefined;
  #told: TelemetryStatus | undefined;
  #isDisposed = false;

  constructor(options: ClusterTelemetryOptions) {
    const { session, now, clusterIds, waypoints } = options;
    this.#options = options;
    this.source = new PrometheusSource({
      now,
      cluster: session.context,
      clusterIds,
      namespaces: () => session.status.namespaces,
      waypoints,
      onChange: () => this.#tell(),
    });
    this.source.use(undefined, { state: 'searching', message: 'A Prometheus is looked for in the cluster.' });
    this.#subscriptions = [
      session.onStatus(() => this.#lookSoon()),
      session.store.onDelta((delta) => this.#changed(delta)),
    ];
    this.look();
  }

  get status(): TelemetryStatus {
    return this.source.status;
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
    if (this.#isDisposed) return;
    const address = this.#options.address().trim();
    if (address !== '') this.#useAddress(address);
    else this.#useFound();
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#looking);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#leave();
    this.source.dispose();
    this.#listeners.clear();
  }

  #changed({ changes }: ModelDelta): void {
    const concerns = changes.some(({ before, after }) => {
      const object = after ?? before;
      return (
        object !== undefined && relevant.has(kindKey(object)) && !isSettled(object.kind, this.#used, object.namespace)
      );
    });
    if (concerns) this.#lookSoon();
  }

  #lookSoon(): void {
    if (this.#isDisposed) return;
    this.#looking ??= setTimeout(() => this.look(), lookMs);
    this.#looking.unref();
  }

  #useAddress(text: string): void {
    if (text === this.#address) return;
    this.#leave();
    this.#address = text;
    const { address, problem } = parsePrometheusAddress(text);
    if (address) this.#ask(address, undefined, []);
    else this.source.use(undefined, { state: 'failing', message: problem });
  }

  #useFound(): void {
    if (this.#address !== undefined) this.#leave();
    const { session } = this.#options;
    const [best, ...others] = findPrometheus(session.store.snapshot());
    const found = [best, ...others].find((candidate) => (candidate?.pods.length ?? 0) > 0);
    if (!found) {
      this.#leave();
      const isKnown = session.status.phase === 'connected' || session.status.phase === 'degraded';
      if (isKnown) this.source.use(undefined, { state: 'missing', message: missingPrometheus(best) });
      return;
    }
    if (found.shown === this.#used?.shown && isDeepStrictEqual(found.pods, this.#used.pods)) return;
    const parsed = parsePrometheusAddress(
      `${found.scheme}://${found.service}.${found.namespace}:${found.port}${found.path}`,
    );
    if (!parsed.address) return;
    this.#leave();
    this.#ask({ ...parsed.address, shown: found.shown }, found, found.pods);
  }

  #ask(address: PrometheusAddress, found: PrometheusCandidate | undefined, pods: PrometheusCandidate['pods']): void {
    const { session, tunnels } = this.#options;
    const targets = pods.map((pod): PodTarget => ({ context: session.context, ...pod }));
    let way: Promise<string> | undefined;
    const socketPath = (): Promise<string> => {
      way ??= tunnels()
        .open(tunnelName(session.context), targets)
        .catch((error: unknown) => {
          way = undefined;
          throw error;
        });
      return way;
    };
    const post = createHttpPost({ address, ...(found ? { socketPath } : {}) });
    this.#used = { shown: address.shown, pods, post };
    this.source.use(new PrometheusApi({ post, shown: address.shown }));
  }

  #leave(): void {
    const wasTunnelled = (this.#used?.pods.length ?? 0) > 0;
    this.#used?.post?.dispose();
    this.#used = undefined;
    this.#address = undefined;
    // A way that ends with its context needs nobody who waits for it.
    if (wasTunnelled)
      this.#options
        .tunnels()
        .close(tunnelName(this.#options.session.context))
        .catch(() => undefined);
  }

  #tell(): void {
    const { status } = this;
    if (isDeepStrictEqual(status, this.#told)) return;
    this.#told = status;
    for (const listener of [...this.#listeners]) listener();
  }
}

const tunnelName = (context: string): string => `prometheus of ${context}`;

/** Pods and endpoints of other namespaces than that of the Prometheus in use change all the time and mean nothing. */
function isSettled(kind: string, used: Used | undefined, namespace: string): boolean {
  if (kind === 'Service' || !used) return false;
  const [pod] = used.pods;
  return pod === undefined || pod.namespace !== namespace;
}
