import type { SourceRef } from './resource.ts';
import type { InstanceState } from './topology.ts';

export type MeshPhase = 'stopped' | 'starting' | 'running' | 'stopping' | 'failed';

export interface LocalInstance {
  readonly id: string;
  readonly name: string;
  readonly state: InstanceState;
  readonly since: string;
  readonly reason?: string;
  readonly pid?: number;
  /** Where the application listens, `127.0.0.1:port`. */
  readonly address?: string;
  /** Where its sidecar takes calls from other sidecars, `127.0.0.1:port`. */
  readonly inbound?: string;
  readonly restarts: number;
}

export interface LocalWorkload {
  readonly name: string;
  readonly namespace: string;
  readonly kind: 'process' | 'address' | 'gateway' | 'registered';
  readonly app: string;
  readonly version: string;
  readonly service?: string;
  readonly principal: string;
  readonly instances: readonly LocalInstance[];
  readonly declaredAt?: SourceRef;
}

export interface LocalServicePort {
  readonly name: string;
  readonly port: number;
  readonly protocol: 'http' | 'tcp';
}

export interface LocalService {
  readonly name: string;
  readonly namespace: string;
  readonly host: string;
  readonly ports: readonly LocalServicePort[];
  readonly workloads: readonly string[];
}

/** The configuration the data plane runs: the last good one, and what was wrong with a newer one. */
export interface ConfigStatus {
  readonly generation: number;
  /** ISO 8601. */
  readonly appliedAt: string;
  readonly rejected?: { readonly at: string; readonly message: string; readonly source?: SourceRef };
}

export interface LocalMeshStatus {
  readonly name: string;
  readonly phase: MeshPhase;
  /** What goes wrong, or what it waits for. */
  readonly message?: string;
  readonly file?: string;
  readonly services: readonly LocalService[];
  readonly workloads: readonly LocalWorkload[];
  readonly config?: ConfigStatus;
  /** `http://127.0.0.1:port` of each loopback endpoint the mesh offers. */
  readonly endpoints: {
    readonly registry?: string;
    readonly metrics?: string;
    readonly otlp?: string;
    readonly gateways: Readonly<Record<string, string>>;
  };
}
