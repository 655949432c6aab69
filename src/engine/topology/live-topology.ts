import type { LocalMeshStatus } from '../../shared/local-mesh.ts';
import type { TopologyParams } from '../../shared/engine-protocol.ts';
import type { TopologyDelta, TopologyGraph, TrafficSeries } from '../../shared/topology.ts';
import type { Span, TraceQuery } from '../../shared/traces.ts';
import type { TrafficSource } from '../telemetry/traffic.ts';
import { buildTopology } from './build.ts';
import { diffTopology } from './delta.ts';
import { graphTypes, seriesFor } from './series.ts';
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
  readonly source: TrafficSource;
  /** The mesh as it is now. */
  readonly mesh: () => LocalMeshStatus;
  /** Name of the mesh's cluster, the same as in `ProxyIdentity.cluster`. */
  readonly cluster: string;
  readonly influences?: () => Influences;
  readonly routesSince?: TopologyInput['routesSince'];
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
    const { source, mesh, cluster, influences, routesSince, now } = this.#options;
    const window = params.window ?? defaultWindow;
    return buildTopology({
      traffic: source.traffic(window, Math.max(idleSeconds, window)),
      mesh: mesh(),
      cluster,
      influences: influences?.() ?? noInfluences,
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
    const subscriber: Subscriber = { params, onDelta, graph: { ...this.graph(params), version: ++this.#version } };
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

  series(id: string, seconds: number): TrafficSeries {
    const { source, mesh, cluster, now } = this.#options;
    return seriesFor({ source, mesh: mesh(), cluster, id, seconds, now: now() });
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
      const next = { ...this.graph(subscriber.params), version: subscriber.graph.version + 1 };
      if (!isNews(subscriber, next)) continue;
      const delta = diffTopology(subscriber.graph, next);
      if (!delta) continue;
      subscriber.graph = next;
      this.#version = Math.max(this.#version, next.version);
      subscriber.onDelta(delta);
    }
  }
}
