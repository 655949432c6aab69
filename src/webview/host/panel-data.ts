import type { ClusterStatus } from '../../shared/cluster.ts';
import type { LocalMeshStatus } from '../../shared/local-mesh.ts';
import type { MeshEvent } from '../../shared/mesh-event.ts';
import type { PanelSource } from '../../shared/panel-protocol.ts';
import type { TopologyGraph } from '../../shared/topology.ts';

type EngineState = 'starting' | 'running' | 'restarting' | 'stopped';

/** Everything the panel knows and did not make up itself. Replaced whole with every change. */
export interface PanelData {
  readonly engine: { readonly state: EngineState; readonly message?: string };
  /** What the graph is of. */
  readonly of: PanelSource;
  /** Of the local mesh. */
  readonly status?: LocalMeshStatus;
  /** Every context that is connected or that should be. */
  readonly clusters: readonly ClusterStatus[];
  readonly graph?: TopologyGraph;
  /** Milliseconds of `performance.now()` when the graph was last heard of. */
  readonly heardAt?: number;
  /** Why the last question for the graph failed. */
  readonly problem?: string;
  /** Newest first, at most 200. */
  readonly events: readonly MeshEvent[];
}

export const keptEvents = 200;

export const initialData: PanelData = {
  engine: { state: 'starting' },
  of: { source: 'local', contexts: [] },
  clusters: [],
  events: [],
};

/** Adds an event unless it is known; newest first. */
export function withEvent(events: readonly MeshEvent[], event: MeshEvent): readonly MeshEvent[] {
  if (events.some((known) => known.id === event.id && known.time === event.time)) return events;
  return [event, ...events].sort((a, b) => b.time - a.time || b.id - a.id).slice(0, keptEvents);
}
