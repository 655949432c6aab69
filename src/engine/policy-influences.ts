import type { ResolvedMeshSettings } from '../shared/mesh-settings.ts';
import type { SourceRef } from '../shared/resource.ts';
import type { Labels } from './model/mesh-object.ts';
import type { Snapshot } from './model/snapshot.ts';
import { influencesOf } from './policy/semantics/influences.ts';
import type { Influences, InfluenceTarget } from './topology/topology-input.ts';

/** The policies that hold, and who they may hold for. */
export interface InfluenceInput {
  readonly snapshot: Snapshot;
  readonly settings: ResolvedMeshSettings;
  /** Labels of a workload; undefined where it is not known. */
  readonly labelsOf: (namespace: string, workload: string) => Labels | undefined;
  /** Grows with every change of the texts that `locate` looks into. */
  readonly revision: number;
  readonly locate: (ref: SourceRef) => SourceRef;
}

/** Which policies shape what a graph shows; asked for every node and edge each second, so answers are kept. */
export class PolicyInfluences {
  #known: { readonly of: readonly unknown[]; readonly influences: Influences } | undefined;

  of(input: InfluenceInput): Influences {
    const of = [input.snapshot, input.settings, input.revision];
    if (this.#known && this.#known.of.every((part, index) => part === of[index])) return this.#known.influences;
    const influences = influencesFor(input);
    this.#known = { of, influences };
    return influences;
  }
}

function influencesFor({ snapshot, settings, labelsOf, locate }: InfluenceInput): Influences {
  const answers = new Map<string, readonly SourceRef[]>();
  const of = (
    { namespace, workload = '', app, version }: InfluenceTarget,
    hosts: readonly string[],
  ): readonly SourceRef[] => {
    const key = JSON.stringify([namespace, workload, app, version, hosts]);
    const known = answers.get(key);
    if (known) return known;
    const labels = labelsOf(namespace, workload) ?? { ...(app ? { app } : {}), ...(version ? { version } : {}) };
    const refs = influencesOf({ snapshot, settings, workload: { namespace, labels }, hosts }).map(locate);
    answers.set(key, refs);
    return refs;
  };
  return {
    ofNode: (target) =>
      of(target, target.service ? [`${target.service}.${target.namespace}.svc.${settings.clusterDomain}`] : []),
    ofEdge: (_source, target, host) => of(target, [host]),
  };
}
