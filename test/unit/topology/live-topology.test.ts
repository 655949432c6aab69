import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetricsStore } from '../../../src/engine/telemetry/metrics-store.ts';
import type { TrafficSource } from '../../../src/engine/telemetry/traffic.ts';
import { declareLocalMesh } from '../../../src/engine/topology/local-declarations.ts';
import { LiveTopology, type Timers } from '../../../src/engine/topology/live-topology.ts';
import type { TopologyDelta } from '../../../src/shared/topology.ts';
import { applyDelta } from '../../../src/shared/topology-delta.ts';
import type { LocalMeshStatus } from '../../../src/shared/local-mesh.ts';
import type { Span, TraceQuery } from '../../../src/shared/traces.ts';
import { report, requestDelta } from '../telemetry/sample-reports.ts';
import { bookinfo, callLabels, instance, workload } from './sample-mesh.ts';

/** Timers that fire when the test moves the clock. */
class ManualTimers implements Timers {
  now = 1_000_000;
  readonly #pending = new Set<{ at: number; every?: number; callback: () => void }>();

  get running(): number {
    return this.#pending.size;
  }

  every(milliseconds: number, callback: () => void) {
    return this.#add({ at: this.now + milliseconds, every: milliseconds, callback });
  }

  after(milliseconds: number, callback: () => void) {
    return this.#add({ at: this.now + milliseconds, callback });
  }

  advance(milliseconds: number): void {
    const end = this.now + milliseconds;
    for (;;) {
      const due = [...this.#pending].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.now = due.at;
      if (due.every === undefined) this.#pending.delete(due);
      else due.at += due.every;
      due.callback();
    }
    this.now = end;
  }

  #add(timer: { at: number; every?: number; callback: () => void }) {
    this.#pending.add(timer);
    return { dispose: () => void this.#pending.delete(timer) };
  }
}

function liveBookinfo() {
  const timers = new ManualTimers();
  const store = new MetricsStore({ now: () => timers.now });
  const state: { mesh: LocalMeshStatus } = { mesh: bookinfo };
  const live = new LiveTopology({
    source: () => store,
    mesh: () => declareLocalMesh(state.mesh),
    cluster: 'local',
    now: () => timers.now,
    timers,
  });
  const call = (count: number): void => {
    store.ingest(
      report(Math.floor(timers.now / 1000), [
        requestDelta(callLabels('productpage-v1', 'details-v1'), new Array<number>(count).fill(4)),
      ]),
    );
  };
  return { timers, store, state, live, call };
}

test('nothing runs while nobody looks', () => {
  const { timers, live } = liveBookinfo();
  assert.equal(timers.running, 0);
  live.refresh();
  assert.equal(timers.running, 0);
  const first = live.subscribe({}, () => undefined);
  const second = live.subscribe({}, () => undefined);
  assert.equal(timers.running, 1);
  first.dispose();
  assert.equal(timers.running, 1);
  second.dispose();
  assert.equal(timers.running, 0);
});

test('each second a delta, numbered without a gap, leads to the graph as it is', () => {
  const { timers, live, call } = liveBookinfo();
  const deltas: TopologyDelta[] = [];
  const subscription = live.subscribe({ window: 10 }, (delta) => deltas.push(delta));
  let graph = subscription.graph;
  for (let second = 0; second < 3; second++) {
    call(10);
    timers.advance(1000);
  }
  assert.deepEqual(
    deltas.map(({ from, to }) => [from - graph.version, to - graph.version]),
    [
      [0, 1],
      [1, 2],
      [2, 3],
    ],
  );
  for (const delta of deltas) {
    const next = applyDelta(graph, delta);
    assert.ok(next);
    graph = next;
  }
  // Ten a second for the three seconds that were measured, of which the last one has no report yet.
  assert.equal(graph.edges[0]?.traffic.requests, 10);
  assert.deepEqual({ ...graph, version: 0 }, live.graph({ window: 10 }));
});

test('an instance that dies shows at once, several events together', () => {
  const { timers, live, state } = liveBookinfo();
  const deltas: TopologyDelta[] = [];
  live.subscribe({}, (delta) => deltas.push(delta));
  state.mesh = {
    ...bookinfo,
    workloads: [workload('ratings-v1', { instances: [instance('ratings-v1-0', { state: 'down' })] })],
  };
  live.refresh();
  live.refresh();
  timers.advance(50);
  assert.equal(deltas.length, 1);
  const ratings = deltas[0]?.nodes.find(({ id }) => id.endsWith('ratings-v1'));
  assert.equal(ratings?.health.health, 'failing');
});

test('after a change of routes shares show between two seconds, and nothing else moves', () => {
  const { timers, store, live } = liveBookinfo();
  const toReviews = (early: boolean, ...calls: [version: string, count: number, generation: number][]): void => {
    const deltas = calls.map(([version, count, generation]) =>
      requestDelta(callLabels('productpage-v1', `reviews-${version}`), new Array<number>(count).fill(4), generation),
    );
    store.ingest({ ...report(timers.now / 1000, deltas), ...(early && { early: 'routes-changed' }) });
    live.routesMeasured();
  };
  const shares: (number | undefined)[][] = [];
  toReviews(false, ['v1', 48, 1]);
  live.subscribe({}, ({ edges }) => shares.push(edges.map(({ share }) => share)));
  timers.advance(200);
  toReviews(true, ['v1', 2, 2], ['v2', 2, 2]);
  assert.deepEqual(shares, [], 'too few requests to tell a share');
  timers.advance(200);
  toReviews(true, ['v1', 3, 2], ['v2', 3, 2]);
  assert.deepEqual(shares, [[0.5, 0.5]]);
  timers.advance(200);
  toReviews(true, ['v1', 5, 2], ['v2', 5, 2]);
  assert.equal(shares.length, 1, 'the same shares');
  timers.advance(400);
  assert.equal(shares.length, 2, 'the second is over');
});

test('a later subscription starts above every version sent before', () => {
  const { timers, live } = liveBookinfo();
  let last = 0;
  const first = live.subscribe({}, ({ to }) => (last = to));
  timers.advance(5000);
  first.dispose();
  assert.ok(live.subscribe({}, () => undefined).graph.version > last);
});

test('subscriptions see what they asked for', () => {
  const { live } = liveBookinfo();
  const ids = live.subscribe({ graphType: 'app' }, () => undefined).graph.nodes.map(({ id }) => id);
  assert.ok(ids.includes('app_local_bookinfo_reviews'));
  assert.ok(live.subscribe({ namespaces: ['elsewhere'] }, () => undefined).graph.nodes.length === 0);
});

test('the recent past of an edge and of a node', async () => {
  const { timers, live, call } = liveBookinfo();
  for (const count of [10, 20, 30]) {
    timers.advance(1000);
    call(count);
  }
  const edge = await live.series('vapp_local_bookinfo_productpage-v1>vapp_local_bookinfo_details-v1:http', 5);
  assert.deepEqual(edge, {
    id: 'vapp_local_bookinfo_productpage-v1>vapp_local_bookinfo_details-v1:http',
    step: 1,
    asOf: '1970-01-01T00:16:43.000Z',
    requests: [null, null, 10, 20, 30],
    errorShare: [null, null, 0, 0, 0],
    // 4 ms lies in the bucket from 1 to 5.
    p50: [null, null, 3, 3, 3],
    p95: [null, null, 4.8, 4.8, 4.8],
  });
  assert.deepEqual((await live.series('vapp_local_bookinfo_details-v1', 2)).requests, [20, 30]);
  // Nobody calls productpage: its past is what it asked.
  assert.deepEqual((await live.series('vapp_local_bookinfo_productpage-v1', 2)).requests, [20, 30]);
  assert.deepEqual((await live.series('app_local_bookinfo_details', 1)).requests, [30]);
  assert.deepEqual((await live.series('svc_local_bookinfo_details', 1)).requests, [30]);
  assert.deepEqual((await live.series('no such id', 1)).requests, [0]);
});

test('a long past has points of tens of seconds', async () => {
  const { live, call } = liveBookinfo();
  call(1);
  const series = await live.series('vapp_local_bookinfo_details-v1', 3600);
  assert.deepEqual([series.step, series.requests.length], [60, 60]);
  assert.equal((await live.series('vapp_local_bookinfo_details-v1', 400)).step, 10);
});

test('traces by an id of any type of graph', () => {
  const { live } = liveBookinfo();
  const span: Span = {
    traceId: '1'.repeat(32),
    spanId: 'a',
    kind: 'server',
    name: 'GET /',
    start: 0,
    duration: 1,
    service: 'reviews',
    namespace: 'bookinfo',
    workload: 'reviews-v2',
    version: 'v2',
    instance: 'bookinfo/reviews-v2-0',
    status: 'ok',
    attributes: {},
    events: [],
    origin: 'sidecar',
  };
  const passes = (query: TraceQuery): boolean | undefined => live.traceFilter(query)?.([span]);
  assert.equal(passes({}), undefined);
  assert.equal(passes({ node: 'vapp_local_bookinfo_reviews-v2' }), true);
  assert.equal(passes({ node: 'vapp_local_bookinfo_reviews-v1' }), false);
  assert.equal(passes({ node: 'app_local_bookinfo_reviews' }), true);
  assert.equal(passes({ node: 'svc_local_bookinfo_reviews' }), true);
  assert.equal(passes({ node: 'nobody' }), false);
});

test('a mesh that has not changed is not drawn anew: a sign of life is all that comes', () => {
  const timers = new ManualTimers();
  const store = new MetricsStore({ now: () => timers.now });
  let builds = 0;
  let revision = 1;
  const wanted: number[] = [];
  const source: TrafficSource = {
    traffic: (seconds) => store.traffic(seconds),
    slices: () => [],
    want: (seconds) => wanted.push(seconds),
    warnings: () => [],
  };
  const live = new LiveTopology({
    source: () => source,
    mesh: () => {
      builds++;
      return declareLocalMesh(bookinfo);
    },
    cluster: 'kind',
    revision: () => [revision],
    now: () => timers.now,
    timers,
  });
  const deltas: TopologyDelta[] = [];
  live.subscribe({ window: 300 }, (delta) => deltas.push(delta));
  timers.advance(3000);
  // The source is asked on: it is where changes come from.
  assert.deepEqual(wanted, [300, 300, 300]);
  assert.deepEqual([builds, deltas.length, deltas.at(-1)?.nodes.length], [1, 3, 0]);
  assert.equal(deltas.at(-1)?.asOf, new Date(timers.now).toISOString());
  revision = 2;
  timers.advance(1000);
  timers.advance(1000);
  assert.deepEqual([builds, deltas.length], [2, 5]);
});
