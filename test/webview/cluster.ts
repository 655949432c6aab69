import type { ClusterStatus } from '../../src/shared/cluster.ts';
import type { TopologyEdge, TopologyGraph } from '../../src/shared/topology.ts';
import { bookinfoGraph, rates, source } from './bookinfo.ts';

const withoutMetrics =
  'No Prometheus was found in this cluster, so rates, errors and latencies are not known; the graph shows what is declared. ' +
  'Install one (Istio’s addon: kubectl apply -f samples/addons/prometheus.yaml), or name one in the setting meshlens.cluster.prometheus.';

/** Two contexts, the first of which is shown; metrics are there or missing. */
export function clusterStatuses(measured: boolean): readonly ClusterStatus[] {
  const status = (context: string): ClusterStatus => ({
    context,
    phase: 'connected',
    namespaces: [],
    knownNamespaces: ['bookinfo', 'default', 'istio-system'],
    kinds: [],
    forbidden: [],
    meshes: [],
    telemetry: measured
      ? { state: 'connected', source: 'prometheus.istio-system:9090' }
      : { state: 'missing', message: withoutMetrics },
    asOf: new Date(0).toISOString(),
  });
  return [status('kind-shop'), status('kind-edge')];
}

/** Bookinfo in a cluster: alive, or from its objects alone. */
export function clusterGraph(measured: boolean): TopologyGraph {
  const graph = bookinfoGraph();
  const nodes = graph.nodes
    .filter(({ id }) => id !== 'traffic')
    .map((node) => ({
      ...node,
      cluster: 'kind-shop',
      namespace: node.namespace || 'istio-system',
      membership:
        node.id === 'details' ? ('ambient' as const) : node.id === 'ratings' ? ('none' as const) : ('sidecar' as const),
      meshed: node.id !== 'ratings',
      declaredAt: {
        resource: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'bookinfo', name: node.workload ?? node.id },
        path: [],
      },
      ...(measured
        ? {}
        : {
            inbound: rates(0),
            outbound: rates(0),
            health:
              node.id === 'ratings'
                ? node.health
                : { health: 'healthy' as const, reason: `${node.instances.length} instances ready` },
          }),
    }));
  const declared = (edge: TopologyEdge): TopologyEdge => ({
    ...edge,
    traffic: rates(0),
    mutualTls: 0,
    layer: 'declared',
    shapedBy: [{ ...source('VirtualService', 'reviews', 'reviews.yaml', 1), uri: undefined } as never],
    health: { health: 'unknown', reason: 'Declared by VirtualService bookinfo/reviews; its traffic is not known' },
  });
  const edges = graph.edges
    .filter((edge) => edge.source !== 'traffic')
    .map((edge) => (measured && edge.target !== 'reviews-v2' ? edge : declared(edge)));
  return {
    ...graph,
    nodes,
    edges: measured ? edges : edges.filter((edge) => edge.source === 'ingress' || edge.share !== undefined),
    ...(measured ? {} : { summary: { ...graph.summary, requests: 0, errorShare: 0, mutualTlsShare: 0 } }),
    window: 600,
    warnings: measured ? [] : [withoutMetrics],
  };
}
