import type { HealthState } from './health.ts';
import type { ResourceRef, SourceRef } from './resource.ts';

/** How a user of the kubeconfig proves who he is. */
export type AuthenticationMethod = 'certificate' | 'token' | 'token-file' | 'exec' | 'oidc' | 'basic' | 'none';

/** A context of the merged kubeconfig. Names and addresses only, never a credential. */
export interface ClusterContext {
  readonly name: string;
  readonly cluster: string;
  readonly user: string;
  /** Namespace the context names. */
  readonly namespace?: string;
  /** Address of the API server, without credentials. */
  readonly server: string;
  readonly isCurrent: boolean;
  /** The server's certificate is not verified. */
  readonly insecure: boolean;
  readonly authentication: AuthenticationMethod;
  /** Program that is run to get credentials, with its arguments. */
  readonly execCommand?: string;
  /** The program may only be run when a person agreed. */
  readonly needsConsent: boolean;
  /** Why the context cannot be used, with a way forward. */
  readonly problem?: string;
}

export interface KubeconfigSummary {
  /** Files that were read, in the order they are merged. */
  readonly files: readonly string[];
  readonly contexts: readonly ClusterContext[];
  /** What could not be read, in sentences. */
  readonly problems: readonly string[];
}

/**
 * `connected`: everything wanted is in step. `degraded`: usable, but something is missing or late. `unreachable`: the last
 * known state is shown while it is tried again. `unauthorized`: the credentials are refused. `needs-consent`: a program of
 * the kubeconfig waits for a person to agree. `failed`: cannot be used as it is written.
 */
export type ConnectionPhase =
  | 'disconnected'
  | 'connecting'
  | 'connected'
  | 'degraded'
  | 'unreachable'
  | 'unauthorized'
  | 'needs-consent'
  | 'failed';

/** Something the user may not do, with the words an administrator needs. */
export interface ForbiddenResource {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  /** Absent: in all namespaces. */
  readonly namespace?: string;
}

export type KindState = 'listing' | 'synced' | 'forbidden' | 'absent' | 'retrying';

export interface WatchedKind {
  /** As in the model, `networking.istio.io/VirtualService`. */
  readonly kind: string;
  readonly version: string;
  readonly state: KindState;
  readonly objects: number;
  /** What is wrong, with a way forward. */
  readonly message?: string;
}

export interface MeshInstallation {
  readonly kind: 'istio' | 'gateway-api' | 'linkerd' | 'cilium' | 'consul';
  readonly namespace?: string;
  readonly version?: string;
  /** Revisions of the control plane, for Istio. */
  readonly revisions?: readonly string[];
  /** Istio only. */
  readonly dataPlaneModes?: readonly ('sidecar' | 'ambient')[];
  /** Cilium only: whether traffic between nodes is encrypted, and by what. */
  readonly encryption?: 'wireguard' | 'ipsec' | 'none';
  /** One sentence. */
  readonly summary: string;
}

export interface ClusterStatus {
  readonly context: string;
  readonly phase: ConnectionPhase;
  /** One sentence, with a way forward where something is wrong. */
  readonly message?: string;
  readonly kubernetesVersion?: string;
  /** Chosen namespaces; empty: all that may be read. */
  readonly namespaces: readonly string[];
  /** Every namespace that is known to exist. */
  readonly knownNamespaces: readonly string[];
  readonly kinds: readonly WatchedKind[];
  readonly forbidden: readonly ForbiddenResource[];
  readonly meshes: readonly MeshInstallation[];
  /** Where the metrics come from, or what is missing for them, in words. */
  readonly telemetry: TelemetryStatus;
  /** ISO 8601 of the last change of anything above. */
  readonly asOf: string;
}

export interface TelemetryStatus {
  readonly state: 'unknown' | 'searching' | 'connected' | 'slow' | 'missing' | 'failing';
  /** `prometheus.istio-system:9090` or the address of the setting. */
  readonly source?: string;
  /** One sentence, with a way forward where something is wrong. */
  readonly message?: string;
}

/** How a workload takes part in a mesh. */
export type MeshMembership = 'sidecar' | 'ambient' | 'linkerd-proxy' | 'none';

/** Whether a proxy runs what its control plane last sent, as `istioctl proxy-status` tells it. */
export type SyncState = 'synced' | 'stale' | 'not-sent' | 'ignored' | 'unknown';

export interface ProxyStatus {
  /** `pod.namespace`. */
  readonly proxy: string;
  readonly namespace: string;
  readonly pod: string;
  readonly workload?: string;
  readonly version?: string;
  readonly istiod?: string;
  /** By resource type: CDS, LDS, EDS, RDS, ECDS. */
  readonly types: Readonly<Record<string, SyncState>>;
  readonly state: SyncState;
}

export interface ClusterTreeItem {
  readonly ref: ResourceRef;
  readonly health: HealthState;
  /** What the view says behind the name: `3/3 ready · sidecar`. */
  readonly description: string;
  /** Why it is not healthy. */
  readonly reason?: string;
  readonly membership?: MeshMembership;
  readonly sync?: SyncState;
  /** What a person may want to know or do, though nothing is wrong. */
  readonly hint?: string;
  /** Where the workspace declares the same object. */
  readonly declaredAt?: SourceRef;
}

export interface ClusterTreeNamespace {
  readonly name: string;
  readonly health: HealthState;
  /** `sidecar injection`, `ambient`, `linkerd`, `control plane of Istio`, or `not in a mesh`; empty where it cannot be known. */
  readonly membership: string;
  readonly services: readonly ClusterTreeItem[];
  readonly workloads: readonly ClusterTreeItem[];
  readonly gateways: readonly ClusterTreeItem[];
  readonly policies: readonly ClusterTreeItem[];
}

export interface ClusterTree {
  readonly context: string;
  readonly namespaces: readonly ClusterTreeNamespace[];
}

export interface ClusterObjectText {
  readonly ref: ResourceRef;
  /** The object as the cluster has it. */
  readonly yaml: string;
  /** Lines of `yaml` that hold managed fields, zero-based and inclusive: to be folded. */
  readonly managedFields?: { readonly start: number; readonly end: number };
  /** Where the workspace declares it. */
  readonly declaredAt?: SourceRef;
}

/** What a person wants to have changed in a cluster. */
export type ClusterAction =
  | { readonly type: 'apply'; readonly uri: string; readonly text: string; readonly document?: number }
  | { readonly type: 'remove'; readonly refs: readonly ResourceRef[] }
  | {
      readonly type: 'enrol';
      readonly namespace: string;
      readonly mode: 'sidecar' | 'ambient' | 'none';
      readonly revision?: string;
    }
  | { readonly type: 'deploy-bookinfo'; readonly namespace: string };

export interface FieldConflict {
  /** Field manager that owns the field now. */
  readonly manager: string;
  readonly field: string;
}

export interface PlannedStep {
  readonly ref: ResourceRef;
  readonly operation: 'create' | 'update' | 'remove' | 'unchanged' | 'refused';
  /** YAML as it is; empty where it does not exist. */
  readonly before: string;
  /** YAML as the server would make it (its own dry run); empty where it goes away. */
  readonly after: string;
  readonly conflicts: readonly FieldConflict[];
  /** The server's own words, and a way forward, where it refuses. */
  readonly problem?: string;
}

/** What an action would do. Nothing was changed yet. */
export interface ClusterPlan {
  readonly id: string;
  readonly context: string;
  readonly title: string;
  readonly steps: readonly PlannedStep[];
}

export interface ExecutedStep {
  readonly ref: ResourceRef;
  readonly done: boolean;
  readonly message: string;
}

export interface ClusterExecution {
  readonly context: string;
  readonly steps: readonly ExecutedStep[];
  /** Plan that takes it back, to be shown and executed like any other; absent where nothing was changed. */
  readonly undo?: ClusterPlan;
}
