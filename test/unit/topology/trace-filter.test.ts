import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildTopology } from '../../../src/engine/topology/build.ts';
import { traceFilter } from '../../../src/engine/topology/trace-filter.ts';
import type { TraceQuery, Span } from '../../../src/shared/traces.ts';
import { busyBookinfo, inputOf } from './sample-mesh.ts';

function span(spanId: string, parentSpanId: string | undefined, workload: string): Span {
  const [service = '', version = ''] = workload.split('-');
  return {
    traceId: '1'.repeat(32),
    spanId,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    kind: 'server',
    name: 'call',
    start: 0,
    duration: 1,
    service,
    namespace: 'bookinfo',
    workload,
    version,
    instance: `bookinfo/${workload}-0`,
    status: 'ok',
    attributes: {},
    events: [],
    origin: 'sidecar',
  };
}

/** ingress → productpage (server, then client span) → reviews v2 (server, client) → ratings. */
const trace: Span[] = [
  span('a', undefined, 'ingress'),
  span('b', 'a', 'productpage-v1'),
  span('c', 'b', 'productpage-v1'),
  span('d', 'c', 'reviews-v2'),
  span('e', 'd', 'reviews-v2'),
  span('f', 'e', 'ratings-v1'),
];

const vapp = (name: string): string => `vapp_local_bookinfo_${name}`;
const versioned = buildTopology(inputOf(busyBookinfo));
const byApp = buildTopology(inputOf(busyBookinfo, { graphType: 'app' }));

const cases: [name: string, graph: typeof versioned, query: TraceQuery, expected: boolean | undefined][] = [
  ['no node, no edge', versioned, { service: 'reviews' }, undefined],
  ['a node on the way', versioned, { node: vapp('reviews-v2') }, true],
  ['a node that is not', versioned, { node: vapp('reviews-v1') }, false],
  ['an unknown node', versioned, { node: 'nobody' }, false],
  ['a node of another graph type', byApp, { node: 'app_local_bookinfo_reviews' }, true],
  ['an edge on the way', versioned, { edge: `${vapp('productpage-v1')}>${vapp('reviews-v2')}:http` }, true],
  ['an edge beside it', versioned, { edge: `${vapp('productpage-v1')}>${vapp('reviews-v3')}:http` }, false],
  ['an edge by app', byApp, { edge: 'app_local_bookinfo_reviews>app_local_bookinfo_ratings:http' }, true],
  ['an unknown edge', versioned, { edge: 'a>b:http' }, false],
];
for (const [name, graph, query, expected] of cases) {
  test(`traces by ${name}`, () => {
    assert.equal(traceFilter(graph, query)?.(trace), expected);
  });
}
