import type { LocalServicePort } from '../../shared/local-mesh.ts';
import type { SourceRef } from '../../shared/resource.ts';
import type { Labels } from '../model/mesh-object.ts';

/**
 * One running part of the mesh, however it came to be: `process` and `address` from the file, `gateway` a proxy without
 * an application, `client` a process that only calls, `registered` over the registry's API, `laptop` the person's own
 * terminal and test requests.
 */
type InstanceKind = 'process' | 'address' | 'gateway' | 'client' | 'registered' | 'laptop';

export interface MeshInstance {
  /** `bookinfo/reviews-v1-0`. */
  readonly id: string;
  readonly name: string;
  readonly kind: InstanceKind;
  readonly workload: string;
  readonly namespace: string;
  readonly app: string;
  readonly version: string;
  readonly labels: Labels;
  readonly serviceAccount: string;
  readonly service?: string;
  readonly ports: readonly LocalServicePort[];
  /** Address of the application, and its port by port name. */
  readonly address: string;
  readonly applicationPorts: Readonly<Record<string, number>>;
  /** Gateways: where to listen (0: any port), and the port of the Istio Gateway server served. */
  readonly gateway?: { readonly port: number; readonly routePort: number };
  readonly declaredAt?: SourceRef;
}
