import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { InstantSample } from '../../../../src/engine/telemetry/prometheus/prometheus-api.ts';
import { clusterNames } from '../../../../src/engine/telemetry/prometheus/read-traffic-window.ts';
import {
  noAnswers,
  trafficFromSamples,
  type TrafficAnswers,
} from '../../../../src/engine/telemetry/prometheus/traffic-from-samples.ts';
import { buildTopology } from '../../../../src/engine/topology/build.ts';
import { noDeclarations } from '../../../../src/engine/topology/declarations.ts';
import { noInfluences } from '../../../../src/engine/topology/topology-input.ts';
import type { TopologyEdge, TopologyGraph } from '../../../../src/shared/topology.ts';
import { fromSource, sample, tcp } from './samples.ts';

const now = Date.UTC(2026, 0, 1);

function read(answers: Partial<TrafficAnswers>, waypoints: readonly string[] = []) {
  const all = { ...noAnswers, ...answers };
  return trafficFromSamples(all, {
    seconds: 10,
    until: now,
    clusterOf: clusterNames(all, { cluster: 'kind', clusterIds: [] }),
    waypoints: new Set(waypoints),
  });
}

function graphOf(answers: Partial<TrafficAnswers>, waypoints: readonly string[] = []): TopologyGraph {
  return buildTopology({
    traffic: read(answers, waypoints).traffic,
    mesh: noDeclarations,
    cluster: 'kind',
    influences: noInfluences,
    graphType: 'versionedApp',
    namespaces: [],
    window: 10,
    now,
    warnings: [],
  });
}

function onlyEdge(graph: TopologyGraph): TopologyEdge {
  const [edge, ...others] = graph.edges;
  assert.ok(edge);
  assert.deepEqual(others, []);
  return edge;
}

// 8 requests a second succeed and 2 fail. Adding up what both proxies say, keyed by code and flags, gives 12 with 4 errors
// where they disagree about the failed ones.
const disagreements: readonly (readonly [string, InstantSample, InstantSample, object])[] = [
  [
    'both say 503 UF',
    sample(2, { ...fromSource, response_code: '503', response_flags: 'UF' }),
    sample(2, { response_code: '503', response_flags: 'UF' }),
    { '200': 80, '503 UF': 20 },
  ],
  [
    'the source says 503 UC, the destination 503',
    sample(2, { ...fromSource, response_code: '503', response_flags: 'UC' }),
    sample(2, { response_code: '503' }),
    { '200': 80, '503': 20 },
  ],
  [
    'the source says 503 UC, the destination 0 DC',
    sample(2, { ...fromSource, response_code: '503', response_flags: 'UC' }),
    sample(2, { response_code: '0', response_flags: 'DC' }),
    { '200': 80, '- DC': 20 },
  ],
];
describe('8 a second succeed and 2 fail: 10 with 2 errors', () => {
  for (const [name, source, destination, responses] of disagreements) {
    test(name, () => {
      const { traffic } = onlyEdge(graphOf({ requests: [sample(8, fromSource), sample(8), source, destination] }));
      assert.deepEqual([traffic.requests, traffic.errors, traffic.errorShare], [10, 2, 0.2]);
      assert.deepEqual(traffic.responses, responses);
    });
  }

  test('what the destination never saw is told by the source', () => {
    const unreached = {
      ...fromSource,
      response_code: '503',
      response_flags: 'UH',
      destination_workload: 'unknown',
      destination_workload_namespace: 'unknown',
      destination_canonical_service: 'unknown',
      destination_canonical_revision: 'latest',
    };
    const graph = graphOf({ requests: [sample(8, fromSource), sample(8), sample(2, unreached)] });
    assert.deepEqual(
      graph.edges.map(({ target, traffic }) => [target, traffic.requests, traffic.errors]),
      [
        ['svc_kind_bookinfo_reviews', 2, 2],
        ['vapp_kind_bookinfo_reviews-v1', 8, 0],
      ],
    );
  });
});

describe('samples that lead nowhere', () => {
  const dropped: readonly (readonly [string, Readonly<Record<string, string | undefined>>])[] = [
    ['a source with a namespace but no name', { source_workload: 'unknown', source_canonical_service: 'unknown' }],
    ['a source in a cluster that is not known', { source_cluster: 'unknown' }],
    [
      'a destination in a cluster that nobody knows',
      {
        source_cluster: 'unknown',
        source_workload: 'unknown',
        source_workload_namespace: 'unknown',
        source_canonical_service: 'unknown',
        destination_cluster: 'unknown',
      },
    ],
    [
      'the address of a pod that is gone',
      {
        destination_service: '10.0.0.7:9080',
        destination_service_name: '10.0.0.7:9080',
        destination_workload: 'unknown',
        destination_canonical_service: 'unknown',
      },
    ],
    ['requests without a protocol of their own', { request_protocol: 'tcp' }],
    ['requests without a code', { response_code: undefined }],
  ];
  for (const [name, labels] of dropped) {
    test(name, () => assert.deepEqual(graphOf({ requests: [sample(1, labels)] }).edges, []));
  }

  test('labels that tell who called whom are missing: counted, to be told', () => {
    const { traffic, unlabelled } = read({
      requests: [sample(1), sample(1, { destination_workload: undefined }), sample(1, { reporter: undefined })],
    });
    assert.deepEqual([traffic.requests.length, unlabelled], [1, 2]);
  });

  test('labels that only make it prettier may be missing', () => {
    const bare = {
      source_cluster: undefined,
      destination_cluster: undefined,
      source_canonical_service: undefined,
      source_canonical_revision: undefined,
      destination_canonical_service: undefined,
      destination_canonical_revision: undefined,
      source_principal: undefined,
      response_flags: undefined,
    };
    const edge = onlyEdge(graphOf({ requests: [sample(3, bare)] }));
    assert.deepEqual(
      [edge.id, edge.traffic.requests, edge.traffic.responses],
      ['vapp_kind_bookinfo_productpage-v1>vapp_kind_bookinfo_reviews-v1:http', 3, { '200': 30 }],
    );
  });
});

describe('names of clusters', () => {
  const ids = (answers: readonly InstantSample[], clusterIds: readonly string[] = []) =>
    clusterNames({ ...noAnswers, requests: answers }, { cluster: 'kind', clusterIds });
  test('the only id is this cluster', () => {
    assert.equal(ids([sample(1, { source_cluster: 'c1', destination_cluster: 'c1' })])('c1'), 'kind');
  });
  test('of several ids only the default one is', () => {
    const nameOf = ids([sample(1, { source_cluster: 'c1', destination_cluster: 'c2' })]);
    assert.deepEqual(['c1', 'c2', 'Kubernetes'].map(nameOf), ['c1', 'c2', 'kind']);
  });
  test('ids that its control plane has are known', () => {
    const nameOf = ids([sample(1)], ['c1']);
    assert.deepEqual(['c1', 'Kubernetes', 'unknown'].map(nameOf), ['kind', 'Kubernetes', 'kind']);
  });
  test('a source that does not know the cluster of the other end reached it in its own', () => {
    const edge = onlyEdge(graphOf({ requests: [sample(1, { ...fromSource, destination_cluster: 'unknown' })] }));
    assert.equal(edge.target, 'vapp_kind_bookinfo_reviews-v1');
  });
});

test('gRPC: the status counts, unless a proxy answered with an HTTP error', () => {
  const grpc = { request_protocol: 'grpc' };
  const { traffic, protocol } = onlyEdge(
    graphOf({
      requests: [
        sample(6, { ...grpc, grpc_response_status: '0' }),
        sample(2, { ...grpc, grpc_response_status: '14' }),
        sample(1, { ...grpc, grpc_response_status: '14', response_code: '503', response_flags: 'UH' }),
        sample(1, { ...grpc, grpc_response_status: undefined, response_code: '0', response_flags: 'DC' }),
      ],
    }),
  );
  assert.equal(protocol, 'grpc');
  assert.deepEqual(traffic.responses, { '- DC': 10, '0': 60, '14': 20, '503 UH': 10 });
  assert.deepEqual([traffic.requests, traffic.errors], [10, 4]);
});

test('calls of the old name of the egress gateway lead to the gateway', () => {
  const host = 'istio-egressgateway.istio-system.svc.cluster.local';
  const edge = onlyEdge(
    graphOf({
      requests: [
        sample(1, {
          ...fromSource,
          destination_service: host,
          destination_service_name: host,
          destination_workload: 'unknown',
          destination_workload_namespace: 'unknown',
          destination_canonical_service: 'unknown',
        }),
      ],
    }),
  );
  assert.equal(edge.target, 'vapp_kind_istio-system_istio-egressgateway');
});

describe('latencies', () => {
  const buckets = (counts: Readonly<Record<string, number>>, changes: object = {}): InstantSample[] =>
    Object.entries(counts).map(([le, value]) =>
      sample(value, { reporter: undefined, response_code: undefined, ...changes, le }),
    );

  test('quantiles are those of histogram_quantile over the same buckets', () => {
    // 10 a second: 5 below 5 ms, 9 below 10 ms, all below 25 ms. The median is the end of the first bucket; the 95th
    // percentile lies in the middle of the last one, from 10 to 25; so does the 99th, at nine tenths.
    const durations = buckets({ '5': 5, '10.0': 9, '25': 10, '50': 10, '+Inf': 10 });
    const { traffic } = onlyEdge(graphOf({ requests: [sample(10)], durations }));
    assert.deepEqual([traffic.p50, traffic.p95, traffic.p99], [5, 17.5, 23.5]);
  });

  test('buckets without a rate are left out of the answer, and edges can still be added', () => {
    const other = { destination_workload: 'reviews-v2', destination_canonical_revision: 'v2' };
    const graph = graphOf({
      requests: [sample(10), sample(10, other)],
      durations: [
        ...buckets({ '5': 10, '10': 10, '+Inf': 10 }),
        ...buckets({ '100': 10, '200': 10, '+Inf': 10 }, other),
      ],
    });
    const source = graph.nodes.find(({ workload }) => workload === 'productpage-v1');
    // Half of what it asks is below 5 ms, the other half between 10 and 100 ms.
    assert.deepEqual([source?.outbound.p50, source?.outbound.p95], [5, 91]);
  });
});

describe('TCP', () => {
  test('bytes of both directions, from the side that saw more', () => {
    const graph = graphOf({
      sent: [sample(700, tcp), sample(650, { ...tcp, ...fromSource })],
      received: [sample(300, tcp), sample(300, { ...tcp, ...fromSource })],
      opened: [sample(2, tcp)],
    });
    const edge = onlyEdge(graph);
    assert.deepEqual([edge.protocol, edge.traffic.bytes, edge.traffic.requests, edge.mutualTls], ['tcp', 1000, 0, 1]);
  });

  test('ztunnels do not count again what a sidecar or a waypoint tells', () => {
    const ztunnel = { ...tcp, app: 'ztunnel' };
    const alone = onlyEdge(graphOf({ sent: [sample(500, ztunnel), sample(500, { ...ztunnel, reporter: 'source' })] }));
    assert.deepEqual([alone.protocol, alone.traffic.bytes], ['tcp', 500]);
    const beside = onlyEdge(graphOf({ requests: [sample(5)], sent: [sample(500, ztunnel)] }));
    assert.deepEqual([beside.protocol, beside.traffic.requests, beside.traffic.bytes], ['http', 5, undefined]);
  });

  test('the two halves of a way through a waypoint are one call', () => {
    const waypoint = 'bookinfo-waypoint';
    const ztunnel = { ...tcp, app: 'ztunnel' };
    const requests = [sample(5, { reporter: 'waypoint' })];
    const sent = [
      sample(900, { ...ztunnel, destination_workload: waypoint, destination_canonical_service: waypoint }),
      sample(900, { ...ztunnel, source_workload: waypoint, source_canonical_service: waypoint }),
    ];
    const edge = onlyEdge(graphOf({ requests, sent }, [`bookinfo/${waypoint}`]));
    assert.deepEqual([edge.protocol, edge.traffic.requests], ['http', 5]);
    // Where nobody scrapes the waypoint, its halves are all that is known.
    assert.equal(graphOf({ sent }, [`bookinfo/${waypoint}`]).edges.length, 2);
  });

  test('a waypoint before a sidecar is not counted beside it', () => {
    const edge = onlyEdge(graphOf({ requests: [sample(5), sample(5, { reporter: 'waypoint' })] }));
    assert.equal(edge.traffic.requests, 5);
  });
});
