import type { ForbiddenResource } from '../../../shared/cluster.ts';
import type { ClusterTarget } from '../../cluster-target.ts';

export type ClusterIcon =
  | 'cluster'
  | 'cluster-off'
  | 'connecting'
  | 'namespace'
  | 'services'
  | 'workloads'
  | 'gateways'
  | 'policies'
  | 'service'
  | 'gateway'
  | 'policy'
  | 'healthy'
  | 'degraded'
  | 'failing'
  | 'idle'
  | 'unknown'
  | 'locked'
  | 'program'
  | 'choose'
  | 'others'
  | 'information';

/** What a click on a row does. */
export type ClusterClick =
  'open-object' | 'choose-namespaces' | 'allow-program' | 'copy-forbidden' | 'retry' | 'open-kubeconfig-setting';

/** One row of the Clusters view as plain data. `id`s are stable, so that the view keeps what is expanded and selected. */
export interface ClusterNode {
  readonly id: string;
  readonly kind: 'context' | 'others' | 'notice' | 'namespace' | 'group' | 'item' | 'forbidden' | 'choose';
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  readonly icon: ClusterIcon;
  /** What a screen reader says: the state in words, not by icon or colour. */
  readonly spoken: string;
  /** Words that `when` clauses of menus look for. */
  readonly abilities: readonly string[];
  readonly target: ClusterTarget;
  readonly forbidden?: readonly ForbiddenResource[];
  readonly click?: ClusterClick;
  readonly isExpanded: boolean;
  readonly children: readonly ClusterNode[];
}
