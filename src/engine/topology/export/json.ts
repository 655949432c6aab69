import type { TopologyGraph } from '../../../shared/topology.ts';

/** The graph as `mesh/topology` answers it, indented for people. */
export function topologyToJson(graph: TopologyGraph): string {
  return `${JSON.stringify(graph, null, 2)}\n`;
}
