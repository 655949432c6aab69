import { isDeepStrictEqual } from 'node:util';
import type { ClusterStatus, ClusterTree, ProxyStatus, TelemetryStatus } from '../../shared/cluster.ts';
import type { MeshSettings } from '../../shared/mesh-settings.ts';
import type { ResourceRef, SourceRef } from '../../shared/resource.ts';
import type { Disposable } from '../discovery/kubernetes/cluster-session.ts';
import { meshSettingsOf } from '../discovery/kubernetes/meshes/mesh-settings-of.ts';
import type { KubeSession } from '../discovery/kubernetes/session/kube-session.ts';
import { clusterEndpoints } from '../model/cluster-endpoints.ts';
import type { EndpointDirectory } from '../model/endpoints.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { buildClusterTree } from './tree/cluster-tree.ts';

/** Where the numbers of a cluster come from. */
export interface ConnectionTelemetry extends Disposable {
  readonly status: TelemetryStatus;
  onStatus(listener: () => void): Disposable;
}

export interface ConnectionOptions {
  readonly session: KubeSession;
  readonly telemetry?: ConnectionTelemetry;
  readonly onStatus: (status: ClusterStatus) => void;
  readonly onObjects: () => void;
  readonly now: () => number;
}

/** Views are told at most twice a second. */
const tellMs = 500;
/** While somebody looks at the tree, proxies are asked this often; where they cannot be asked, more rarely. */
const proxiesMs = 15_000;
const proxiesAfterFailureMs = 60_000;

/** A connected context with what is made of its objects, each kept while they do not change. */
export class ClusterConnection {
  readonly session: KubeSession;
  readonly #options: ConnectionOptions;
  readonly #subscriptions: readonly Disposable[];
  readonly #abort = new AbortController();
  #told = 0;
  #telling: NodeJS.Timeout | undefined;
  #settings: { readonly of: Snapshot; readonly settings: MeshSettings } | undefined;
  #endpoints: { readonly of: Snapshot; readonly endpoints: EndpointDirectory } | undefined;
  #tree: { readonly key: readonly unknown[]; readonly tree: ClusterTree } | undefined;
  #proxies: readonly ProxyStatus[] = [];
  #proxiesDueAt = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.session = options.session;
    this.#subscriptions = [
      options.session.onStatus(() => this.#options.onStatus(this.status)),
      options.session.store.onDelta(() => this.#tellSoon()),
      ...(options.telemetry ? [options.telemetry.onStatus(() => this.#options.onStatus(this.status))] : []),
    ];
  }

  get status(): ClusterStatus {
    const { status } = this.session;
    return this.#options.telemetry ? { ...status, telemetry: this.#options.telemetry.status } : status;
  }

  get snapshot(): Snapshot {
    return this.session.store.snapshot();
  }

  /** What the cluster itself says of its mesh. The same object while its objects do not change it. */
  get meshSettings(): MeshSettings {
    const { snapshot } = this;
    if (this.#settings?.of === snapshot) return this.#settings.settings;
    const settings = meshSettingsOf(snapshot);
    const same =
      this.#settings && isDeepStrictEqual(this.#settings.settings, settings) ? this.#settings.settings : settings;
    this.#settings = { of: snapshot, settings: same };
    return same;
  }

  get endpoints(): EndpointDirectory {
    const { snapshot } = this;
    if (this.#endpoints?.of !== snapshot)
      this.#endpoints = { of: snapshot, endpoints: clusterEndpoints(snapshot, this.meshSettings.clusterDomain) };
    return this.#endpoints.endpoints;
  }

  /** `revision`: of the workspace, whose declarations the tree points to. */
  tree(locate: (ref: ResourceRef) => SourceRef | undefined, revision: number): ClusterTree {
    void this.#askProxies();
    const { snapshot, endpoints } = this;
    const { namespaces } = this.session.status;
    const key = [snapshot, this.#proxies, namespaces, revision];
    if (this.#tree && this.#tree.key.every((part, index) => part === key[index])) return this.#tree.tree;
    const tree = buildClusterTree({
      context: this.session.context,
      snapshot,
      endpoints,
      proxies: this.#proxies,
      namespaces,
      locate,
    });
    this.#tree = { key, tree };
    return tree;
  }

  async proxyStatus(signal?: AbortSignal): Promise<readonly ProxyStatus[]> {
    const proxies = await this.session.proxyStatus(signal);
    this.#keepProxies(proxies);
    return proxies;
  }

  async dispose(): Promise<void> {
    this.#abort.abort();
    clearTimeout(this.#telling);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#options.telemetry?.dispose();
    await this.session.dispose();
  }

  async #askProxies(): Promise<void> {
    const now = this.#options.now();
    const hasIstio = this.session.status.meshes.some(({ kind }) => kind === 'istio');
    if (!hasIstio || now < this.#proxiesDueAt) return;
    this.#proxiesDueAt = now + proxiesMs;
    try {
      this.#keepProxies(await this.session.proxyStatus(this.#abort.signal));
    } catch {
      // Port-forward may be forbidden, istiod elsewhere: the tree says nothing about proxies then; who asks is told why.
      this.#proxiesDueAt = now + proxiesAfterFailureMs;
    }
  }

  #keepProxies(proxies: readonly ProxyStatus[]): void {
    if (isDeepStrictEqual(proxies, this.#proxies)) return;
    this.#proxies = proxies;
    this.#tellSoon();
  }

  #tellSoon(): void {
    if (this.#telling || this.#abort.signal.aborted) return;
    const wait = Math.max(0, this.#told + tellMs - this.#options.now());
    this.#telling = setTimeout(() => {
      this.#telling = undefined;
      this.#told = this.#options.now();
      this.#options.onObjects();
    }, wait);
    this.#telling.unref();
  }
}
