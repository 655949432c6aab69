import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSnapshot } from '../../../src/engine/model/snapshot.ts';
import { buildTopology } from '../../../src/engine/topology/build.ts';
import { ClusterDeclarations } from '../../../src/engine/topology/cluster/cluster-declarations.ts';
import { mergeDeclarations, type Declarations } from '../../../src/engine/topology/declarations.ts';
import type { TrafficRecord } from '../../../src/engine/telemetry/traffic.ts';
import type { TopologyGraph } from '../../../src/shared/topology.ts';
import { bookinfo, naming } from './cluster/cluster-objects.ts';
import { bothEnds, inputOf, trafficOf } from './sample-mesh.ts';

const declared = (cluster = 'kind'): Declarations =>
  new ClusterDeclarations({ ...naming, cluster }).of(createSnapshot(bookinfo), true);
const inKind = { source_cluster: 'kind', destination_cluster: 'kind' };

function graphOf(requests: readonly TrafficRecord[], changes: Parameters<typeof inputOf>[1] = {}): TopologyGraph {
  return buildTopology(inputOf(requests, { mesh: declared(), cluster: 'kind', ...changes }));
}

const edgesOf = ({ edges }: TopologyGraph) => edges.map(({ id, layer, share }) => [id, layer, share]);
const gatewayCall = 'vapp_kind_istio-system_istio-ingressgateway>vapp_kind_bookinfo_productpage-v1:http';
const svc = 'svc_kind_bookinfo_reviews';
const v1 = 'vapp_kind_bookinfo_reviews-v1';
const v2 = 'vapp_kind_bookinfo_reviews-v2';

test('from objects alone: every workload, and who would call whom', () => {
  const graph = graphOf([], { traffic: { ...trafficOf([]), seconds: 0 } });
  assert.deepEqual(
    graph.nodes.map(({ id, kind, health, membership, instances }) => [
      id,
      kind,
      `${health.health}: ${health.reason}`,
      membership,
      instances.length,
    ]),
    [
      [svc, 'service', 'unknown: Its traffic is not known', undefined, 0],
      ['vapp_kind_bookinfo_productpage-v1', 'workload', 'healthy: 1 instance ready', 'sidecar', 1],
      [v1, 'workload', 'healthy: 1 instance ready', 'sidecar', 1],
      [v2, 'workload', 'healthy: 2 instances ready', 'sidecar', 2],
      ['vapp_kind_istio-system_istio-ingressgateway', 'gateway', 'healthy: 1 instance ready', 'sidecar', 1],
    ],
  );
  assert.deepEqual(edgesOf(graph), [
    [`${svc}>${v1}:http`, 'declared', 0.75],
    [`${svc}>${v2}:http`, 'declared', 0.25],
    [gatewayCall, 'declared', undefined],
  ]);
  const [, , edge] = graph.edges;
  assert.deepEqual(edge?.health, {
    health: 'unknown',
    reason: 'Declared by VirtualService bookinfo/bookinfo; its traffic is not known',
  });
  assert.deepEqual(
    edge.shapedBy.map(({ resource }) => resource.name),
    ['bookinfo'],
  );
  assert.deepEqual([edge.traffic.requests, edge.mutualTls], [0, 0]);
});

test('what flows from this machine says nothing of a cluster that nobody measures', () => {
  const requests = bothEnds('productpage-v1', 'reviews-v1', 80, inKind);
  const told = (measured?: (cluster: string) => boolean): readonly unknown[] => {
    const { nodes, edges } = graphOf(requests, measured === undefined ? {} : { measured });
    return [
      ...nodes.filter(({ id }) => id === v2 || id === v1).map(({ health }) => health.reason),
      ...edges.filter(({ id }) => id === gatewayCall).map(({ health }) => health.health),
    ];
  };
  assert.match(String(told()[1]), /^No requests in 10\ss$/);
  assert.deepEqual(
    told((cluster) => cluster === 'kind'),
    told(),
  );
  const unmeasured = told(() => false);
  assert.equal(unmeasured[0], told()[0], 'who was called is judged by that');
  assert.deepEqual(unmeasured.slice(1), ['2 instances ready', 'unknown']);
});

test('declared calls give way to live ones of the same ends, and a service to its callers', () => {
  const graph = graphOf([
    ...bothEnds('productpage-v1', 'reviews-v1', 80, inKind),
    ...bothEnds('productpage-v1', 'reviews-v2', 20, inKind),
  ]);
  assert.deepEqual(edgesOf(graph), [
    [`vapp_kind_bookinfo_productpage-v1>${v1}:http`, 'live', 0.8],
    [`vapp_kind_bookinfo_productpage-v1>${v2}:http`, 'live', 0.2],
    [gatewayCall, 'declared', undefined],
  ]);
  assert.equal(
    graph.nodes.some(({ id }) => id === svc),
    false,
  );
  const [, , edge] = graph.edges;
  assert.equal(edge?.health.reason, 'Declared by VirtualService bookinfo/bookinfo; no requests in 10\u202fs');
});

test('in the graph of services a service does not call itself', () => {
  assert.deepEqual(edgesOf(graphOf([], { graphType: 'service' })), [
    ['wl_kind_istio-system_istio-ingressgateway>svc_kind_bookinfo_productpage:http', 'declared', undefined],
  ]);
});

test('namespaces that are not asked for take their declared calls with them', () => {
  assert.deepEqual(edgesOf(graphOf([], { namespaces: ['istio-system'] })), [[gatewayCall, 'declared', undefined]]);
});

describe('several clusters in one graph', () => {
  test('the same names stand apart, each in a box of its cluster', () => {
    const mesh = mergeDeclarations([declared('east'), declared('west')]);
    const graph = graphOf([], { mesh, cluster: '' });
    assert.deepEqual(
      graph.nodes
        .filter(({ workload }) => workload === 'reviews-v1')
        .map(({ id, cluster, service }) => [id, cluster, service]),
      [
        ['vapp_east_bookinfo_reviews-v1', 'east', 'reviews'],
        ['vapp_west_bookinfo_reviews-v1', 'west', 'reviews'],
      ],
    );
    assert.deepEqual(
      graph.boxes.filter(({ kind }) => kind === 'cluster').map(({ id }) => id),
      ['box_east', 'box_west'],
    );
    assert.deepEqual([graph.summary.workloads, graph.summary.services], [8, 4]);
    assert.equal(graph.edges.length, 6);
  });

  test('traffic finds the workload of its own cluster', () => {
    const mesh = mergeDeclarations([declared('east'), declared('west')]);
    const labels = { source_cluster: 'west', destination_cluster: 'west' };
    const graph = graphOf(bothEnds('productpage-v1', 'reviews-v1', 10, labels), { mesh, cluster: '' });
    const live = graph.edges.filter(({ layer }) => layer === 'live');
    assert.deepEqual(
      live.map(({ id }) => id),
      ['vapp_west_bookinfo_productpage-v1>vapp_west_bookinfo_reviews-v1:http'],
    );
  });
});

test('what runs beside a laptop is a source of traffic only where it calls', () => {
  const labels = {
    source_workload: 'laptop',
    source_workload_namespace: 'bookinfo',
    source_canonical_service: 'laptop',
    source_canonical_revision: 'latest',
    ...inKind,
  };
  const graph = graphOf(bothEnds('laptop', 'reviews-v1', 10, labels));
  assert.equal(graph.nodes.find(({ workload }) => workload === 'laptop')?.kind, 'traffic-source');
});
