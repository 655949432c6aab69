/** What is declared and what runs, whoever knows it: the local mesh, or the objects of a cluster. */
import type { MeshMembership } from '../../shared/cluster.ts';
import type { HealthState } from '../../shared/health.ts';
import type { SourceRef } from '../../shared/resource.ts';
import type { TopologyEdge, TopologyInstance } from '../../shared/topology.ts';

export interface DeclaredWorkload {
  readonly namespace: string;
  readonly name: string;
  /** Absent: the cluster of the whole graph. */
  readonly cluster?: string;
  readonly kind: 'workload' | 'gateway' | 'waypoint';
  readonly app: string;
  readonly version: string;
  /** Name of the service it stands behind; of several the one named like its app. */
  readonly service?: string;
  /** Empty where it has none. */
  readonly principal: string;
  readonly instances: readonly TopologyInstance[];
  readonly membership: MeshMembership;
  /** What its own object says beside its instances: scaled to zero, replicas that are missing. */
  readonly health?: HealthState;
  readonly declaredAt?: SourceRef;
}

export interface DeclaredService {
  readonly namespace: string;
  readonly name: string;
  readonly cluster?: string;
  readonly host: string;
  /** Names of workloads of its namespace. */
  readonly workloads: readonly string[];
  /** A host outside the mesh, as a ServiceEntry declares it. */
  readonly external?: boolean;
  readonly declaredAt?: SourceRef;
}

/** One end of a declared call. */
export type DeclaredEnd =
  | { readonly kind: 'workload'; readonly cluster?: string; readonly namespace: string; readonly name: string }
  | {
      readonly kind: 'service';
      readonly cluster?: string;
      readonly namespace: string;
      readonly name: string;
      readonly host: string;
    };

/** Who would send to whom, as routes and gateways say. */
export interface DeclaredCall {
  readonly source: DeclaredEnd;
  readonly target: DeclaredEnd;
  readonly host: string;
  readonly protocol: TopologyEdge['protocol'];
  /** 0 to 1, where the calls to the host divide by weights alone. */
  readonly share?: number;
  readonly declaredBy: SourceRef;
}

export interface Declarations {
  readonly services: readonly DeclaredService[];
  readonly workloads: readonly DeclaredWorkload[];
  readonly calls: readonly DeclaredCall[];
}

export const noDeclarations: Declarations = { services: [], workloads: [], calls: [] };

/** Several clusters as one; each has named its own. */
export function mergeDeclarations(list: readonly Declarations[]): Declarations {
  const [only] = list;
  if (only && list.length === 1) return only;
  return {
    services: list.flatMap(({ services }) => services),
    workloads: list.flatMap(({ workloads }) => workloads),
    calls: list.flatMap(({ calls }) => calls),
  };
}
