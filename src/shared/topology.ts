import type { MeshMembership } from './cluster.ts';
import type { HealthState } from './health.ts';
import type { SourceRef } from './resource.ts';

/** Ids are made of (kind, cluster, namespace, name …) only, so that refreshes diff and layouts stay. */
type NodeId = string;
type EdgeId = string;
type BoxId = string;

export type NodeKind = 'workload' | 'service' | 'gateway' | 'traffic-source' | 'external' | 'unknown';

export type GraphType = 'versionedApp' | 'app' | 'workload' | 'service';

/** Rates of one direction over the window. Requests for HTTP and gRPC; bytes for TCP. */
export interface TrafficRates {
  /** Requests per second. */
  readonly requests: number;
  /** Requests per second without an answer or with a 4xx/5xx one (gRPC: a status other than 0). */
  readonly errors: number;
  /** errors / requests, 0 to 1; 0 where nothing flowed. */
  readonly errorShare: number;
  /** Milliseconds; absent where nothing flowed. */
  readonly p50?: number;
  readonly p95?: number;
  readonly p99?: number;
  /** TCP bytes per second, both directions. */
  readonly bytes?: number;
  /** Requests in the window by `code flags`, for example `503 UH`. */
  readonly responses: Readonly<Record<string, number>>;
}

export type InstanceState = 'starting' | 'ready' | 'unhealthy' | 'ejected' | 'down' | 'stopped';

/** One endpoint of a workload: a process or a pod. */
export interface TopologyInstance {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly state: InstanceState;
  /** ISO 8601 time of the last change of `state`. */
  readonly since: string;
  readonly reason?: string;
}

export interface TopologyNode {
  readonly id: NodeId;
  readonly kind: NodeKind;
  /** What the card says in bold; within a frame of versions, the version. */
  readonly label: string;
  readonly namespace: string;
  readonly cluster: string;
  readonly app?: string;
  readonly workload?: string;
  readonly version?: string;
  readonly service?: string;
  readonly parent?: BoxId;
  readonly health: HealthState;
  readonly inbound: TrafficRates;
  readonly outbound: TrafficRates;
  readonly instances: readonly TopologyInstance[];
  /** In the mesh: behind a proxy, of ours or of a cluster's mesh. */
  readonly meshed: boolean;
  /** How it takes part in a mesh, where what runs tells it. */
  readonly membership?: MeshMembership;
  readonly principal?: string;
  /** What shaped it: policies that select it or its host, each with its place in text. */
  readonly shapedBy: readonly SourceRef[];
  /** Where the workload itself is declared. */
  readonly declaredAt?: SourceRef;
}

export interface TopologyEdge {
  readonly id: EdgeId;
  readonly source: NodeId;
  readonly target: NodeId;
  readonly protocol: 'http' | 'grpc' | 'tcp';
  readonly traffic: TrafficRates;
  /**
   * Fraction of the source's requests to this service that goes to this target, 0 to 1, where the service has several
   * targets. Counted over the window, but never over requests from before the last change of its routes.
   */
  readonly share?: number;
  /** Requests `share` was counted from, of all targets; given while the window reaches behind that last change. */
  readonly shareRequests?: number;
  /** Host of the service through which the traffic goes. */
  readonly host: string;
  /** Fraction of requests that were mutually authenticated, 0 to 1. */
  readonly mutualTls: number;
  readonly sourcePrincipal?: string;
  readonly destinationPrincipal?: string;
  readonly health: HealthState;
  /**
   * `declared` edges are what routes and gateways say, where no traffic is known; a live edge of the same ends takes their
   * place. `hypothetical` ones belong to a preview and are drawn beside the live ones.
   */
  readonly layer: 'live' | 'declared' | 'hypothetical';
  readonly shapedBy: readonly SourceRef[];
}

/** A frame around nodes: versions of one app, or a namespace. */
export interface TopologyBox {
  readonly id: BoxId;
  readonly kind: 'cluster' | 'namespace' | 'app';
  readonly label: string;
  readonly parent?: BoxId;
}

export interface TopologySummary {
  readonly workloads: number;
  readonly services: number;
  readonly requests: number;
  readonly errorShare: number;
  readonly mutualTlsShare: number;
}

/** Answer of `mesh/topology`, and the state that deltas build on. */
export interface TopologyGraph {
  /** Grows by one with every delta; a gap means: ask for the whole graph again. */
  readonly version: number;
  readonly nodes: readonly TopologyNode[];
  readonly edges: readonly TopologyEdge[];
  readonly boxes: readonly TopologyBox[];
  readonly summary: TopologySummary;
  /** ISO 8601. */
  readonly asOf: string;
  /** Seconds the rates are taken over. */
  readonly window: number;
  /** What is missing or doubtful, in words. */
  readonly warnings: readonly string[];
}

/** What turns version `from` into version `to`. Elements are replaced whole. */
export interface TopologyDelta {
  readonly from: number;
  readonly to: number;
  readonly nodes: readonly TopologyNode[];
  readonly edges: readonly TopologyEdge[];
  readonly boxes: readonly TopologyBox[];
  readonly removed: {
    readonly nodes: readonly NodeId[];
    readonly edges: readonly EdgeId[];
    readonly boxes: readonly BoxId[];
  };
  readonly summary: TopologySummary;
  readonly asOf: string;
  readonly window: number;
  readonly warnings: readonly string[];
}

/** A node's or an edge's recent past, one point a step, oldest first; `null` where nothing is known. */
export interface TrafficSeries {
  readonly id: string;
  /** Seconds between points. */
  readonly step: number;
  /** ISO 8601 of the last point. */
  readonly asOf: string;
  readonly requests: readonly (number | null)[];
  readonly errorShare: readonly (number | null)[];
  readonly p50: readonly (number | null)[];
  readonly p95: readonly (number | null)[];
}
