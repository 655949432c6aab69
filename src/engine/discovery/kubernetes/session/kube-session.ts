import { isDeepStrictEqual } from 'node:util';
import type {
  ClusterAction,
  ClusterExecution,
  ClusterObjectText,
  ClusterPlan,
  ClusterStatus,
  ForbiddenResource,
  MeshInstallation,
  ProxyStatus,
} from '../../../../shared/cluster.ts';
import { sentence } from '../../../../shared/sentence.ts';
import type { ResourceRef } from '../../../../shared/resource.ts';
import { Kinds } from '../../../model/kinds.ts';
import { createObjectStore } from '../../../model/live-object-store.ts';
import { displayName, kindKey, type KindKey } from '../../../model/mesh-object.ts';
import type { ModelDelta, ObjectStore } from '../../../model/object-store.ts';
import type { AccessReview, WantedResource } from '../access/access-review.ts';
import { ApiResources } from '../access/api-resources.ts';
import { ChangeExecutor } from '../changes/change-executor.ts';
import { ChangePlanner } from '../changes/change-planner.ts';
import { ClusterChanges } from '../changes/cluster-changes.ts';
import type { ReadDocument } from '../changes/desired-objects.ts';
import { ObjectClient } from '../changes/object-client.ts';
import { fullText } from '../changes/object-text.ts';
import { advice, StepPlanner } from '../changes/step-planner.ts';
import type { ClusterSession, Disposable } from '../cluster-session.ts';
import { detectMeshes, meshNamespaces } from '../meshes/detect-meshes.ts';
import { envoyConfig } from '../proxies/envoy-config.ts';
import type { OpenPodTunnel } from '../proxies/pod-http.ts';
import { istiodVersion, proxyStatuses, runningIstiods } from '../proxies/proxy-statuses.ts';
import { systemClock, type Clock, type Timer } from '../reflector/clock.ts';
import { ReflectorSet } from '../reflector/reflector-set.ts';
import { wantedKinds } from '../resources/wanted-kinds.ts';
import type { KubeFailure, KubeTransport } from '../transport/kube-transport.ts';
import { AccessKeeper } from './access-keeper.ts';
import { SessionScope, wantedOf } from './session-scope.ts';
import { sessionStatus, type SessionTrouble } from './session-status.ts';

export interface KubeSessionOptions {
  readonly transport: KubeTransport;
  /** Empty: all that may be read. */
  readonly namespaces: readonly string[];
  readonly openTunnel: OpenPodTunnel;
  readonly readDocuments: (text: string) => readonly ReadDocument[];
  /** YAML of our own sample. */
  readonly bookinfo: () => Promise<string>;
  readonly newId: () => string;
  readonly clock?: Clock;
}

/** The cluster has no such object, or does not show it; the message is for people. */
class ObjectUnavailable extends Error {
  override readonly name = 'ObjectUnavailable';
}

/** What detection looks at. */
const meshKinds: ReadonlySet<KindKey> = new Set([
  Kinds.deployment,
  Kinds.statefulSet,
  Kinds.daemonSet,
  Kinds.configMap,
  Kinds.service,
  Kinds.gatewayClass,
  Kinds.mutatingWebhookConfiguration,
  Kinds.customResourceDefinition,
]);
const detectMs = 1000;

/** A context that is connected: follows what its user may read, and asks and changes the cluster for a person. */
export class KubeSession implements ClusterSession {
  readonly context: string;
  readonly store: ObjectStore;
  readonly transport: KubeTransport;
  readonly #options: KubeSessionOptions;
  readonly #clock: Clock;
  readonly #reflectors: ReflectorSet;
  readonly #scope: SessionScope;
  readonly #access: AccessKeeper;
  readonly #client: ObjectClient;
  readonly #resources: ApiResources;
  readonly #changes: ClusterChanges;
  readonly #listeners = new Set<(status: ClusterStatus) => void>();
  readonly #subscriptions: readonly Disposable[];
  readonly #whenServed = new Set<() => void>();
  #namespaces: readonly string[];
  #review: AccessReview | undefined;
  #reviewTrouble: SessionTrouble | undefined;
  #meshes: readonly MeshInstallation[] = [];
  #detecting: Timer | undefined;
  #status: ClusterStatus;
  #istioVersion: string | undefined;
  #isVersionAsked = false;
  #isDisposed = false;
  readonly #ending = new AbortController();

  constructor(options: KubeSessionOptions) {
    const { transport, clock = systemClock } = options;
    this.#options = options;
    this.#clock = clock;
    this.#namespaces = options.namespaces;
    this.context = transport.context;
    this.transport = transport;
    this.store = createObjectStore('cluster');
    this.#reflectors = new ReflectorSet({ transport, store: this.store, clock });
    this.#scope = new SessionScope(this.#reflectors, this.store, () => this.#namespaces);
    this.#access = new AccessKeeper({
      transport,
      clock,
      wanted: () => this.#served(),
      chosen: () => this.#namespaces,
      alsoRead: meshNamespaces,
      onReview: (review) => this.#reviewed(review),
      onFailure: (failure) => this.#reviewFailed(failure),
    });
    this.#client = new ObjectClient(transport);
    this.#resources = new ApiResources(transport, () => clock.now());
    this.#changes = this.#createChanges();
    this.#subscriptions = [
      this.#reflectors.onStatus(() => this.#heard()),
      this.store.onDelta((delta) => {
        this.#scope.changed(delta);
        this.#detectLater(delta);
      }),
    ];
    this.#status = this.#present();
  }

  /** Begins to follow the cluster. */
  start(): void {
    this.#reflectors.start();
    this.#access.reviewNow();
  }

  get status(): ClusterStatus {
    return this.#status;
  }

  get completeKinds(): readonly KindKey[] {
    return this.#reflectors.completeKinds;
  }

  onStatus(listener: (status: ClusterStatus) => void): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  setNamespaces(namespaces: readonly string[]): void {
    if (isDeepStrictEqual(namespaces, this.#namespaces)) return;
    this.#namespaces = namespaces;
    this.#access.reviewNow();
    this.#changed();
  }

  /** Tries at once what waits to be tried again. */
  retry(): void {
    this.#reflectors.retry();
    this.#access.reviewNow();
  }

  async object(ref: ResourceRef, signal?: AbortSignal): Promise<ClusterObjectText> {
    const resource = await this.#resources.find(ref.apiVersion, ref.kind, signal);
    if (!resource) throw new ObjectUnavailable(`The cluster does not know ${ref.kind} of ${ref.apiVersion}.`);
    const answer = await this.#client.get({ resource, namespace: ref.namespace, name: ref.name }, signal);
    if (answer.ok) return { ref, ...fullText(answer.object) };
    if (answer.status === 404) throw new ObjectUnavailable(`${displayName(ref)} is not in the cluster (any more).`);
    throw new ObjectUnavailable(sentence(advice(answer)));
  }

  plan(action: ClusterAction, signal?: AbortSignal): Promise<ClusterPlan> {
    return this.#changes.plan(action, signal);
  }

  hasPlan(id: string): boolean {
    return this.#changes.has(id);
  }

  execute(
    plan: Pick<ClusterPlan, 'id'>,
    options: { readonly force: boolean },
    signal?: AbortSignal,
  ): Promise<ClusterExecution> {
    return this.#changes.execute(plan.id, options, signal);
  }

  proxyStatus(signal?: AbortSignal): Promise<readonly ProxyStatus[]> {
    return proxyStatuses({ snapshot: this.store.snapshot(), open: this.#options.openTunnel, signal });
  }

  proxyConfig(target: { readonly namespace: string; readonly pod: string }, signal?: AbortSignal): Promise<string> {
    return envoyConfig(this.#options.openTunnel, target, signal);
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    this.#ending.abort();
    this.#detecting?.cancel();
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#access.dispose();
    this.#reflectors.dispose();
    this.transport.dispose();
    this.#listeners.clear();
    await Promise.resolve();
  }

  #createChanges(): ClusterChanges {
    const { readDocuments, bookinfo, newId } = this.#options;
    const steps = new StepPlanner(this.#client, this.#resources);
    const planner = new ChangePlanner({
      context: this.context,
      steps,
      defaultNamespace: this.transport.namespace,
      readDocuments,
      bookinfo,
      newId,
    });
    const wait = (milliseconds: number): Promise<void> =>
      new Promise((resolve) => void this.#clock.setTimer(resolve, milliseconds));
    const executor = new ChangeExecutor({ client: this.#client, resources: this.#resources, wait });
    return new ClusterChanges({ planner, steps, executor, now: () => this.#clock.now() });
  }

  /** Kinds that the server has, once that is known. */
  async #served(): Promise<readonly WantedResource[]> {
    const known = (): readonly WantedResource[] => {
      const { kinds } = this.#reflectors.status;
      const present = new Set(kinds.filter(({ state }) => state !== 'absent').map(({ kind }) => kind));
      return wantedKinds.filter(({ key }) => present.has(key)).map(wantedOf);
    };
    while (known().length === 0 && !this.#isDisposed)
      await new Promise<void>((resolve) => void this.#whenServed.add(resolve));
    return known();
  }

  #reviewed(review: AccessReview): void {
    this.#review = review;
    this.#reviewTrouble = undefined;
    this.#scope.apply(review);
    this.#changed();
  }

  /** Once something is followed, whoever follows it says what is wrong with the server; before that nobody else would. */
  #reviewFailed({ reason, message }: KubeFailure): void {
    if (this.#review || reason === 'aborted') return;
    this.#reviewTrouble = { reason, message: `${message} It is asked again every few seconds what you may read.` };
    this.#changed();
  }

  #heard(): void {
    for (const resolve of this.#whenServed) resolve();
    this.#whenServed.clear();
    const review = this.#review;
    if (review) {
      const { kinds } = this.#reflectors.status;
      const present = new Set(kinds.filter(({ state }) => state !== 'absent').map(({ kind }) => kind));
      const isNew = wantedKinds.some((kind) => present.has(kind.key) && !review.knows(wantedOf(kind)));
      if (isNew || this.#isRefusedAnew(review)) this.#access.reviewSoon();
      this.#scope.refresh();
    }
    this.#changed();
  }

  /** Refused where the review said that it may be read: rights were taken away, or an authorizer says both. */
  #isRefusedAnew(review: AccessReview): boolean {
    return this.#reflectors.status.forbidden.some(
      ({ group, resource, namespace }) =>
        !review.forbidden.some(
          (known) => known.group === group && known.resource === resource && known.namespace === namespace,
        ),
    );
  }

  #detectLater({ changes }: ModelDelta): void {
    const concerns = changes.some(({ before, after }) => {
      const object = after ?? before;
      return object !== undefined && (meshKinds.has(kindKey(object)) || isOfControlPlane(object.labels));
    });
    if (!concerns || this.#detecting) return;
    // The first look comes soon, later ones share a second.
    this.#detecting = this.#clock.setTimer(
      () => {
        this.#detecting = undefined;
        this.#detect();
      },
      this.#meshes.length === 0 ? detectMs / 10 : detectMs,
    );
  }

  #detect(): void {
    const snapshot = this.store.snapshot();
    this.#meshes = detectMeshes(snapshot, this.#istioVersion);
    this.#changed();
    const istio = this.#meshes.find(({ kind }) => kind === 'istio');
    if (istio?.namespace !== undefined && istio.version === undefined) void this.#askVersion();
  }

  /** Once: who may not forward ports, or whose istiod says nothing of use, does without. */
  async #askVersion(): Promise<void> {
    const snapshot = this.store.snapshot();
    if (this.#isVersionAsked || runningIstiods(snapshot).length === 0) return;
    this.#isVersionAsked = true;
    try {
      this.#istioVersion = await istiodVersion(snapshot, this.#options.openTunnel, this.#ending.signal);
    } catch {
      return;
    }
    if (this.#istioVersion !== undefined && !this.#isDisposed) this.#detect();
  }

  #changed(): void {
    if (this.#isDisposed) return;
    const status = this.#present();
    if (isDeepStrictEqual({ ...status, asOf: '' }, { ...this.#status, asOf: '' })) return;
    this.#status = status;
    for (const listener of [...this.#listeners]) listener(status);
  }

  #present(): ClusterStatus {
    const { trouble, serverVersion, kinds, forbidden, discoveryProblem } = this.#reflectors.status;
    const review = this.#review;
    const listed = this.store
      .snapshot()
      .ofKind(Kinds.namespace)
      .map(({ name }) => name);
    const confinedTo = review?.confinedTo ?? [];
    return {
      ...sessionStatus({
        context: this.context,
        trouble:
          trouble ??
          (discoveryProblem === undefined ? this.#reviewTrouble : { reason: 'failing', message: discoveryProblem }),
        kubernetesVersion: serverVersion,
        isReviewed: review !== undefined,
        confinedTo,
        chosen: this.#namespaces,
        knownNamespaces: [...new Set([...listed, ...confinedTo, ...this.#namespaces])].sort(),
        kinds,
        forbidden: merged(review?.forbidden ?? [], forbidden),
        meshes: this.#meshes,
      }),
      telemetry: { state: 'unknown' },
      asOf: new Date(this.#clock.now()).toISOString(),
    };
  }
}

const isOfControlPlane = (labels: Readonly<Record<string, string>>): boolean => labels['app'] === 'istiod';

/** Each resource once; what the review says of it counts, as it knows in which namespaces. */
function merged(
  reviewed: readonly ForbiddenResource[],
  refused: readonly ForbiddenResource[],
): readonly ForbiddenResource[] {
  const isKnown = ({ group, resource }: ForbiddenResource): boolean =>
    reviewed.some((known) => known.group === group && known.resource === resource);
  return [...reviewed, ...refused.filter((one) => !isKnown(one))];
}
