import type { ClusterIcon, ClusterNode } from './cluster-node.ts';

/** A row that says one thing. */
export function notice(id: string, label: string, icon: ClusterIcon, more: Partial<ClusterNode>): ClusterNode {
  return {
    id,
    kind: 'notice',
    label,
    description: '',
    tooltip: label,
    icon,
    spoken: label,
    abilities: [],
    target: {},
    isExpanded: false,
    children: [],
    ...more,
  };
}
