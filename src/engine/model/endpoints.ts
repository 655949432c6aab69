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
  /** The pod that serves it, and the port of its container: what a tunnel through the API server needs. */
  readonly pod?: { readonly namespace: string; readonly name: string; readonly port: number };
}

/** Finds the endpoints of a service port. Order is stable. */
export interface EndpointDirectory {
  endpointsOf(namespace: string, service: string, port: number): readonly ModelEndpoint[];
}

export const noEndpoints: EndpointDirectory = { endpointsOf: () => [] };

/** Asks several directories, such as those of several clusters, as one. */
export function joinEndpoints(directories: readonly EndpointDirectory[]): EndpointDirectory {
  const [only, ...others] = directories;
  if (only && others.length === 0) return only;
  return { endpointsOf: (...port) => directories.flatMap((directory) => directory.endpointsOf(...port)) };
}
