import type { ForbiddenResource, WatchedKind } from '../../../../shared/cluster.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { KindKey } from '../../../model/mesh-object.ts';
import type { ObjectStore } from '../../../model/object-store.ts';
import { assumedResource, negotiateResource } from '../resources/negotiate-resource.ts';
import { fullResourceName, type ServedResource } from '../resources/served-resource.ts';
import type { ServedResources } from '../resources/served-resources.ts';
import { wantedKinds, type WantedKind } from '../resources/wanted-kinds.ts';
import type { KubeTransport } from '../transport/kube-transport.ts';
import { systemClock, type Clock, type Timer } from './clock.ts';
import { DiscoveryLoop } from './discovery-loop.ts';
import { KindWatch, type ReflectorScope } from './kind-watch.ts';
import { Reachability, type ReachabilityLimits, type ServerTrouble } from './reachability.ts';
import { usualReflectorLimits, type ReflectorContext, type ReflectorLimits } from './reflector.ts';
import { StartOrder } from './start-order.ts';
import { sharedSlices, type WorkSlices } from '../../../work-slices.ts';

export interface ReflectorSetOptions {
  readonly transport: KubeTransport;
  readonly store: ObjectStore;
  /** Default: everything the model wants. */
  readonly kinds?: readonly WantedKind[];
  readonly clock?: Clock;
  readonly slices?: WorkSlices;
  readonly limits?: ReflectorLimits;
  readonly reachabilityLimits?: ReachabilityLimits;
  /** False: lists come in pages even where the server can stream them. */
  readonly streamsLists?: boolean;
}

export interface ReflectorSetStatus {
  /** Of the whole server; then its kinds say nothing of their own about it. */
  readonly trouble?: ServerTrouble;
  /** What the server serves cannot be found out, in words. */
  readonly discoveryProblem?: string;
  /** `v1.37.0`. */
  readonly serverVersion?: string;
  /** Every wanted kind, also those that the server does not have. */
  readonly kinds: readonly WatchedKind[];
  /** What the server refused when it was asked. */
  readonly forbidden: readonly ForbiddenResource[];
  /** It is known what is served, and all that may be read is in the store. */
  readonly isSynced: boolean;
}

const definitions = Kinds.customResourceDefinition;
const statusPauseMs = 50;
/** What is refused is asked for again, one after the other: often at first, as a role is often given within minutes. */
const refusedMs = 3000;
const refusedLaterMs = 20_000;
const refusedOftenTimes = 20;

/** Keeps a store equal to what a cluster has of the wanted kinds, in the chosen namespaces. */
export class ReflectorSet {
  readonly #clock: Clock;
  readonly #reachability: Reachability;
  readonly #discovery: DiscoveryLoop;
  readonly #watches: readonly { readonly kind: WantedKind; readonly watch: KindWatch }[];
  readonly #groups: ReadonlySet<string>;
  readonly #order: StartOrder;
  readonly #store: ObjectStore;
  readonly #listeners = new Set<(status: ReflectorSetStatus) => void>();
  #scopeOf: (kind: WantedKind) => ReflectorScope = () => 'cluster';
  #resources: ReadonlyMap<WantedKind, ServedResource> | undefined;
  #discoveryProblem: string | undefined;
  #statusTimer: Timer | undefined;
  #refusedTimer: Timer | undefined;
  #refusedRounds = 0;
  #isDisposed = false;

  constructor(options: ReflectorSetOptions) {
    const { transport, store, kinds = wantedKinds, clock = systemClock } = options;
    this.#clock = clock;
    this.#store = store;
    this.#order = new StartOrder(clock);
    this.#groups = new Set(kinds.map(({ group }) => group));
    this.#reachability = new Reachability(
      transport,
      clock,
      { onAnswer: () => this.#changed(), onRenew: () => this.#renew() },
      options.reachabilityLimits,
    );
    this.#discovery = new DiscoveryLoop({
      transport,
      clock,
      reachability: this.#reachability,
      groups: this.#groups,
      onServed: (served) => this.#served(served),
      onProblem: (message) => {
        this.#discoveryProblem = message;
        this.#changed();
      },
    });
    const context: ReflectorContext = {
      transport,
      clock,
      slices: options.slices ?? sharedSlices,
      reachability: this.#reachability,
      limits: options.limits ?? usualReflectorLimits,
      isDefined: (resource) => this.#isDefined(resource),
      prefersProtobuf: true,
      streamsLists: options.streamsLists ?? true,
    };
    const origin = { layer: 'cluster', source: transport.context } as const;
    this.#watches = kinds.map((kind) => ({
      kind,
      watch: new KindWatch({
        kind,
        context,
        store,
        origin,
        order: this.#order,
        onChange: () => this.#changed(),
        onAbsent: () => this.#discovery.hint(),
        onAllowed: () => this.#retryRefused(),
        ...(kind.key === definitions && { onObjects: (objects) => this.#defined(objects) }),
      }),
    }));
  }

  start(): void {
    this.#reachability.start();
    this.#discovery.start();
  }

  get status(): ReflectorSetStatus {
    const { trouble, serverVersion } = this.#reachability;
    const kinds = this.#watches.map(({ watch }) => watch.status());
    return {
      ...(trouble && { trouble }),
      ...(this.#discoveryProblem !== undefined && !trouble && { discoveryProblem: this.#discoveryProblem }),
      ...(serverVersion !== undefined && { serverVersion }),
      kinds,
      forbidden: this.#watches.flatMap(({ watch }) => watch.forbidden),
      isSynced:
        this.#resources !== undefined && kinds.every(({ state }) => state !== 'listing' && state !== 'retrying'),
    };
  }

  /** The kinds of which the store has every object that the cluster has. */
  get completeKinds(): readonly KindKey[] {
    return this.#watches.flatMap(({ kind, watch }) => (watch.isComplete ? [kind.key] : []));
  }

  /** Called soon after a change of the status; many changes are told as one. */
  onStatus(listener: (status: ReflectorSetStatus) => void): { dispose(): void } {
    const own = (status: ReflectorSetStatus): void => listener(status);
    this.#listeners.add(own);
    return { dispose: () => void this.#listeners.delete(own) };
  }

  /** Where each kind is read, by what was chosen and what is allowed. What is left is forgotten at once. */
  setScope(scopeOf: (kind: WantedKind) => ReflectorScope): void {
    this.#scopeOf = scopeOf;
    this.#apply();
  }

  /** Everything namespaced in these namespaces only; none: in all. */
  setNamespaces(namespaces: readonly string[]): void {
    const scope = namespaces.length === 0 ? 'cluster' : [...new Set(namespaces)];
    this.setScope(({ namespaced }) => (namespaced ? scope : 'cluster'));
  }

  /** Tries everything now that waits to be tried: a person asked, or the credentials are others. */
  retry(): void {
    this.#refusedRounds = 0;
    this.#reachability.retry();
    this.#discovery.retry();
    for (const { watch } of this.#watches) for (const reflector of watch.reflectors) reflector.retry();
  }

  /** Ends every watch; nothing reaches the store afterwards. The store keeps what it has. */
  dispose(): void {
    this.#isDisposed = true;
    this.#statusTimer?.cancel();
    this.#refusedTimer?.cancel();
    this.#reachability.dispose();
    this.#discovery.dispose();
    this.#order.dispose();
    for (const { watch } of this.#watches) watch.stop();
    this.#listeners.clear();
  }

  #served(served: ServedResources | undefined): void {
    const resources = new Map<WantedKind, ServedResource>();
    for (const { kind } of this.#watches) {
      const before = this.#resources?.get(kind);
      // Where a group's server is away, or one that was just started does not serve all yet, what it had is not gone.
      const isAway = before !== undefined && (served?.isStale(kind.group) === true || this.#isDefined(before));
      const resource = served
        ? (negotiateResource(kind, served) ?? (isAway ? before : undefined))
        : assumedResource(kind);
      if (resource) resources.set(kind, resource);
    }
    this.#resources = resources;
    this.#apply();
  }

  #apply(): void {
    const resources = this.#resources;
    if (!resources || this.#isDisposed) return;
    for (const { kind, watch } of this.#watches) watch.update(resources.get(kind), this.#scopeOf(kind));
  }

  #renew(): void {
    if (this.#discoveryProblem !== undefined || !this.#resources) this.#discovery.retry();
    for (const { watch } of this.#watches) for (const reflector of watch.reflectors) reflector.renew();
  }

  /** Where definitions may not be read, nothing is known. */
  #isDefined(resource: ServedResource): boolean {
    return this.#store.snapshot().find(definitions, '', fullResourceName(resource)) !== undefined;
  }

  /** Definitions are named `plural.group`. */
  #defined(objects: readonly { readonly name: string }[]): void {
    const concerns = objects.some(({ name }) => this.#groups.has(name.slice(name.indexOf('.') + 1)));
    if (concerns) this.#discovery.hint();
  }

  #changed(): void {
    if (this.#isDisposed) return;
    const own = this.#watches.find(({ kind }) => kind.key === definitions);
    this.#discovery.setPolling(!own?.watch.reflectors.some(({ state }) => state.state === 'synced'));
    this.#armRefused();
    this.#openOrder();
    this.#statusTimer ??= this.#clock.setTimer(() => {
      this.#statusTimer = undefined;
      const { status } = this;
      for (const listener of [...this.#listeners]) listener(status);
    }, statusPauseMs);
  }

  /** The first kinds hold nothing back that is followed without them. */
  #openOrder(): void {
    const isStarted = this.#watches.some(({ watch }) => watch.reflectors.length > 0);
    const isWaiting = this.#watches.some(({ kind, watch }) => kind.isFirst && watch.status().state === 'listing');
    if (isStarted && !isWaiting) this.#order.open();
  }

  #armRefused(): void {
    if (this.#refusedTimer || this.#refused().length === 0) return;
    const pause = this.#refusedRounds < refusedOftenTimes ? refusedMs : refusedLaterMs;
    this.#refusedTimer = this.#clock.setTimer(
      () => {
        this.#refusedTimer = undefined;
        const refused = this.#refused();
        refused[this.#refusedRounds++ % Math.max(1, refused.length)]?.retry();
        this.#armRefused();
      },
      pause * (0.8 + 0.4 * this.#clock.random()),
    );
  }

  #refused(): readonly { retry(): void }[] {
    return this.#watches.flatMap(({ watch }) => watch.reflectors.filter(({ state }) => state.state === 'forbidden'));
  }

  /** Somebody was given a role: it is often about more than one kind. */
  #retryRefused(): void {
    this.#refusedRounds = 0;
    for (const reflector of this.#refused()) reflector.retry();
  }
}
