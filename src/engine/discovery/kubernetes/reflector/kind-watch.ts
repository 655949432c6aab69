import type { ForbiddenResource, KindState, WatchedKind } from '../../../../shared/cluster.ts';
import type { MeshObject, Origin } from '../../../model/mesh-object.ts';
import type { ObjectStore } from '../../../model/object-store.ts';
import type { ServedResource } from '../resources/served-resource.ts';
import { assumedResource } from '../resources/negotiate-resource.ts';
import type { WantedKind } from '../resources/wanted-kinds.ts';
import { forbiddenWords } from './failure-words.ts';
import { Reflector, type ReflectorContext } from './reflector.ts';
import type { StartOrder } from './start-order.ts';
import type { ReflectorSink, ReflectorState } from './target.ts';

/** Where a kind is read: in one watch of the whole cluster, or in a watch of each of these namespaces (none: nowhere). */
export type ReflectorScope = 'cluster' | readonly string[];

export interface KindWatchOptions {
  readonly kind: WantedKind;
  readonly context: ReflectorContext;
  readonly store: ObjectStore;
  readonly origin: Origin;
  readonly order: StartOrder;
  readonly onChange: () => void;
  /** The server says that a kind which it should serve is not there. */
  readonly onAbsent: () => void;
  /** It may read something again that it might not. */
  readonly onAllowed: () => void;
  /** Objects of the kind came or went. */
  readonly onObjects?: (objects: readonly Pick<MeshObject, 'name'>[]) => void;
}

const everywhere = '';
/** Arguments of a call are limited. */
const putAtOnce = 1000;

/** States from the one that says most to the one that says least, where namespaces differ. */
const precedence: readonly KindState[] = ['retrying', 'listing', 'synced', 'forbidden', 'absent'];

/** While it lists again, or tries to, all that it knows stays. */
function isComplete({ state }: ReflectorState, before: boolean): boolean {
  switch (state) {
    case 'synced':
      return true;
    case 'listing':
    case 'retrying':
      return before;
    case 'forbidden':
    case 'absent':
      return false;
  }
}

/** Follows one kind in its scope, and says how that goes. */
export class KindWatch {
  readonly #options: KindWatchOptions;
  readonly #reflectors = new Map<string, Reflector>();
  #resource: ServedResource | undefined;
  #isComplete = false;

  constructor(options: KindWatchOptions) {
    this.#options = options;
  }

  get reflectors(): readonly Reflector[] {
    return [...this.#reflectors.values()];
  }

  get isServed(): boolean {
    return this.#resource !== undefined;
  }

  /** Whether the store has every object of the kind that the cluster has. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Follows the kind as it is served now (undefined: not at all) where it is to be followed now. */
  update(resource: ServedResource | undefined, scope: ReflectorScope): void {
    const isOther = !isSameResource(resource, this.#resource);
    this.#resource = resource;
    const wanted = new Set(!resource ? [] : scope === 'cluster' ? [everywhere] : scope);
    for (const [namespace, reflector] of this.#reflectors) {
      if (wanted.has(namespace) && !isOther) continue;
      reflector.stop();
      this.#reflectors.delete(namespace);
      if (namespace === everywhere) this.#isComplete = false;
    }
    this.#forgetOutside(wanted);
    for (const namespace of wanted) if (!this.#reflectors.has(namespace)) this.#start(namespace, resource);
    this.#options.onChange();
  }

  stop(): void {
    for (const reflector of this.reflectors) reflector.stop();
    this.#reflectors.clear();
  }

  status(): WatchedKind {
    const { kind, store } = this.#options;
    const states = this.reflectors.map((reflector) => reflector.state);
    const none: KindState = this.#resource ? 'forbidden' : 'absent';
    const state = precedence.find((candidate) => states.some((one) => one.state === candidate)) ?? none;
    const said = [...new Set(states.flatMap((one) => (this.#isSaid(one) ? (one.message ?? []) : [])))];
    const message = said.length > 0 ? said.join(' ') : none === state && this.#resource ? this.#nowhere() : undefined;
    return {
      kind: kind.key,
      version: this.#resource?.version ?? '',
      state,
      objects: store.count(kind.key),
      ...(message !== undefined && { message }),
    };
  }

  get forbidden(): readonly ForbiddenResource[] {
    return this.reflectors.flatMap(({ target, state }) => {
      if (state.state !== 'forbidden') return [];
      const { group, plural } = target.resource;
      const { namespace } = target;
      return [{ verb: state.verb ?? 'list', group, resource: plural, ...(namespace !== undefined && { namespace }) }];
    });
  }

  /** What may be, or is, a trouble of the whole server is said once, and not by its kinds. */
  #isSaid({ state, doubt }: ReflectorState): boolean {
    const { reachability } = this.#options.context;
    if (state === 'retrying' && reachability.trouble) return false;
    return doubt === undefined || reachability.isCleared(doubt);
  }

  #nowhere(): string {
    return forbiddenWords(
      { resource: this.#resource ?? assumedResource(this.#options.kind), namespace: undefined },
      'list',
    );
  }

  #start(namespace: string, resource: ServedResource | undefined): void {
    if (!resource) return;
    const { kind, context, origin } = this.#options;
    const target = { kind, resource, namespace: namespace === everywhere ? undefined : namespace, origin };
    let before: ReflectorState = { state: 'listing' };
    const reflector = new Reflector(target, context, this.#sinkOf(target.namespace), (state) => {
      const was = before;
      before = state;
      if (namespace === everywhere) this.#isComplete = isComplete(state, this.#isComplete);
      if (state.state === 'absent') this.#options.onAbsent();
      if (was.state === 'forbidden' && state.state !== 'forbidden') this.#options.onAllowed();
      this.#options.onChange();
    });
    this.#reflectors.set(namespace, reflector);
    if (kind.isFirst) reflector.start();
    else this.#options.order.afterFirst(() => reflector.start());
  }

  #sinkOf(namespace: string | undefined): ReflectorSink {
    const { store, kind, onObjects } = this.#options;
    return {
      put: (objects) => {
        for (let at = 0; at < objects.length; at += putAtOnce) store.put(...objects.slice(at, at + putAtOnce));
        onObjects?.(objects);
      },
      remove: (objectNamespace, name) => {
        store.remove(kind.key, objectNamespace, name);
        onObjects?.([{ name }]);
      },
      replace: (objects) => store.replace(kind.key, namespace, objects),
    };
  }

  /** Objects of namespaces that nobody follows any more would stay as they are for ever. */
  #forgetOutside(wanted: ReadonlySet<string>): void {
    const { store, kind } = this.#options;
    if (wanted.has(everywhere) || store.count(kind.key) === 0) return;
    const followed = new Set(
      store
        .snapshot()
        .ofKind(kind.key)
        .map(({ namespace }) => namespace),
    );
    for (const namespace of followed) if (!wanted.has(namespace)) store.replace(kind.key, namespace, []);
  }
}

function isSameResource(a: ServedResource | undefined, b: ServedResource | undefined): boolean {
  return (
    a === b ||
    (a !== undefined &&
      b !== undefined &&
      a.version === b.version &&
      a.plural === b.plural &&
      a.namespaced === b.namespaced)
  );
}
