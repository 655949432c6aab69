import type { SourceRef } from '../../shared/resource.ts';
import type { GraphType } from '../../shared/topology.ts';
import type { TrafficWindow } from '../telemetry/traffic.ts';
import type { Declarations } from './declarations.ts';

/** A workload, or what is known of a node that is none, as policies select it. */
export interface InfluenceTarget {
  readonly namespace: string;
  readonly workload?: string;
  readonly app?: string;
  readonly version?: string;
  readonly service?: string;
}

/** Which policies shape a node or an edge, each with its place in text. */
export interface Influences {
  ofNode(target: InfluenceTarget): readonly SourceRef[];
  /** `host`: the fully qualified name through which the source calls the target. */
  ofEdge(source: InfluenceTarget, target: InfluenceTarget, host: string): readonly SourceRef[];
}

export const noInfluences: Influences = { ofNode: () => [], ofEdge: () => [] };

/** What a graph is built from. */
export interface TopologyInput {
  readonly traffic: TrafficWindow;
  /** Whether somebody measures what flows in this cluster; absent: in every one, once anything was measured. */
  readonly measured?: (cluster: string) => boolean;
  /** What is declared and what runs. */
  readonly mesh: Declarations;
  /** Name of the mesh's cluster, for what is declared and for records that do not know theirs. */
  readonly cluster: string;
  readonly influences: Influences;
  /**
   * The first config generation with the routes that this source has for this host now. Absent or undefined: the newest
   * generation seen in its requests to that host.
   */
  readonly routesSince?: (source: InfluenceTarget, host: string) => number | undefined;
  readonly graphType: GraphType;
  /** Nodes of these, and their neighbours; empty: all. */
  readonly namespaces: readonly string[];
  /** Asked window in seconds. */
  readonly window: number;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Said beside the graph's own. */
  readonly warnings: readonly string[];
}
