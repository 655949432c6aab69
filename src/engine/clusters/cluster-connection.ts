import { isDeepStrictEqual } from 'node:util';
import type { ClusterStatus, ClusterTree, ProxyStatus } from '../../shared/cluster.ts';
import { resolveMeshSettings, type MeshSettings } from '../../shared/mesh-settings.ts';
import type { ResourceRef, SourceRef } from '../../shared/resource.ts';
import type { Tunnels } from '../dataplane/tunnels/tunnels.ts';
import type { Disposable } from '../discovery/kubernetes/cluster-session.ts';
import { meshSettingsOf } from '../discovery/kubernetes/meshes/mesh-settings-of.ts';
import type { KubeSession } from '../discovery/kubernetes/session/kube-session.ts';
import { clusterEndpoints } from '../model/cluster-endpoints.ts';
import type { EndpointDirectory } from '../model/endpoints.ts';
import { Kinds } from '../model/kinds.ts';
import type { KindKey } from '../model/mesh-object.ts';
import { podMembership } from '../model/membership.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { ClusterDeclarations } from '../topology/cluster/cluster-declarations.ts';
import { istioClusterIds, waypointNames } from '../topology/cluster/gateway-roles.ts';
import type { Declarations } from '../topology/declarations.ts';
import { ClusterTelemetry } from './cluster-telemetry.ts';
import { LiveTree } from './tree/live-tree.ts';

export interface ConnectionOptions {
  readonly session: KubeSession;
  readonly tunnels: () => Tunnels;
  /** Address of a Prometheus for all clusters; empty: each has its own. */
  readonly prometheus: () => string;
  /** Place in the workspace that declares an object; of one that no file declares its name alone. */
  readonly locate: (ref: ResourceRef) => SourceRef;
  readonly onStatus: (status: ClusterStatus) => void;
  readonly onObjects: () => void;
  readonly now: () => number;
}

/** What settings are read from. Pods tell as much, but change all the time. */
const settingsKinds = [
  Kinds.configMap,
  Kinds.deployment,
  Kinds.service,
  Kinds.gatewayClass,
  Kinds.customResourceDefinition,
] as const;
/** Views are told at most twice a second. */
const tellMs = 500;
/** While somebody looks at the tree, proxies are asked this often; where they cannot be asked, more rarely. */
const proxiesMs = 15_000;
const proxiesAfterFailureMs = 60_000;

/** A connected context with what is made of its objects, each kept while they do not change. */
export class ClusterConnection {
  readonly session: KubeSession;
  readonly telemetry: ClusterTelemetry;
  readonly #options: ConnectionOptions;
  readonly #subscriptions: readonly Disposable[];
  readonly #abort = new AbortController();
  #told = 0;
  #telling: NodeJS.Timeout | undefined;
  #settings: { readonly of: readonly unknown[]; readonly settings: MeshSettings } | undefined;
  #declared:
    | { readonly clusterDomain: string; readonly trustDomain: string; readonly declarations: ClusterDeclarations }
    | undefined;
  #endpoints: { readonly of: Snapshot; readonly endpoints: EndpointDirectory } | undefined;
  readonly #tree = new LiveTree();
  #proxies: readonly ProxyStatus[] = [];
  #proxiesDueAt = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.session = options.session;
    this.telemetry = new ClusterTelemetry({
      session: options.session,
      tunnels: options.tunnels,
      address: options.prometheus,
      clusterIds: () => istioClusterIds(this.snapshot),
      waypoints: () => waypointNames(this.declarations.workloads),
      now: options.now,
    });
    this.#subscriptions = [
      options.session.onStatus(() => this.#options.onStatus(this.status)),
      this.telemetry.onStatus(() => this.#options.onStatus(this.status)),
      options.session.store.onDelta(() => this.#tellSoon()),
    ];
  }

  get status(): ClusterStatus {
    return { ...this.session.status, telemetry: this.telemetry.status };
  }

  get snapshot(): Snapshot {
    return this.session.store.snapshot();
  }

  get completeKinds(): readonly KindKey[] {
    return this.session.completeKinds;
  }

  get #knowsAllPods(): boolean {
    return this.completeKinds.includes(Kinds.pod);
  }

  /** What the cluster itself says of its mesh. The same object while its objects do not change it. */
  get meshSettings(): MeshSettings {
    const { snapshot } = this;
    const of = settingsKinds.map((kind) => snapshot.objectsOf(kind));
    const known = this.#settings;
    if (known && known.of.every((part, index) => part === of[index])) return known.settings;
    const settings = meshSettingsOf(snapshot);
    const same = known && isDeepStrictEqual(known.settings, settings) ? known.settings : settings;
    this.#settings = { of, settings: same };
    return same;
  }

  /** What the graph shows of the cluster. The same value while nothing of it changes. */
  get declarations(): Declarations {
    const { clusterDomain, trustDomain } = resolveMeshSettings(this.meshSettings);
    const isSame = this.#declared?.clusterDomain === clusterDomain && this.#declared.trustDomain === trustDomain;
    if (!this.#declared || !isSame) {
      const { locate } = this.#options;
      const naming = { cluster: this.session.context, clusterDomain, trustDomain, membershipOf: podMembership, locate };
      this.#declared = { clusterDomain, trustDomain, declarations: new ClusterDeclarations(naming) };
    }
    return this.#declared.declarations.of(this.snapshot, this.#knowsAllPods);
  }

  get endpoints(): EndpointDirectory {
    const { snapshot } = this;
    if (this.#endpoints?.of !== snapshot)
      this.#endpoints = { of: snapshot, endpoints: clusterEndpoints(snapshot, this.meshSettings.clusterDomain) };
    return this.#endpoints.endpoints;
  }

  /** `revision`: of the workspace, whose declarations the tree points to. */
  tree(locate: (ref: ResourceRef) => SourceRef | undefined, revision: number): Promise<ClusterTree> {
    void this.#askProxies();
    const { snapshot, endpoints } = this;
    const { context, status } = this.session;
    const input = {
      context,
      snapshot,
      endpoints,
      proxies: this.#proxies,
      namespaces: status.namespaces,
      knowsAllPods: this.#knowsAllPods,
      locate,
    };
    return this.#tree.build(input, revision);
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
    this.telemetry.dispose();
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
