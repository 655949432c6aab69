import type { TopologyParams } from '../../shared/engine-protocol.ts';
import type { TopologyDelta, TopologyGraph, TrafficSeries } from '../../shared/topology.ts';
import type { Span, TraceQuery } from '../../shared/traces.ts';
import type { TrafficSource } from '../telemetry/traffic.ts';
import { buildTopology } from './build.ts';
import type { Declarations } from './declarations.ts';
import { diffTopology } from './delta.ts';
import { scopeOf } from './series-scope.ts';
import { graphTypes, seriesFor, seriesSteps } from './series.ts';
import { sharesMoved } from './share-news.ts';
import { traceFilter } from './trace-filter.ts';
import { noInfluences, type Influences, type TopologyInput } from './topology-input.ts';

export interface Disposable {
  dispose(): void;
}

/** Timers, so that tests own the time. */
export interface Timers {
  every(milliseconds: number, callback: () => void): Disposable;
  after(milliseconds: number, callback: () => void): Disposable;
}

/** Node's own timers; they do not keep a process alive. */
const systemTimers: Timers = {
  every: (milliseconds, callback) => {
    const timer = setInterval(callback, milliseconds).unref();
    return { dispose: () => clearInterval(timer) };
  },
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds).unref();
    return { dispose: () => clearTimeout(timer) };
  },
};

export interface LiveTopologyOptions {
  /** Whoever measures what these parameters ask for. */
  readonly source: (params: TopologyParams) => TrafficSource;
  /** Whether somebody measures a cluster of these parameters; absent: every one. */
  readonly measured?: (params: TopologyParams) => TopologyInput['measured'];
  /** What is declared and what runs now. */
  readonly mesh: (params: TopologyParams) => Declarations;
  /** Name of the cluster of what names none, the same as in `ProxyIdentity.cluster`. */
  readonly cluster: string;
  readonly influences?: (params: TopologyParams) => Influences;
  readonly routesSince?: TopologyInput['routesSince'];
  /**
   * What the graph is made of, to be compared one by one. While it is the same only a sign of life is sent: a cluster of
   * thousands need not be drawn anew each second. Absent: something changes all the time.
   */
  readonly revision?: (params: TopologyParams) => readonly unknown[];
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly timers?: Timers;
}

export interface TopologySubscription extends Disposable {
  /** The graph the first delta starts from. */
  readonly graph: TopologyGraph;
}

interface Subscriber {
  readonly params: TopologyParams;
  readonly onDelta: (delta: TopologyDelta) => void;
  graph: TopologyGraph;
  revision: readonly unknown[] | undefined;
}

const rebuildMs = 1000;
/** Events come in groups (a process dies, then every proxy sees it): one rebuild shows them all. */
const gatherMs = 50;
const defaultWindow = 60;
/** How long an edge stays, dashed, after its last request. */
const idleSeconds = 600;

/** The graph of the running mesh, rebuilt each second while somebody looks. Nothing runs when nobody does. */
export class LiveTopology {
  readonly #options: LiveTopologyOptions;
  readonly #timers: Timers;
  readonly #subscribers = new Set<Subscriber>();
  #ticking: Disposable | undefined;
  #gathering: Disposable | undefined;
  /** Higher than every version sent so far: a late delta of an ended subscription fits no later graph. */
  #version = 0;

  constructor(options: LiveTopologyOptions) {
    this.#options = options;
    this.#timers = options.timers ?? systemTimers;
  }

  /** The graph as it is now, version 0: no deltas follow. */
  graph(params: TopologyParams = {}): TopologyGraph {
    const { mesh, cluster, influences, routesSince, now } = this.#options;
    const source = this.#options.source(params);
    const measured = this.#options.measured?.(params);
    const window = params.window ?? defaultWindow;
    return buildTopology({
      traffic: source.traffic(window, Math.max(idleSeconds, window)),
      mesh: mesh(params),
      cluster,
      influences: influences?.(params) ?? noInfluences,
      ...(measured ? { measured } : {}),
      ...(routesSince ? { routesSince } : {}),
      graphType: params.graphType ?? 'versionedApp',
      namespaces: params.namespaces ?? [],
      window,
      now: now(),
      warnings: source.warnings(),
    });
  }

  /** From now on `onDelta` is called each second and soon after `refresh`, until the subscription is disposed. */
  subscribe(params: TopologyParams, onDelta: (delta: TopologyDelta) => void): TopologySubscription {
    // Read before the graph: what changes while that is built is news.
    const revision = this.#options.revision?.(params);
    const graph = { ...this.graph(params), version: ++this.#version };
    const subscriber: Subscriber = { params, onDelta, graph, revision };
    this.#subscribers.add(subscriber);
    this.#ticking ??= this.#timers.every(rebuildMs, () => this.#rebuild());
    return {
      graph: subscriber.graph,
      dispose: () => {
        this.#subscribers.delete(subscriber);
        if (this.#subscribers.size === 0) this.#stop();
      },
    };
  }

  /** Something happened that must show at once: an instance died, a configuration was applied. */
  refresh(): void {
    if (this.#subscribers.size === 0) return;
    this.#gathering ??= this.#timers.after(gatherMs, () => {
      this.#gathering = undefined;
      this.#rebuild();
    });
  }

  /**
   * Traffic was measured a moment after routes changed. Only where shares have moved is it told between two seconds: other
   * numbers stay still until the next one.
   */
  routesMeasured(): void {
    this.#rebuild((subscriber, next) => sharesMoved(subscriber.graph, next));
  }

  /**
   * Decides for `TraceStore.summaries` whether a trace passes what the query names, in whichever type of graph has that id;
   * undefined where it names no node and no edge.
   */
  traceFilter(query: TraceQuery): ((spans: readonly Span[]) => boolean) | undefined {
    const id = query.edge ?? query.node;
    if (id === undefined) return undefined;
    const knows = ({ nodes, edges }: TopologyGraph): boolean => [...nodes, ...edges].some((one) => one.id === id);
    const shown = [...this.#subscribers].map(({ graph }) => graph).find(knows);
    const graph = shown ?? graphTypes.map((graphType) => this.graph({ graphType })).find(knows) ?? this.graph();
    return traceFilter(graph, query);
  }

  /** A source that must ask somebody is asked first. */
  async series(id: string, seconds: number): Promise<TrafficSeries> {
    const { mesh, cluster, now } = this.#options;
    const subscriber = [...this.#subscribers].find(({ graph }) => scopeOf(graph, id) !== undefined);
    const params = subscriber?.params ?? {};
    const scope = scopeOf(subscriber?.graph ?? this.graph(params), id);
    const source = this.#options.source(params);
    const steps = seriesSteps(seconds);
    await source.prepareSlices?.(steps.seconds, steps.step, scope);
    const asked = { source, mesh: mesh(params), cluster, id, seconds, now: now() };
    return seriesFor(scope === undefined ? asked : { ...asked, scope });
  }

  dispose(): void {
    this.#subscribers.clear();
    this.#stop();
  }

  #stop(): void {
    this.#ticking?.dispose();
    this.#gathering?.dispose();
    this.#ticking = undefined;
    this.#gathering = undefined;
  }

  #rebuild(isNews: (subscriber: Subscriber, next: TopologyGraph) => boolean = () => true): void {
    for (const subscriber of [...this.#subscribers]) {
      const { params } = subscriber;
      // Where nothing is new the graph is not built, and nobody would read the source.
      if (this.#options.revision) this.#options.source(params).want?.(params.window ?? defaultWindow);
      const revision = this.#options.revision?.(params);
      const next = { ...this.#next(subscriber, revision), version: subscriber.graph.version + 1 };
      // What is not told now is news still.
      if (!isNews(subscriber, next)) continue;
      const delta = diffTopology(subscriber.graph, next);
      if (!delta) continue;
      subscriber.graph = next;
      subscriber.revision = revision;
      this.#version = Math.max(this.#version, next.version);
      subscriber.onDelta(delta);
    }
  }

  /** The graph anew, or the same one with a newer time where nothing it is made of has changed. */
  #next(subscriber: Subscriber, revision: Subscriber['revision']): TopologyGraph {
    const before = subscriber.revision;
    const isSame =
      before !== undefined &&
      revision?.length === before.length &&
      revision.every((one, index) => Object.is(one, before[index]));
    if (!isSame) return this.graph(subscriber.params);
    return { ...subscriber.graph, asOf: new Date(this.#options.now()).toISOString() };
  }
}
