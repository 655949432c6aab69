import type { ResolvedMeshSettings } from '../../../../shared/mesh-settings.ts';
import { listOf } from '../../../../shared/untrusted.ts';

/** Trust domains of this mesh: its own, its former ones, and `cluster.local`, which stands for its own. */
export function ownTrustDomains({ trustDomain, meshConfig }: ResolvedMeshSettings): readonly string[] {
  const aliases = listOf(meshConfig['trustDomainAliases']).filter((name) => typeof name === 'string');
  return [...new Set([trustDomain, ...aliases, 'cluster.local'])];
}

export function isOwnTrustDomain(name: string, settings: ResolvedMeshSettings): boolean {
  return ownTrustDomains(settings).includes(name);
}
