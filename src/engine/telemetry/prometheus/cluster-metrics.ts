import type { TelemetryStatus } from '../../../shared/cluster.ts';
import { Kinds } from '../../model/kinds.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { findPrometheus, missingPrometheus, type MetricsPod, type PrometheusCandidate } from './find-prometheus.ts';
import { createHttpPost, type PostForm } from './http-post.ts';
import { parsePrometheusAddress, type PrometheusAddress } from './prometheus-address.ts';
import { PrometheusApi } from './prometheus-api.ts';
import { PrometheusFailure } from './prometheus-failure.ts';
import { PrometheusSource } from './prometheus-source.ts';
import type { PrometheusSourceOptions } from './prometheus-source-options.ts';

export interface ClusterMetricsOptions extends Omit<PrometheusSourceOptions, 'onChange'> {
  /** Objects of the cluster now. */
  readonly snapshot: () => Snapshot;
  /** Whether services and pods have been read: before that nothing is missing. */
  readonly isRead: () => boolean;
  /** Address that a person has set; empty: it is looked for. */
  readonly address: () => string;
  /** Opens a way to these pods, or gives an open one new targets. Resolves with the path of its socket. */
  readonly openTunnel: (pods: readonly MetricsPod[]) => Promise<string>;
  readonly closeTunnel: () => Promise<void>;
  /** New numbers, or another status. */
  readonly onChange: () => void;
}

/**
 * The metrics of one cluster: finds its Prometheus, or takes the address that is set, opens the way to it and keeps asking
 * it. `look` is to be called when objects or settings have changed; it is cheap where nothing that matters has.
 */
export class ClusterMetrics {
  readonly source: PrometheusSource;
  readonly #options: ClusterMetricsOptions;
  /** Looked like one, and answered that they are none. */
  readonly #refused = new Set<string>();
  #seen: readonly unknown[] = [];
  #in: { readonly key: string; readonly post: PostForm & { dispose(): void } } | undefined;
  #targets: readonly MetricsPod[] = [];
  #opened: Promise<string> | undefined;
  #isDisposed = false;

  constructor(options: ClusterMetricsOptions) {
    this.#options = options;
    this.source = new PrometheusSource({ ...options, onChange: () => this.#changed() });
    this.source.use(undefined, { state: 'searching', message: 'The objects of the cluster are read first.' });
  }

  get status(): TelemetryStatus {
    return this.source.status;
  }

  look(): void {
    if (this.#isDisposed) return;
    const { snapshot, isRead, address } = this.#options;
    const set = address().trim();
    const now = snapshot();
    const seen = [set, isRead(), now.objectsOf(Kinds.service), now.objectsOf(Kinds.pod), this.#refused.size];
    if (seen.every((one, index) => one === this.#seen[index])) return;
    this.#seen = seen;
    if (set !== '') this.#takeAddress(set);
    else if (isRead()) this.#takeBest(findPrometheus(now));
  }

  /** Asks at once, and gives what was refused another chance. */
  retry(): void {
    this.#refused.clear();
    this.#seen = [];
    this.look();
    this.source.retry();
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    this.source.dispose();
    this.#in?.post.dispose();
    this.#in = undefined;
    await this.#options.closeTunnel();
  }

  #takeAddress(text: string): void {
    const { address, problem } = parsePrometheusAddress(text);
    if (address) this.#take(`set ${text}`, address);
    else this.#leave({ state: 'failing', message: problem });
  }

  #takeBest(found: readonly PrometheusCandidate[]): void {
    const left = found.filter(({ shown }) => !this.#refused.has(shown));
    const best = left.find(({ pods }) => pods.length > 0);
    if (!best) {
      this.#leave({ state: 'missing', message: missingPrometheus(left[0]) });
      return;
    }
    const { namespace, service, port, scheme, path, shown, pods } = best;
    const url = new URL(`${scheme}://${service}.${namespace}:${port}${path}`);
    const isOther = this.#targets.map(nameOf).join() !== pods.map(nameOf).join();
    this.#targets = pods;
    if (this.#in?.key !== shown) this.#take(shown, { url, shown }, () => this.#way());
    // The way stays, and leads to the pods that have replaced the others.
    else if (isOther) this.#opened = undefined;
  }

  /** Opened with the first question; one that fails is opened anew with the next. */
  async #way(): Promise<string> {
    const opened = (this.#opened ??= this.#options.openTunnel(this.#targets));
    try {
      return await opened;
    } catch (error) {
      if (this.#opened === opened) this.#opened = undefined;
      const why = error instanceof Error ? error.message : String(error);
      throw new PrometheusFailure('unreachable', `There is no way to Prometheus in the cluster: ${why}`, {
        cause: error,
      });
    }
  }

  #take(key: string, address: PrometheusAddress, socketPath?: () => Promise<string>): void {
    if (this.#in?.key === key) return;
    this.#in?.post.dispose();
    const post = createHttpPost({ address, ...(socketPath ? { socketPath } : {}) });
    this.#in = { key, post };
    this.#opened = undefined;
    this.source.use(new PrometheusApi({ post, shown: address.shown }));
    void this.source.probe();
  }

  #leave(status: TelemetryStatus): void {
    this.#in?.post.dispose();
    this.#in = undefined;
    this.source.use(undefined, status);
  }

  /** What turned out to be none is left for the next best. */
  #changed(): void {
    const { failure } = this.source;
    const current = this.#in?.key;
    if (failure === 'not-prometheus' && current !== undefined && !current.startsWith('set ')) {
      this.#refused.add(current);
      this.look();
    }
    this.#options.onChange();
  }
}

const nameOf = ({ namespace, pod, port }: MetricsPod): string => `${namespace}/${pod}:${port}`;
