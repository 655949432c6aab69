import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildTopology } from '../../../src/engine/topology/build.ts';
import { noDeclarations } from '../../../src/engine/topology/declarations.ts';
import { declareLocalMesh } from '../../../src/engine/topology/local-declarations.ts';
import type { TopologyEdge, TopologyGraph, TopologyNode } from '../../../src/shared/topology.ts';
import {
  bookinfo,
  bothEnds,
  busyBookinfo,
  callLabels,
  fromNobody,
  inputOf,
  instance,
  reachedNobody,
  record,
  service,
  tcpRecord,
  trafficOf,
  workload,
} from './sample-mesh.ts';

process.env.TZ = 'UTC';

function node(graph: TopologyGraph, id: string): TopologyNode {
  const found = graph.nodes.find((candidate) => candidate.id === id);
  assert.ok(found, `${id} is not among ${graph.nodes.map((candidate) => candidate.id).join(', ')}`);
  return found;
}

function edge(graph: TopologyGraph, source: string, target: string): TopologyEdge {
  const found = graph.edges.find((candidate) => candidate.source === source && candidate.target === target);
  assert.ok(found, `no ${source} > ${target} among ${graph.edges.map((candidate) => candidate.id).join(', ')}`);
  return found;
}

const wl = (name: string): string => `vapp_local_bookinfo_${name}`;

test('Bookinfo, versioned: a card for each workload, versions framed', () => {
  const graph = buildTopology(inputOf(busyBookinfo));
  assert.deepEqual(
    graph.nodes.map(({ id, kind, label, parent }) => [id, kind, label, parent]),
    [
      [wl('details-v1'), 'workload', 'details', 'box_local_bookinfo'],
      [wl('ingress'), 'gateway', 'ingress', 'box_local_bookinfo'],
      [wl('productpage-v1'), 'workload', 'productpage', 'box_local_bookinfo'],
      [wl('ratings-v1'), 'workload', 'ratings', 'box_local_bookinfo'],
      [wl('reviews-v1'), 'workload', 'v1', 'box_local_bookinfo_reviews'],
      [wl('reviews-v2'), 'workload', 'v2', 'box_local_bookinfo_reviews'],
      [wl('reviews-v3'), 'workload', 'v3', 'box_local_bookinfo_reviews'],
      [wl('traffic'), 'traffic-source', 'traffic', 'box_local_bookinfo'],
    ],
  );
  assert.deepEqual(graph.boxes, [
    { id: 'box_local_bookinfo', kind: 'namespace', label: 'bookinfo' },
    { id: 'box_local_bookinfo_reviews', kind: 'app', label: 'reviews', parent: 'box_local_bookinfo' },
  ]);
  assert.deepEqual(graph.summary, {
    workloads: 8,
    services: 5,
    requests: 48,
    errorShare: 0,
    mutualTlsShare: 1,
  });
  assert.deepEqual([graph.version, graph.asOf, graph.window, graph.warnings], [0, '2026-01-01T00:20:00.000Z', 10, []]);
});

test('an edge has rate, latency, share, principals and the lock', () => {
  const graph = buildTopology(inputOf(busyBookinfo));
  assert.deepEqual(edge(graph, wl('productpage-v1'), wl('reviews-v1')), {
    id: `${wl('productpage-v1')}>${wl('reviews-v1')}:http`,
    source: wl('productpage-v1'),
    target: wl('reviews-v1'),
    protocol: 'http',
    // 4 ms lies in the bucket from 1 to 5: half of it is 3, 95 % is 4.8, 99 % is 4.96.
    traffic: {
      requests: 28.8,
      errors: 0,
      errorShare: 0,
      p50: 3,
      p95: 4.8,
      p99: 4.96,
      responses: { '200': 288 },
    },
    share: 0.6,
    host: 'reviews.bookinfo.svc.cluster.local',
    mutualTls: 1,
    sourcePrincipal: 'spiffe://cluster.local/ns/bookinfo/sa/bookinfo-productpage',
    destinationPrincipal: 'spiffe://cluster.local/ns/bookinfo/sa/bookinfo-reviews',
    health: { health: 'healthy', reason: 'No errors in 288 requests in 10\u202fs' },
    layer: 'live',
    shapedBy: [],
  });
  assert.equal(edge(graph, wl('ingress'), wl('productpage-v1')).share, undefined);
});

test('a node sums what goes in and what goes out', () => {
  const graph = buildTopology(inputOf(busyBookinfo));
  const productpage = node(graph, wl('productpage-v1'));
  assert.equal(productpage.inbound.requests, 48);
  assert.equal(productpage.outbound.requests, 96);
  assert.equal(node(graph, wl('ratings-v1')).inbound.requests, 19.2);
  assert.deepEqual(
    [productpage.meshed, productpage.app, productpage.version, productpage.service, productpage.principal],
    [true, 'productpage', 'v1', 'productpage', 'spiffe://cluster.local/ns/bookinfo/sa/bookinfo-productpage'],
  );
});

// The trap of two reporters: 8 requests a second succeed, 2 fail; a window of 10 seconds. Feeding both reports to one
// counter with the code in its key gives 12 a second where the codes differ.
const trap: [
  name: string,
  source: [code: string, flags: string],
  destination: [code: string, flags: string],
  responses: object,
][] = [
  ['both say 503', ['503', '-'], ['503', '-'], { '200': 80, '503': 20 }],
  ['the source says 503 UC, the destination 503', ['503', 'UC'], ['503', '-'], { '200': 80, '503': 20 }],
  ['the source says 503 UC, the destination 0 DC', ['503', 'UC'], ['0', 'DC'], { '200': 80, '- DC': 20 }],
];
for (const [name, source, destination, responses] of trap) {
  test(`requests that both ends report count once: ${name}`, () => {
    const hop = ['productpage-v1', 'details-v1'] as const;
    const failed = [
      record(callLabels(...hop, { response_code: source[0], response_flags: source[1] }), 20),
      record(
        callLabels(...hop, { reporter: 'destination', response_code: destination[0], response_flags: destination[1] }),
        20,
      ),
    ];
    const graph = buildTopology(inputOf([...bothEnds(...hop, 80), ...failed]));
    const { traffic } = edge(graph, wl('productpage-v1'), wl('details-v1'));
    assert.deepEqual([traffic.requests, traffic.errors, traffic.errorShare], [10, 2, 0.2]);
    assert.deepEqual(traffic.responses, responses);
  });
}

test('requests that the destination never saw come from the source, with its codes', () => {
  const graph = buildTopology(
    inputOf([
      ...bothEnds('productpage-v1', 'details-v1', 80),
      record(callLabels('productpage-v1', 'details-v1', { response_code: '503', response_flags: 'UF' }), 20),
    ]),
  );
  const { traffic } = edge(graph, wl('productpage-v1'), wl('details-v1'));
  assert.deepEqual([traffic.requests, traffic.errors, traffic.responses], [10, 2, { '200': 80, '503 UF': 20 }]);
});

test('a retry that the source hides shows at the destination', () => {
  const graph = buildTopology(
    inputOf([
      ...bothEnds('productpage-v1', 'details-v1', 100),
      record(callLabels('productpage-v1', 'details-v1', { reporter: 'destination', response_code: '503' }), 10),
    ]),
  );
  const { traffic } = edge(graph, wl('productpage-v1'), wl('details-v1'));
  assert.deepEqual([traffic.requests, traffic.responses], [11, { '200': 100, '503': 10 }]);
});

test('requests that reached nobody belong to the only workload of the service', () => {
  const graph = buildTopology(
    inputOf([
      record(
        callLabels('reviews-v2', 'ratings-v1', { ...reachedNobody, response_code: '503', response_flags: 'UH' }),
        5,
      ),
    ]),
  );
  const { traffic, health } = edge(graph, wl('reviews-v2'), wl('ratings-v1'));
  assert.deepEqual(traffic.responses, { '503 UH': 5 });
  assert.deepEqual(health, {
    health: 'failing',
    reason: '100\u202f% of requests answer 503 (UH): 5 of 5 in 10\u202fs',
  });
});

test('requests to a service of several workloads that reached none of them go to a node of the service', () => {
  const graph = buildTopology(
    inputOf([
      ...bothEnds('productpage-v1', 'reviews-v1', 60),
      record(
        callLabels('productpage-v1', 'reviews-v1', { ...reachedNobody, response_code: '503', response_flags: 'NC' }),
        20,
      ),
    ]),
  );
  const reviews = node(graph, 'svc_local_bookinfo_reviews');
  assert.deepEqual([reviews.kind, reviews.label, reviews.inbound.requests], ['service', 'reviews', 2]);
  // Of 80 requests to the service, 60 went to v1 and 20 nowhere.
  assert.equal(edge(graph, wl('productpage-v1'), wl('reviews-v1')).share, 0.75);
});

test('gRPC: the status counts, but not the 200 around it', () => {
  const grpc = { request_protocol: 'grpc' } as const;
  const graph = buildTopology(
    inputOf([
      ...bothEnds('productpage-v1', 'details-v1', 90, { ...grpc, grpc_response_status: '0' }),
      ...bothEnds('productpage-v1', 'details-v1', 10, { ...grpc, grpc_response_status: '14' }),
    ]),
  );
  const { protocol, traffic, health } = edge(graph, wl('productpage-v1'), wl('details-v1'));
  assert.equal(protocol, 'grpc');
  assert.deepEqual([traffic.requests, traffic.errors, traffic.responses], [10, 1, { '0': 90, '14': 10 }]);
  assert.deepEqual(health, {
    health: 'failing',
    reason: '10\u202f% of requests end with gRPC status 14: 10 of 100 in 10\u202fs',
  });
});

test('TCP: bytes a second, the larger of what both ends say', () => {
  const source = tcpRecord('reviews-v1', 'ratings-v1', { opened: 2, sentBytes: 3000, receivedBytes: 1000 });
  const destination = {
    ...source,
    sentBytes: 3000,
    receivedBytes: 900,
    labels: { ...source.labels, reporter: 'destination' as const },
  };
  const graph = buildTopology(inputOf([], { traffic: trafficOf([], [source, destination]) }));
  const { protocol, traffic, health } = edge(graph, wl('reviews-v1'), wl('ratings-v1'));
  assert.equal(protocol, 'tcp');
  assert.deepEqual(traffic, { requests: 0, errors: 0, errorShare: 0, bytes: 400, responses: {} });
  assert.equal(health.health, 'healthy');
});

test('TCP connections that fail make an edge fail', () => {
  const failed = tcpRecord('reviews-v1', 'ratings-v1', { opened: 3 });
  const graph = buildTopology(
    inputOf([], { traffic: trafficOf([], [{ ...failed, labels: { ...failed.labels, response_flags: 'UF' } }]) }),
  );
  assert.deepEqual(edge(graph, wl('reviews-v1'), wl('ratings-v1')).health, {
    health: 'failing',
    reason: '100\u202f% of connections fail (UF): 3 of 3 in 10\u202fs',
  });
});

test('a caller without a sidecar is one unknown source, with a warning; outside a gateway it is expected', () => {
  const graph = buildTopology(
    inputOf([
      record(callLabels('x', 'details-v1', fromNobody), 15),
      record(callLabels('x', 'ratings-v1', fromNobody), 5),
      record(callLabels('x', 'ingress', fromNobody), 100),
    ]),
  );
  const unknown = node(graph, 'local_unknown_source');
  assert.deepEqual([unknown.kind, unknown.label, unknown.namespace, unknown.meshed], ['unknown', 'unknown', '', false]);
  const outside = node(graph, 'local_outside');
  assert.deepEqual([outside.kind, outside.label], ['traffic-source', 'outside']);
  assert.deepEqual(graph.warnings, ['2/s to details, ratings come from callers without a sidecar.']);
  assert.equal(edge(graph, 'local_unknown_source', wl('details-v1')).mutualTls, 0);
  // Only hops with a sidecar at both ends count for the share of mutual TLS.
  assert.equal(graph.summary.mutualTlsShare, 0);
});

test('the lock shows which part of the requests was authenticated', () => {
  const plain = record(
    callLabels('productpage-v1', 'details-v1', { reporter: 'destination', connection_security_policy: 'none' }),
    10,
  );
  const graph = buildTopology(inputOf([...bothEnds('productpage-v1', 'details-v1', 30), plain]));
  assert.equal(edge(graph, wl('productpage-v1'), wl('details-v1')).mutualTls, 0.75);
});

test('hosts that no service knows are one external node', () => {
  const passthrough = {
    ...reachedNobody,
    destination_service: 'unknown',
    destination_service_name: 'PassthroughCluster',
    destination_service_namespace: 'unknown',
  };
  const graph = buildTopology(inputOf([record(callLabels('details-v1', 'x', passthrough), 10)]));
  const external = node(graph, 'svc_local_unknown_PassthroughCluster');
  assert.deepEqual([external.kind, external.label, external.namespace], ['external', 'PassthroughCluster', '']);
});

const dropped: [name: string, changes: object][] = [
  [
    'a source with a namespace but no name',
    { source_workload: 'unknown', source_canonical_service: 'unknown', source_app: 'unknown' },
  ],
  [
    'a target that is only the address of a pod that is gone',
    { ...reachedNobody, destination_service: '10.1.2.3:9080', destination_service_name: '10.1.2.3:9080' },
  ],
];
for (const [name, changes] of dropped) {
  test(`left out: ${name}`, () => {
    const graph = buildTopology(inputOf([record(callLabels('productpage-v1', 'details-v1', changes), 10)]));
    assert.deepEqual(graph.edges, []);
  });
}

test('what is declared shows without traffic: idle, with its instances', () => {
  const graph = buildTopology(inputOf([]));
  assert.equal(graph.nodes.length, 8);
  const ratings = node(graph, wl('ratings-v1'));
  assert.deepEqual(ratings.health, { health: 'idle', reason: 'No requests in 10\u202fs' });
  assert.deepEqual(ratings.instances, [
    {
      id: 'bookinfo/ratings-v1-0',
      name: 'ratings-v1-0',
      address: '127.0.0.1:30001',
      state: 'ready',
      since: '2026-01-01T00:10:00.000Z',
    },
    {
      id: 'bookinfo/ratings-v1-1',
      name: 'ratings-v1-1',
      address: '127.0.0.1:30001',
      state: 'ready',
      since: '2026-01-01T00:10:00.000Z',
    },
  ]);
});

test('an edge that went quiet stays, idle', () => {
  const graph = buildTopology(inputOf([record(callLabels('reviews-v2', 'ratings-v1'), 0)]));
  const { traffic, health } = edge(graph, wl('reviews-v2'), wl('ratings-v1'));
  assert.deepEqual(traffic, { requests: 0, errors: 0, errorShare: 0, responses: {} });
  assert.equal(health.health, 'idle');
});

test('a dead instance shows on its node at once, whatever the traffic says', () => {
  const dead = instance('ratings-v1-1', {
    state: 'down',
    since: '2026-01-01T00:14:00.000Z',
    reason: 'killed by SIGKILL',
  });
  const mesh = {
    ...bookinfo,
    workloads: [workload('ratings-v1', { instances: [instance('ratings-v1-0'), dead] })],
  };
  const graph = buildTopology(inputOf(busyBookinfo, { mesh: declareLocalMesh(mesh) }));
  assert.deepEqual(node(graph, wl('ratings-v1')).health, {
    health: 'degraded',
    reason: '1 of 2 instances down since 00:14',
  });
});

test('by app: versions are one node, and their instances stand together', () => {
  const graph = buildTopology(inputOf(busyBookinfo, { graphType: 'app' }));
  assert.deepEqual(
    graph.nodes.map(({ id, label }) => [id, label]),
    [
      ['app_local_bookinfo_details', 'details'],
      ['app_local_bookinfo_ingress', 'ingress'],
      ['app_local_bookinfo_productpage', 'productpage'],
      ['app_local_bookinfo_ratings', 'ratings'],
      ['app_local_bookinfo_reviews', 'reviews'],
      ['app_local_bookinfo_traffic', 'traffic'],
    ],
  );
  const reviews = edge(graph, 'app_local_bookinfo_productpage', 'app_local_bookinfo_reviews');
  assert.deepEqual([reviews.traffic.requests, reviews.share], [48, undefined]);
  assert.equal(node(graph, 'app_local_bookinfo_reviews').instances.length, 3);
  assert.deepEqual(
    graph.boxes.map(({ kind }) => kind),
    ['namespace'],
  );
});

test('by workload: names of workloads, no frames of apps', () => {
  const graph = buildTopology(inputOf(busyBookinfo, { graphType: 'workload' }));
  const v2 = node(graph, 'wl_local_bookinfo_reviews-v2');
  assert.deepEqual([v2.label, v2.parent], ['reviews-v2', 'box_local_bookinfo']);
  assert.equal(edge(graph, 'wl_local_bookinfo_productpage-v1', 'wl_local_bookinfo_reviews-v2').share, 0.3);
});

test('by service: services call services, and who has no service stays', () => {
  const graph = buildTopology(inputOf(busyBookinfo, { graphType: 'service' }));
  assert.deepEqual(
    graph.edges.map(({ id, traffic }) => [id, traffic.requests]),
    [
      ['svc_local_bookinfo_productpage>svc_local_bookinfo_details:http', 48],
      ['svc_local_bookinfo_productpage>svc_local_bookinfo_reviews:http', 48],
      ['svc_local_bookinfo_reviews>svc_local_bookinfo_ratings:http', 19.2],
      ['wl_local_bookinfo_ingress>svc_local_bookinfo_productpage:http', 48],
      ['wl_local_bookinfo_traffic>wl_local_bookinfo_ingress:http', 48],
    ],
  );
  assert.equal(node(graph, 'svc_local_bookinfo_reviews').kind, 'service');
});

test('a workload that nothing declares is drawn from what metrics tell, and serves what it was called as', () => {
  const graph = buildTopology(
    inputOf([...bothEnds('a-v1', 'b-v1', 10), ...bothEnds('b-v1', 'c-v1', 10)], {
      mesh: noDeclarations,
      graphType: 'service',
    }),
  );
  assert.deepEqual(
    graph.edges.map(({ id }) => id),
    ['svc_local_bookinfo_b>svc_local_bookinfo_c:http', 'wl_local_bookinfo_a-v1>svc_local_bookinfo_b:http'],
  );
});

test('asked for namespaces, it shows them and their neighbours', () => {
  const elsewhere = {
    destination_workload_namespace: 'pay',
    destination_service_namespace: 'pay',
    destination_service: 'cards.pay.svc.cluster.local',
    destination_service_name: 'cards',
  };
  const beyond = {
    source_workload_namespace: 'pay',
    ...elsewhere,
    destination_workload_namespace: 'bank',
    destination_service_namespace: 'bank',
  };
  const graph = buildTopology(
    inputOf([...bothEnds('details-v1', 'cards-v1', 10, elsewhere), ...bothEnds('cards-v1', 'ledger-v1', 10, beyond)], {
      namespaces: ['bookinfo'],
    }),
  );
  const ids = graph.nodes.map(({ id }) => id);
  assert.ok(ids.includes('vapp_local_pay_cards-v1'));
  assert.ok(!ids.includes('vapp_local_bank_ledger-v1'));
  assert.equal(graph.edges.length, 1);
  assert.equal(graph.summary.services, 5);
});

test('several clusters are framed', () => {
  const remote = { destination_cluster: 'west' };
  const graph = buildTopology(inputOf(bothEnds('productpage-v1', 'details-v1', 10, remote)));
  assert.deepEqual(
    graph.boxes.map(({ id, parent }) => [id, parent]),
    [
      ['box_local', undefined],
      ['box_local_bookinfo', 'box_local'],
      ['box_local_bookinfo_reviews', 'box_local_bookinfo'],
      ['box_west', undefined],
      ['box_west_bookinfo', 'box_west'],
    ],
  );
});

test('what shaped a node and an edge is asked by their names', () => {
  const ref = (name: string) => ({
    resource: { apiVersion: 'v1', kind: 'VirtualService', namespace: 'bookinfo', name },
    path: ['spec'],
  });
  const graph = buildTopology(
    inputOf(busyBookinfo, {
      influences: {
        ofNode: (target) => (target.workload === 'reviews-v1' && target.service === 'reviews' ? [ref('node')] : []),
        ofEdge: (source, target, host) =>
          source.workload === 'productpage-v1' && target.version === 'v1' && host.startsWith('reviews.')
            ? [ref('edge')]
            : [],
      },
    }),
  );
  assert.deepEqual(node(graph, wl('reviews-v1')).shapedBy, [ref('node')]);
  assert.deepEqual(node(graph, wl('reviews-v2')).shapedBy, []);
  assert.deepEqual(edge(graph, wl('productpage-v1'), wl('reviews-v1')).shapedBy, [ref('edge')]);
  assert.deepEqual(edge(graph, wl('reviews-v2'), wl('ratings-v1')).shapedBy, []);
});

test('the order of records changes nothing', () => {
  assert.deepEqual(buildTopology(inputOf([...busyBookinfo].reverse())), buildTopology(inputOf(busyBookinfo)));
});

test('a service with one workload among several hosts of an edge names the busiest', () => {
  const other = { destination_service: 'pages.bookinfo.svc.cluster.local', destination_service_name: 'pages' };
  const mesh = { ...bookinfo, services: [...bookinfo.services, service('pages', ['productpage-v1'])] };
  const graph = buildTopology(
    inputOf([...bothEnds('ingress', 'productpage-v1', 10), ...bothEnds('ingress', 'productpage-v1', 30, other)], {
      mesh: declareLocalMesh(mesh),
    }),
  );
  const { host, traffic } = edge(graph, wl('ingress'), wl('productpage-v1'));
  assert.deepEqual([host, traffic.requests], ['pages.bookinfo.svc.cluster.local', 4]);
});
