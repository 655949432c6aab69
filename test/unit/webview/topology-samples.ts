import type { TopologyEdge, TrafficRates } from '../../../src/shared/topology.ts';
import type { VisibleGraph, VisibleNode } from '../../../src/webview/view-model/visible-graph.ts';

/** Smallest elements for tests of the view model; what a test is about, it gives. */
export function sampleRates(rates: Partial<TrafficRates> = {}): TrafficRates {
  return { requests: 0, errors: 0, errorShare: 0, responses: {}, ...rates };
}

export function sampleNode(id: string, node: Partial<VisibleNode> = {}): VisibleNode {
  return {
    id,
    kind: 'workload',
    label: id,
    namespace: 'shop',
    cluster: 'local',
    health: { health: 'healthy', reason: '' },
    inbound: sampleRates(),
    outbound: sampleRates(),
    instances: [],
    meshed: true,
    shapedBy: [],
    members: 1,
    ...node,
  };
}

export function sampleEdge(source: string, target: string, edge: Partial<TopologyEdge> = {}): TopologyEdge {
  return {
    id: `${source}>${target}`,
    source,
    target,
    protocol: 'http',
    traffic: sampleRates(),
    host: target,
    mutualTls: 0,
    health: { health: 'healthy', reason: '' },
    layer: 'live',
    shapedBy: [],
    ...edge,
  };
}

export function sampleGraph(
  nodes: readonly VisibleNode[],
  edges: readonly TopologyEdge[] = [],
  boxes: VisibleGraph['boxes'] = [],
): VisibleGraph {
  return { nodes, edges, boxes, collapsed: [], opened: [] };
}

/** Every character counts 7 pixels. */
export const measure = (text: string): number => text.length * 7;
