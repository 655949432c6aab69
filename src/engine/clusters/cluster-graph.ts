import { selectableLabels } from '../model/indexes/selectors.ts';
import { Kinds } from '../model/kinds.ts';
import type { Labels } from '../model/mesh-object.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { mergedTraffic } from '../telemetry/merged-traffic.ts';
import type { TrafficSource } from '../telemetry/traffic.ts';
import { mergeDeclarations, type Declarations } from '../topology/declarations.ts';
import type { Clusters } from './clusters.ts';

type Chosen = readonly string[] | undefined;

/** What the graph of clusters is made of: of the named contexts, or of all that are connected. */
export class ClusterGraph {
  readonly #clusters: Pick<Clusters, 'chosen'>;
  readonly #ownTraffic: (contexts: Chosen) => TrafficSource | undefined;

  /** `ownTraffic`: what flows from this machine into the clusters, which no Prometheus of theirs knows; undefined: nothing. */
  constructor(clusters: Pick<Clusters, 'chosen'>, ownTraffic: (contexts: Chosen) => TrafficSource | undefined) {
    this.#clusters = clusters;
    this.#ownTraffic = ownTraffic;
  }

  source(contexts: Chosen): TrafficSource {
    const own = this.#ownTraffic(contexts);
    const traffic = mergedTraffic(
      ...this.#clusters.chosen(contexts).map(({ telemetry }) => telemetry.source),
      ...(own ? [own] : []),
    );
    return { ...bound(traffic), warnings: () => [...this.#warnings(contexts), ...traffic.warnings()] };
  }

  /** Whether the metrics of a cluster are read; what is read on this machine says nothing of the rest of it. */
  measured(contexts: Chosen): (cluster: string) => boolean {
    const measured = new Set(
      this.#clusters.chosen(contexts).flatMap(({ status: { context, telemetry } }) => {
        return telemetry.state === 'connected' || telemetry.state === 'slow' ? [context] : [];
      }),
    );
    return (cluster) => measured.has(cluster);
  }

  declarations(contexts: Chosen): Declarations {
    return mergeDeclarations(this.#clusters.chosen(contexts).map(({ declarations }) => declarations));
  }

  /** Has the numbers of the window asked for, and resolves when they are there or are known to be missing. */
  async refresh(contexts: Chosen, seconds: number): Promise<void> {
    await Promise.all(
      this.#clusters.chosen(contexts).map(async ({ telemetry }) => {
        telemetry.look();
        await telemetry.source.refresh(seconds);
      }),
    );
  }

  /** Each the same while the graph need not be drawn anew. */
  revision(contexts: Chosen): readonly unknown[] {
    return [
      ...this.#clusters
        .chosen(contexts)
        .flatMap(({ declarations, telemetry }) => [declarations, telemetry.source.revision, telemetry.status.state]),
      this.#warnings(contexts).join('\n'),
      // On this machine something flows all the time.
      ...(this.#ownTraffic(contexts) ? [{}] : []),
    ];
  }

  /** What a reader must know before he believes the graph. */
  #warnings(contexts: Chosen): readonly string[] {
    const chosen = this.#clusters.chosen(contexts);
    if (chosen.length === 0) return ['No cluster is connected. Connect one ("Meshlens: Connect to Cluster…").'];
    return chosen.flatMap(({ status: { context, phase, message } }) =>
      phase === 'connected' || message === undefined ? [] : [`${context}: ${message}`],
    );
  }
}

/** Labels by which policies select a workload. */
export function workloadLabels(snapshot: Snapshot, namespace: string, workload: string): Labels | undefined {
  for (const kind of [Kinds.deployment, Kinds.statefulSet, Kinds.daemonSet, Kinds.pod]) {
    const object = snapshot.find(kind, namespace, workload);
    if (object) return selectableLabels(object);
  }
  return undefined;
}

/** The methods of a source apart from it, one of which is to be another. */
function bound(source: TrafficSource): TrafficSource {
  return {
    traffic: (seconds, idleSeconds) => source.traffic(seconds, idleSeconds),
    slices: (seconds, step, scope) => source.slices(seconds, step, scope),
    want: (seconds) => source.want?.(seconds),
    prepareSlices: async (seconds, step, scope) => source.prepareSlices?.(seconds, step, scope),
    warnings: () => source.warnings(),
  };
}
