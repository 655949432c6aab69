import type { Labels } from '../../../model/mesh-object.ts';

/** The proxy a route table is compiled for, as far as routing cares. */
export interface ProxyNode {
  readonly kind: 'sidecar' | 'gateway';
  readonly namespace: string;
  /** Labels of its workload. */
  readonly labels: Labels;
}
