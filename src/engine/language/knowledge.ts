/** Indexes over one snapshot, built when first asked for and kept with it. */
import type { ResolvedMeshSettings } from '../../shared/mesh-settings.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Index } from '../policy/checks/check.ts';
import type { ServiceDirectory } from '../policy/checks/directories/service-directory.ts';
import { serviceDirectory } from '../policy/checks/directories/service-directory.ts';
import type { SubsetDirectory } from '../policy/checks/directories/subset-directory.ts';
import { subsetDirectory } from '../policy/checks/directories/subset-directory.ts';
import type { WorkloadDirectory } from '../policy/checks/directories/workload-directory.ts';
import { workloadDirectory } from '../policy/checks/directories/workload-directory.ts';

export interface Knowledge {
  readonly snapshot: Snapshot;
  readonly settings: ResolvedMeshSettings;
  readonly services: ServiceDirectory;
  readonly subsets: SubsetDirectory;
  readonly workloads: WorkloadDirectory;
}

const known = new WeakMap<Snapshot, { readonly settings: ResolvedMeshSettings; readonly knowledge: Knowledge }>();

export function knowledgeOf(snapshot: Snapshot, settings: ResolvedMeshSettings): Knowledge {
  const present = known.get(snapshot);
  if (present?.settings === settings) return present.knowledge;
  const built = new Map<Index<unknown>, unknown>();
  const get = <T>(index: Index<T>): T => {
    if (!built.has(index)) built.set(index, index.build(snapshot, settings));
    return built.get(index) as T;
  };
  const knowledge: Knowledge = {
    snapshot,
    settings,
    get services() {
      return get(serviceDirectory);
    },
    get subsets() {
      return get(subsetDirectory);
    },
    get workloads() {
      return get(workloadDirectory);
    },
  };
  known.set(snapshot, { settings, knowledge });
  return knowledge;
}
