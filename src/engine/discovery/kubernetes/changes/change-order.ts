/** What others need comes first: what they live in, what defines them, who they run as, what they mount. */
const ranks: readonly (readonly string[])[] = [
  ['Namespace'],
  ['CustomResourceDefinition'],
  ['ServiceAccount', 'Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'],
  ['ConfigMap', 'Secret', 'PersistentVolume', 'PersistentVolumeClaim'],
  ['Service'],
  ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'Pod', 'ReplicaSet'],
];

const rankOf = (kind: string): number => {
  const rank = ranks.findIndex((kinds) => kinds.includes(kind));
  return rank < 0 ? ranks.length : rank;
};

/** Puts objects in the order in which they can be created; of one rank in the order of the text. */
export function inCreationOrder<T extends { readonly kind: string }>(objects: readonly T[]): readonly T[] {
  return [...objects].sort((a, b) => rankOf(a.kind) - rankOf(b.kind));
}

/** Users before what they use. */
export function inRemovalOrder<T extends { readonly kind: string }>(objects: readonly T[]): readonly T[] {
  return [...objects].sort((a, b) => rankOf(b.kind) - rankOf(a.kind));
}
