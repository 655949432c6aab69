import type { SourceRef } from './resource.ts';

type MeshEventKind =
  | 'mesh-started'
  | 'mesh-stopped'
  | 'instance-started'
  | 'instance-ready'
  | 'instance-down'
  | 'instance-unhealthy'
  | 'instance-recovered'
  | 'instance-ejected'
  | 'instance-returned'
  | 'instance-stopped'
  | 'service-registered'
  | 'service-deregistered'
  | 'config-applied'
  | 'config-rejected'
  | 'certificate-rotated'
  | 'data-plane-failed'
  | 'engine-restarted';

/** Something that happened in the mesh, as the Events view tells it. */
export interface MeshEvent {
  /** Grows; unique within one engine run. */
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly kind: MeshEventKind;
  readonly severity: 'info' | 'warning' | 'error';
  /** A sentence: "ratings-v1-1 is down: killed by SIGKILL. Traffic goes to ratings-v1-0." */
  readonly message: string;
  readonly namespace?: string;
  readonly service?: string;
  readonly workload?: string;
  readonly instance?: string;
  readonly source?: SourceRef;
}
