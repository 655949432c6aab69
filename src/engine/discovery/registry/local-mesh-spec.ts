/** A LocalMesh file as the engine understands it: flat, checked, with every default filled in. */
import type { LocalServicePort } from '../../../shared/local-mesh.ts';
import type { FieldPath } from '../../../shared/text.ts';
import type { Labels } from '../../model/mesh-object.ts';

export const localMeshApiVersion = 'meshlens.dev/v1alpha1';

/** How sidecars authenticate each other. */
export const linkSecurityModes = ['certificates', 'shared-key', 'none'] as const;
export type LinkSecurityMode = (typeof linkSecurityModes)[number];

export const restartPolicies = ['always', 'on-failure', 'never'] as const;
type RestartPolicy = (typeof restartPolicies)[number];

/** How the health of an instance is found out. `port` is the name of the port probed. Times in milliseconds. */
export type HealthSpec =
  | {
      readonly type: 'http';
      readonly path: string;
      readonly port: string;
      readonly intervalMs: number;
      readonly timeoutMs: number;
    }
  | { readonly type: 'tcp'; readonly port: string; readonly intervalMs: number; readonly timeoutMs: number }
  | { readonly type: 'ttl'; readonly ttlMs: number };

export interface LocalServiceSpec {
  readonly name: string;
  readonly ports: readonly LocalServicePort[];
  /** Where the file declares it. */
  readonly path: FieldPath;
}

interface WorkloadCommon {
  readonly name: string;
  readonly app: string;
  readonly version: string;
  /** Complete, `app` and `version` included. */
  readonly labels: Labels;
  readonly serviceAccount: string;
  /** The service it stands behind; absent for clients. */
  readonly service?: string;
  /** Ports of its service; empty for clients. */
  readonly ports: readonly LocalServicePort[];
  /** Names of the workloads that must be ready before it starts; services of the file are resolved to theirs. */
  readonly dependsOn: readonly string[];
  /** Where the file declares it. */
  readonly path: FieldPath;
}

/** Started and supervised by the mesh. */
export interface ProcessWorkload extends WorkloadCommon {
  readonly kind: 'process';
  readonly command: string;
  /** As written: relative to the folder of the file. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly instances: number;
  readonly restart: RestartPolicy;
  /** Fixed port of an application that cannot take `PORT`; only with one instance and one port. */
  readonly port?: number;
  /** Absent for clients without one: ready when started. */
  readonly health?: HealthSpec;
}

/** Already listens somewhere; has one instance. */
export interface AddressWorkload extends WorkloadCommon {
  readonly kind: 'address';
  readonly host: string;
  /** Application port by port name. */
  readonly applicationPorts: Readonly<Record<string, number>>;
  readonly health: HealthSpec;
}

/** A gateway of the data plane; has one instance and no process. */
export interface GatewayWorkload extends WorkloadCommon {
  readonly kind: 'gateway';
  /** Where it listens on 127.0.0.1; 0: any free port. */
  readonly port: number;
  /** The port of the Istio Gateway server it serves, which is also the port of its service. */
  readonly routePort: number;
}

export type LocalWorkloadSpec = ProcessWorkload | AddressWorkload | GatewayWorkload;

/** A LocalMesh, checked, with every default filled in. */
export interface LocalMeshSpec {
  readonly name: string;
  readonly namespace: string;
  readonly security: LinkSecurityMode;
  /** In the order of the file; services of gateways last. */
  readonly services: readonly LocalServiceSpec[];
  /** In the order of the file: of services, of gateways, of clients. Names are unique. */
  readonly workloads: readonly LocalWorkloadSpec[];
}

/** One instance of a workload: `{ id: 'bookinfo/reviews-v1-0', name: 'reviews-v1-0' }`. */
export interface DeclaredInstance {
  readonly id: string;
  readonly name: string;
  readonly index: number;
}

/** Instances of a workload, by number. */
export function instancesOf(mesh: LocalMeshSpec, workload: LocalWorkloadSpec): readonly DeclaredInstance[] {
  const count = workload.kind === 'process' ? workload.instances : 1;
  return Array.from({ length: count }, (_, index) => {
    const name = `${workload.name}-${index}`;
    return { id: `${mesh.namespace}/${name}`, name, index };
  });
}
