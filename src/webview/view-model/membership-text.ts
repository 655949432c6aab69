import type { MeshMembership } from '../../shared/cluster.ts';

const words: Readonly<Record<MeshMembership, string>> = {
  sidecar: 'sidecar',
  ambient: 'ambient',
  'linkerd-proxy': 'linkerd proxy',
  none: 'not in a mesh',
};

/** How a workload takes part in a mesh, in words. */
export function membershipText(membership: MeshMembership): string {
  return words[membership];
}
