import type { KubeconfigEntries } from './kubeconfig-entries.ts';

/**
 * Merges as kubectl does: the first file that names a cluster, user or context wins it whole, and the first that has a
 * current context gives it. Maps come out in the order of names, as `kubectl config view` shows them.
 */
export function mergeKubeconfigs(files: readonly KubeconfigEntries[]): KubeconfigEntries {
  return {
    clusters: mergeMaps(files.map(({ clusters }) => clusters)),
    users: mergeMaps(files.map(({ users }) => users)),
    contexts: mergeMaps(files.map(({ contexts }) => contexts)),
    currentContext: files.find(({ currentContext }) => currentContext !== '')?.currentContext ?? '',
  };
}

function mergeMaps<T>(maps: readonly ReadonlyMap<string, T>[]): ReadonlyMap<string, T> {
  const merged = new Map<string, T>();
  for (const map of maps) {
    for (const [name, entry] of map) if (!merged.has(name)) merged.set(name, entry);
  }
  return new Map([...merged].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
