import type { Labels } from './mesh-object.ts';

/** One place that serves a port of a service: what an EndpointSlice says in a cluster and the registry says locally. */
export interface ModelEndpoint {
  /** Id of the instance, `namespace/name`. */
  readonly id: string;
  readonly address: string;
  readonly port: number;
  readonly weight: number;
  readonly health: 'healthy' | 'unhealthy' | 'draining';
  readonly workload: string;
  readonly namespace: string;
  readonly app: string;
  readonly version: string;
  readonly labels: Labels;
  readonly serviceAccount: string;
  /** Behind a sidecar that can take mutual TLS. */
  readonly meshed: boolean;
  /** Port of the workload's own application, by which PeerAuthentication's portLevelMtls goes. */
  readonly workloadPort: number;
}

/** Finds the endpoints of a service port. Order is stable. */
export interface EndpointDirectory {
  endpointsOf(namespace: string, service: string, port: number): readonly ModelEndpoint[];
}

export const noEndpoints: EndpointDirectory = { endpointsOf: () => [] };
