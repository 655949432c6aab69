import type { TopologyGraph, TopologyNode } from '../../shared/topology.ts';
import type { SliceEnd, SliceScope } from '../telemetry/traffic.ts';

/**
 * What a node or an edge of the graph is about, so that a source need not be asked about everything. Undefined for an id
 * that the graph does not have.
 */
export function scopeOf(graph: TopologyGraph, id: string): SliceScope | undefined {
  const edge = graph.edges.find((one) => one.id === id);
  if (edge) {
    const source = graph.nodes.find((one) => one.id === edge.source);
    const target = graph.nodes.find((one) => one.id === edge.target);
    return source && target && { source: endOf(source), target: endOf(target) };
  }
  const node = graph.nodes.find((one) => one.id === id);
  if (!node) return undefined;
  // As `seriesFor`: what a node answers, and of one that nobody calls what it asks.
  const isCalled = graph.edges.some(({ target, layer }) => target === id && layer === 'live');
  return isCalled ? { target: endOf(node) } : { source: endOf(node) };
}

function endOf({ kind, namespace, workload, app, service, label }: TopologyNode): SliceEnd {
  if (kind === 'unknown' || (kind === 'traffic-source' && workload === undefined && app === undefined)) {
    return { namespace: '' };
  }
  if (kind === 'external') return { namespace: '', service: service ?? label };
  return {
    namespace,
    ...(workload === undefined ? {} : { workload }),
    ...(app === undefined ? {} : { app }),
    ...(service === undefined ? {} : { service }),
  };
}
