import type { ResolvedMeshSettings } from '../shared/mesh-settings.ts';
import type { SourceRef } from '../shared/resource.ts';
import { Kinds } from './model/kinds.ts';
import { kindKey, type KindKey, type Labels } from './model/mesh-object.ts';
import { snapshotOf, type Snapshot } from './model/snapshot.ts';
import { influencesOf } from './policy/semantics/influences.ts';
import type { Influences, InfluenceTarget } from './topology/topology-input.ts';

/** The policies that hold, and who they may hold for. */
export interface InfluenceInput {
  readonly snapshot: Snapshot;
  /** Clusters that apply them, where clusters are shown; what none of them has is marked so. */
  readonly clusters?: readonly Snapshot[];
  readonly settings: ResolvedMeshSettings;
  /** Labels of a workload; undefined where it is not known. */
  readonly labelsOf: (namespace: string, workload: string) => Labels | undefined;
  /** Grows with every change of the texts that `locate` looks into. */
  readonly revision: number;
  readonly locate: (ref: SourceRef) => SourceRef;
}

/** What influences are made of. Pods, which change all the time in a cluster, are not among it. */
const kinds: readonly KindKey[] = [
  Kinds.service,
  Kinds.serviceEntry,
  Kinds.workloadEntry,
  Kinds.virtualService,
  Kinds.destinationRule,
  Kinds.gateway,
  Kinds.sidecar,
  Kinds.peerAuthentication,
];

interface Known {
  readonly of: readonly unknown[];
  readonly snapshot: Snapshot;
  readonly answers: Map<string, readonly SourceRef[]>;
}

/** Which policies shape what a graph shows; asked for every node and edge each second, so answers are kept. */
export class PolicyInfluences {
  #known: Known | undefined;

  of(input: InfluenceInput): Influences {
    const { settings, labelsOf, locate, clusters } = input;
    const isApplied = ({ resource: { apiVersion, kind, namespace, name } }: SourceRef): boolean =>
      clusters?.some((one) => one.find(kindKey({ apiVersion, kind }), namespace, name) !== undefined) ?? true;
    const { snapshot, answers } = this.#knownOf(input);
    const of = (
      { namespace, workload = '', app, version }: InfluenceTarget,
      hosts: readonly string[],
    ): readonly SourceRef[] => {
      const labels = labelsOf(namespace, workload) ?? { ...(app ? { app } : {}), ...(version ? { version } : {}) };
      const key = JSON.stringify([namespace, labels, hosts]);
      const known = answers.get(key);
      if (known) return known;
      const refs = influencesOf({ snapshot, settings, workload: { namespace, labels }, hosts }).map((ref): SourceRef =>
        isApplied(ref) ? locate(ref) : { ...locate(ref), isUnapplied: true },
      );
      answers.set(key, refs);
      return refs;
    };
    return {
      ofNode: (target) =>
        of(target, target.service ? [`${target.service}.${target.namespace}.svc.${settings.clusterDomain}`] : []),
      ofEdge: (_source, target, host) => of(target, [host]),
    };
  }

  #knownOf({ snapshot, settings, revision, clusters }: InfluenceInput): Known {
    const snapshots = [snapshot, ...(clusters ?? [])];
    const of = [
      settings,
      revision,
      clusters?.length,
      ...snapshots.flatMap((one) => kinds.map((kind) => one.objectsOf(kind))),
    ];
    if (this.#known && this.#known.of.every((part, index) => part === of[index])) return this.#known;
    const present = kinds.filter((kind) => snapshot.ofKind(kind).length > 0);
    const parts = new Map(present.map((kind) => [kind, snapshot.objectsOf(kind)]));
    this.#known = { of, snapshot: snapshotOf(snapshot.layers, parts), answers: new Map() };
    return this.#known;
  }
}
