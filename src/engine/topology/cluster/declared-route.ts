import type { SourceRef } from '../../../shared/resource.ts';
import type { DeclaredCall, DeclaredEnd } from '../declarations.ts';
import type { LabelledWorkload } from './declare-workloads.ts';

export interface Destination {
  readonly host: string;
  readonly subset: string;
  readonly weight: number;
  /** What stands for the host where no service declares it; without one it leads nowhere. */
  readonly outside?: DeclaredEnd;
}

/** One rule of a route: the destinations that its calls divide over. */
export type Rule = readonly Destination[];

/** What an object says of who calls whom. */
export interface Route {
  readonly declaredBy: SourceRef;
  readonly protocol: DeclaredCall['protocol'];
  readonly sources: readonly DeclaredEnd[];
  readonly rules: readonly Rule[];
}

export function workloadEnd({ cluster, namespace, name }: LabelledWorkload): DeclaredEnd {
  return { kind: 'workload', namespace, name, ...(cluster === undefined ? {} : { cluster }) };
}
