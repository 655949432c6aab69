import type { ResolvedMeshSettings } from '../../shared/mesh-settings.ts';
import type { SourceRef } from '../../shared/resource.ts';
import type { KindObjects } from '../model/kind-objects.ts';
import type { MeshObject } from '../model/mesh-object.ts';
import { groupOf } from '../model/mesh-object.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { createSnapshot } from '../model/snapshot.ts';
import { stackSnapshots } from '../model/stack-snapshots.ts';
import type { DocumentFile } from '../policy/documents/document-file.ts';
import type { RunningPolicies } from '../policy/keeping/mesh-policies.ts';
import { MeshPolicies } from '../policy/keeping/mesh-policies.ts';
import { policyFilesOf } from '../policy/keeping/policy-files.ts';
import { routingKinds } from './relevant-changes.ts';

/** Groups whose objects shape routes. Services and workloads are as the cluster has them: a file starts none. */
const policyGroups: ReadonlySet<string> = new Set([
  'networking.istio.io',
  'security.istio.io',
  'gateway.networking.k8s.io',
]);

const isPolicy = (object: MeshObject): boolean => policyGroups.has(groupOf(object.apiVersion));

interface Inputs {
  readonly files: readonly DocumentFile[];
  readonly kinds: readonly KindObjects[];
  readonly settings: ResolvedMeshSettings;
}

const isSameList = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((value, at) => value === b[at]);

/** The policies of the workspace over those of the cluster. Computed anew only when something routes depend on has changed. */
export class DevProxyPolicies {
  readonly #policies: MeshPolicies;
  #inputs: Inputs | undefined;
  #running: RunningPolicies | undefined;

  constructor(locate: (ref: SourceRef) => SourceRef) {
    this.#policies = new MeshPolicies(locate);
  }

  update(files: readonly DocumentFile[], cluster: Snapshot, settings: ResolvedMeshSettings): RunningPolicies {
    const inputs: Inputs = { files, kinds: routingKinds.map((kind) => cluster.objectsOf(kind)), settings };
    const before = this.#inputs;
    const isSame =
      before !== undefined &&
      before.settings === settings &&
      isSameList(before.files, inputs.files) &&
      isSameList(before.kinds, inputs.kinds);
    if (isSame && this.#running) return this.#running;
    this.#inputs = inputs;
    this.#running = this.#policies.update(
      policyFilesOf(files, isPolicy),
      (policies) => stackSnapshots(cluster, createSnapshot(policies)),
      settings,
    );
    return this.#running;
  }
}
