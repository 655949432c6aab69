import type { Call } from './call.ts';
import type {
  ClusterAction,
  ClusterExecution,
  ClusterObjectText,
  ClusterPlan,
  ClusterStatus,
  ClusterTree,
  KubeconfigSummary,
  ProxyStatus,
} from './cluster.ts';
import type { DevProxyParams, DevProxyStatus } from './dev-proxy.ts';
import type { AnalysisLayer, AnalyzeResult } from './diagnostics.ts';
import type { LocalMeshStatus } from './local-mesh.ts';
import type { MeshEvent } from './mesh-event.ts';
import type { MeshSettings } from './mesh-settings.ts';
import type { RuleSettings } from './rule-settings.ts';
import type { ResourceRef } from './resource.ts';
import type { RouteDecision } from './route-decision.ts';
import type { GraphType, TopologyDelta, TopologyGraph, TrafficSeries } from './topology.ts';
import type { Trace, TraceQuery, TraceSummary } from './traces.ts';

/** Where a question finds its objects: paths read from disk, or texts given. Neither: what the engine has open. */
export interface Inputs {
  readonly files?: readonly string[];
  readonly resources?: readonly { readonly uri: string; readonly text: string }[];
  readonly mesh?: MeshSettings;
  /** Path of a configuration file that counts for all of them, instead of those among them; `""`: none does. */
  readonly configuration?: string;
}

/** The same on top of a connected cluster: what it has counts where the files say nothing. */
export interface ClusterInputs extends Inputs {
  /** Context, connected. Absent: for files that are given none, for what the engine has open all that are connected. */
  readonly context?: string;
}

export interface TopologyParams {
  /** The local mesh (default), or what is connected of clusters. */
  readonly source?: 'local' | 'cluster';
  /** Contexts, where the source is `cluster`; absent: all that are connected. */
  readonly contexts?: readonly string[];
  readonly namespaces?: readonly string[];
  readonly graphType?: GraphType;
  /** Seconds, default 60. */
  readonly window?: number;
}

export interface TestRequest {
  /** Name of the workload the request is sent from; default: the gateway, else any workload of the namespace. */
  readonly from?: string;
  readonly host: string;
  readonly port?: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface TestResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** UTF-8, at most 1 MiB. */
  readonly body: string;
  readonly truncated: boolean;
  /** Milliseconds. */
  readonly duration: number;
  readonly traceId: string;
  /** The decision the data plane took, from the same semantics as `mesh/route`. */
  readonly decision: RouteDecision;
  /** Instance that answered, if one did. */
  readonly instance?: string;
}

export interface ServiceTarget {
  readonly namespace?: string;
  /** A service, a workload or one instance. */
  readonly name: string;
}

export interface LogLine {
  readonly instance: string;
  readonly workload: string;
  readonly stream: 'stdout' | 'stderr' | 'mesh' | 'access';
  readonly time: number;
  readonly text: string;
}

/** Requests: the name of the method, what it takes, what it answers. The same over LSP and `meshlens batch`. */
export interface EngineRequests {
  'mesh/analyze': {
    params: ClusterInputs & {
      rules?: RuleSettings;
      /** `admission`: an error then means that the object would be refused; rules and suppressions do not count. */
      layer?: AnalysisLayer;
    };
    result: AnalyzeResult;
  };
  /** The schemas of all kinds we know as one JSON Schema, in JSON. */
  'mesh/jsonSchema': { params: Record<string, never>; result: { text: string } };
  'mesh/route': { params: ClusterInputs & { request: Call }; result: RouteDecision };
  'mesh/topology': { params: TopologyParams; result: TopologyGraph };
  /** From now on deltas come as `mesh/topologyChanged`; at most one subscription a connection, the last one holds. */
  'mesh/topology/subscribe': { params: TopologyParams; result: TopologyGraph };
  'mesh/topology/unsubscribe': { params: Record<string, never>; result: null };
  'mesh/series': { params: { id: string; seconds: number }; result: TrafficSeries };
  'mesh/traces': { params: TraceQuery; result: readonly TraceSummary[] };
  'mesh/trace': { params: { traceId: string }; result: Trace | null };
  'mesh/events': { params: { after?: number }; result: readonly MeshEvent[] };
  'mesh/local/status': { params: Record<string, never>; result: LocalMeshStatus };
  /** `file`: the path of the LocalMesh file; default: the one of the workspace. */
  'mesh/local/start': { params: { file?: string }; result: LocalMeshStatus };
  'mesh/local/stop': { params: Record<string, never>; result: LocalMeshStatus };
  'mesh/service/start': { params: ServiceTarget; result: LocalMeshStatus };
  'mesh/service/stop': { params: ServiceTarget; result: LocalMeshStatus };
  'mesh/service/restart': { params: ServiceTarget; result: LocalMeshStatus };
  'mesh/request': { params: TestRequest; result: TestResponse };
  /** Environment for a program that shall call the mesh as `workload` does. */
  'mesh/proxyEnvironment': { params: { workload?: string }; result: Readonly<Record<string, string>> };
  'mesh/contexts': { params: Record<string, never>; result: KubeconfigSummary };
  /**
   * Connects a context, or changes the namespaces of a connected one. Answers at once; `mesh/clusterChanged` tells how it
   * goes on. `consent`: the person agreed that the program of the context's user is run.
   */
  'mesh/cluster/connect': {
    params: { context: string; namespaces?: readonly string[]; consent?: boolean };
    result: ClusterStatus;
  };
  'mesh/cluster/disconnect': { params: { context: string }; result: null };
  'mesh/cluster/status': { params: Record<string, never>; result: readonly ClusterStatus[] };
  'mesh/cluster/tree': { params: { context: string }; result: ClusterTree };
  'mesh/cluster/object': { params: { context: string; ref: ResourceRef }; result: ClusterObjectText };
  /** What an action would do, by the server's own dry run. */
  'mesh/cluster/plan': { params: { context: string; action: ClusterAction }; result: ClusterPlan };
  /** Does what a plan showed. `force`: take over fields that other managers own, as its conflicts said. */
  'mesh/cluster/execute': { params: { plan: string; force?: boolean }; result: ClusterExecution };
  'mesh/cluster/proxyStatus': { params: { context: string }; result: readonly ProxyStatus[] };
  /** The configuration that the Envoy of a pod runs, as JSON text; secrets are left out. */
  'mesh/cluster/proxyConfig': { params: { context: string; namespace: string; pod: string }; result: { text: string } };
  'mesh/devProxy/start': { params: DevProxyParams; result: DevProxyStatus };
  'mesh/devProxy/stop': { params: Record<string, never>; result: DevProxyStatus };
  'mesh/devProxy/status': { params: Record<string, never>; result: DevProxyStatus };
}

/** Notifications from the engine. */
export interface EngineNotifications {
  'mesh/topologyChanged': TopologyDelta;
  'mesh/localChanged': LocalMeshStatus;
  'mesh/clusterChanged': ClusterStatus;
  /** Objects of the context changed: trees and open objects of it are to be asked for again. At most twice a second. */
  'mesh/cluster/objectsChanged': { readonly context: string };
  'mesh/devProxyChanged': DevProxyStatus;
  'mesh/event': MeshEvent;
  'mesh/log': { readonly lines: readonly LogLine[] };
}

export type EngineMethod = keyof EngineRequests;
export type EngineParams<M extends EngineMethod> = EngineRequests[M]['params'];
export type EngineResult<M extends EngineMethod> = EngineRequests[M]['result'];

/** Given to the engine with LSP `initialize`. */
export interface EngineInitializationOptions {
  /** Folder where the engine keeps what must outlive it: desired state, registrations. */
  readonly storage?: string;
  /** Commands of workspace files may be run. False in an untrusted workspace. */
  readonly trusted: boolean;
  /** Start the local mesh of the workspace at once. */
  readonly autoStart: boolean;
  readonly settings: EngineSettings;
}

export interface EngineSettings {
  readonly analysis: {
    readonly rules: RuleSettings;
    readonly debounce: number;
    /** Hold documents to the schemas of their kinds; false where somebody else does. Default true. */
    readonly structure?: boolean;
  };
  readonly mesh: MeshSettings;
  /** Traces kept in memory. */
  readonly traces: { readonly keep: number; readonly otlpExport?: string };
  /** Loopback ports; 0 lets the system choose. */
  readonly ports: { readonly registry: number; readonly metrics: number; readonly otlp: number };
  readonly cluster: {
    /** Paths joined as in `KUBECONFIG`; empty: that variable, else `~/.kube/config`. */
    readonly kubeconfig: string;
    /** Address of a Prometheus for the clusters; empty: it is looked for in each cluster. */
    readonly prometheus: string;
  };
}

export const defaultEngineSettings: EngineSettings = {
  analysis: { rules: {}, debounce: 100, structure: true },
  mesh: {},
  traces: { keep: 2000 },
  ports: { registry: 0, metrics: 0, otlp: 0 },
  cluster: { kubeconfig: '', prometheus: '' },
};
