import type { TopologyGraph, TopologyNode } from '../../shared/topology.ts';
import type { Span, TraceQuery } from '../../shared/traces.ts';

/**
 * Decides whether a trace passes through the node, or over the edge, that a query names by its id in a graph. Undefined
 * where the query names neither; an id the graph does not have matches nothing.
 */
export function traceFilter(
  graph: TopologyGraph,
  query: TraceQuery,
): ((spans: readonly Span[]) => boolean) | undefined {
  if (query.node === undefined && query.edge === undefined) return undefined;
  const nodeOf = (id: string | undefined): TopologyNode | undefined => graph.nodes.find((node) => node.id === id);
  const edge = graph.edges.find(({ id }) => id === query.edge);
  const node = nodeOf(query.node);
  const source = nodeOf(edge?.source);
  const target = nodeOf(edge?.target);
  return (spans) => {
    if (query.node !== undefined && !(node && spans.some((span) => isOf(span, node)))) return false;
    if (query.edge === undefined) return true;
    return source !== undefined && target !== undefined && crosses(spans, source, target);
  };
}

/** Whether a node recorded the span. */
function isOf(span: Span, node: TopologyNode): boolean {
  if (span.namespace !== '' && node.namespace !== '' && span.namespace !== node.namespace) return false;
  if (node.workload !== undefined) return span.workload === node.workload;
  const name = node.app ?? node.service;
  return name !== undefined && (span.service === name || span.service.startsWith(`${name}.`));
}

/** Whether a span of the target descends from one of the source, with only spans of these two between. */
function crosses(spans: readonly Span[], source: TopologyNode, target: TopologyNode): boolean {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const isNamed = source.workload !== undefined || source.app !== undefined || source.service !== undefined;
  return spans.some((span) => {
    if (!isOf(span, target)) return false;
    let parent = span.parentSpanId === undefined ? undefined : byId.get(span.parentSpanId);
    // A source without a name records nothing: its calls are where the trace begins.
    if (!parent) return !isNamed;
    for (let steps = 0; parent && steps < spans.length; steps++) {
      if (isOf(parent, source)) return true;
      if (!isOf(parent, target)) return false;
      parent = parent.parentSpanId === undefined ? undefined : byId.get(parent.parentSpanId);
    }
    return false;
  });
}
