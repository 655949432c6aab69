import type { ClusterStatus } from './cluster.ts';
import type { LocalMeshStatus } from './local-mesh.ts';
import type { MeshEvent } from './mesh-event.ts';
import type { ResourceRef, SourceRef } from './resource.ts';
import type { GraphType, TopologyDelta, TopologyGraph, TrafficSeries } from './topology.ts';
import type { Trace, TraceQuery, TraceSummary } from './traces.ts';

/** Raised whenever a message changes shape, so that a panel restored from an older version reloads. */
export const panelProtocolVersion = 2;

/** Whose topology is shown: the local mesh, or these contexts; no contexts: all that are connected. */
export interface PanelSource {
  readonly source: 'local' | 'cluster';
  readonly contexts: readonly string[];
}

/** What a panel shall bring into view. */
export interface PanelShow extends Partial<PanelSource> {
  readonly traceId?: string;
  readonly select?: string;
  readonly namespaces?: readonly string[];
}

/** What a panel keeps across reloads of the window: navigation and view only, never data. */
export interface PanelState extends PanelSource {
  readonly version: number;
  readonly view: 'topology' | 'trace';
  readonly traceId?: string;
  readonly namespaces: readonly string[];
  readonly graphType: GraphType;
  readonly window: number;
  readonly selection?: string;
  readonly viewport?: { readonly zoom: number; readonly x: number; readonly y: number };
  /** The viewport shows everything, as the last fit left it: it is fitted again, not restored, in a room of another size. */
  readonly fitted?: boolean;
  /** Positions of cards the person (or the layout) gave, by node id. */
  readonly positions: Readonly<Record<string, { readonly x: number; readonly y: number }>>;
  /** Cards that were placed while they had no edge, and that nobody has moved since. */
  readonly provisional?: readonly string[];
  readonly showList: boolean;
  readonly showLegend: boolean;
  /** Switches of the display menu by name; absent ones have their default. */
  readonly display?: Readonly<Record<string, boolean>>;
  /** Namespaces opened by hand where large meshes are grouped. */
  readonly opened?: readonly string[];
}

/** From the panel to the extension: questions carry an `id`, and exactly one `answer` comes back. */
export interface PanelRequests {
  subscribe: {
    params: PanelSource & { graphType: GraphType; window: number; namespaces: readonly string[] };
    result: TopologyGraph;
  };
  series: { params: { id: string; seconds: number }; result: TrafficSeries };
  traces: { params: TraceQuery; result: readonly TraceSummary[] };
  trace: { params: { traceId: string }; result: Trace | null };
  status: { params: Record<string, never>; result: LocalMeshStatus };
  events: { params: Record<string, never>; result: readonly MeshEvent[] };
}

export type PanelAction =
  | { readonly action: 'open-source'; readonly source: SourceRef }
  | { readonly action: 'start-mesh' | 'stop-mesh' | 'show-log' | 'open-events' | 'show-clusters' }
  /** Where the address of the Prometheus is set. */
  | { readonly action: 'open-metrics-settings' }
  /** Connects the context anew. */
  | { readonly action: 'retry-cluster'; readonly context: string }
  /** The YAML of an object as the cluster has it. */
  | { readonly action: 'open-object'; readonly context: string; readonly resource: ResourceRef }
  | {
      readonly action: 'start-service' | 'stop-service' | 'restart-service';
      readonly namespace: string;
      readonly name: string;
    }
  | { readonly action: 'send-request'; readonly host: string }
  | { readonly action: 'show-route'; readonly host: string; readonly from?: string }
  | { readonly action: 'open-trace'; readonly traceId: string }
  | { readonly action: 'copy'; readonly text: string }
  | { readonly action: 'export'; readonly format: 'png' | 'svg' | 'json'; readonly data: string };

export type PanelToHost =
  | { readonly type: 'ready'; readonly version: number }
  | {
      readonly [K in keyof PanelRequests]: {
        readonly type: 'request';
        readonly id: number;
        readonly method: K;
        readonly params: PanelRequests[K]['params'];
      };
    }[keyof PanelRequests]
  | { readonly type: 'action'; readonly action: PanelAction }
  | { readonly type: 'error'; readonly message: string };

export type HostToPanel =
  | {
      readonly type: 'init';
      readonly version: number;
      readonly state?: PanelState;
      readonly show?: PanelShow;
    }
  | { readonly type: 'answer'; readonly id: number; readonly result: unknown }
  | { readonly type: 'failure'; readonly id: number; readonly message: string }
  | { readonly type: 'topology'; readonly delta: TopologyDelta }
  | { readonly type: 'status'; readonly status: LocalMeshStatus }
  /** Every context that is connected or that should be. */
  | { readonly type: 'clusters'; readonly clusters: readonly ClusterStatus[] }
  | { readonly type: 'event'; readonly event: MeshEvent }
  | {
      readonly type: 'engine';
      readonly state: 'starting' | 'running' | 'restarting' | 'stopped';
      readonly message?: string;
    }
  | ({ readonly type: 'show' } & PanelShow);
