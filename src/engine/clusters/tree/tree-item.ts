import type { ClusterTreeItem, MeshMembership, SyncState } from '../../../shared/cluster.ts';
import type { HealthState } from '../../../shared/health.ts';
import type { ResourceRef } from '../../../shared/resource.ts';
import type { TreeInput } from './tree-input.ts';

interface ItemParts {
  readonly ref: ResourceRef;
  readonly health: HealthState;
  /** Joined to the description; empty ones are left out. */
  readonly words: readonly string[];
  readonly membership?: MeshMembership | undefined;
  readonly sync?: SyncState | undefined;
  readonly hint?: string | undefined;
}

export function treeItem(
  { locate }: TreeInput,
  { ref, health, words, membership, sync, hint }: ItemParts,
): ClusterTreeItem {
  const declaredAt = locate(ref);
  const isWell = health.health === 'healthy' || health.health === 'unknown';
  return {
    ref,
    health,
    description: words.filter((word) => word !== '').join(' · '),
    ...(isWell ? {} : { reason: health.reason }),
    ...(membership === undefined ? {} : { membership }),
    ...(sync === undefined ? {} : { sync }),
    ...(hint === undefined ? {} : { hint }),
    ...(declaredAt ? { declaredAt } : {}),
  };
}

const membershipWords: Readonly<Record<MeshMembership, string>> = {
  sidecar: 'sidecar',
  ambient: 'ambient',
  'linkerd-proxy': 'linkerd',
  none: 'not in a mesh',
};

export const membershipWord = (membership: MeshMembership): string => membershipWords[membership];
