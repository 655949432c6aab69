import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Span } from '../../../src/shared/traces.ts';
import { EventLog } from '../../../src/engine/telemetry/event-log.ts';
import { TraceStore } from '../../../src/engine/telemetry/trace-store.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

function span(
  spanId: string,
  parentSpanId: string | undefined,
  start: number,
  duration: number,
  more: Partial<Span> = {},
): Span {
  return {
    traceId,
    spanId: spanId.padStart(16, '0'),
    ...(parentSpanId === undefined ? {} : { parentSpanId: parentSpanId.padStart(16, '0') }),
    kind: 'server',
    name: `span ${spanId}`,
    start,
    duration,
    service: 'productpage',
    namespace: 'bookinfo',
    workload: 'productpage-v1',
    version: 'v1',
    instance: 'bookinfo/productpage-v1-0',
    status: 'ok',
    attributes: {},
    events: [],
    origin: 'sidecar',
    ...more,
  };
}

const reviews: Partial<Span> = {
  service: 'reviews',
  workload: 'reviews-v2',
  version: 'v2',
  instance: 'bookinfo/reviews-v2-0',
};

/** productpage → reviews, with one retry on the way. */
const request: Span[] = [
  span('a', undefined, 1000, 50, { name: 'GET /productpage', attributes: { 'http.status_code': 200 } }),
  span('b', 'a', 1010, 30, {
    kind: 'client',
    attributes: { 'peer.instance': 'bookinfo/reviews-v2-1' },
    events: [{ time: 1012, name: 'retry', attributes: { 'retry.attempt': 1 } }],
  }),
  span('c', 'b', 1015, 20, reviews),
];

test('spans in any order make one trace, parents before children', () => {
  for (const order of [request, [...request].reverse()]) {
    const store = new TraceStore();
    for (const one of order) store.add([one]);
    assert.deepEqual(
      store.trace(traceId)?.allSpans.map(({ spanId }) => spanId.at(-1)),
      ['a', 'b', 'c'],
    );
  }
});

test('a summary says what happened from the first start to the last end', () => {
  const store = new TraceStore();
  store.add(request);
  assert.deepEqual(store.summaries(), [
    {
      traceId,
      name: 'GET /productpage',
      rootService: 'productpage',
      start: 1000,
      duration: 50,
      spans: 3,
      services: ['productpage', 'reviews'],
      errors: 0,
      retries: 1,
      status: 'ok',
      httpStatus: 200,
    },
  ]);
});

test('a child whose clock runs before its parent still comes after it', () => {
  const store = new TraceStore();
  store.add([span('a', undefined, 1000, 50), span('b', 'a', 990, 5), span('c', 'b', 980, 1)]);
  assert.deepEqual(
    store.trace(traceId)?.allSpans.map(({ spanId }) => spanId.at(-1)),
    ['a', 'b', 'c'],
  );
});

test('without a root the earliest span without a known parent stands in', () => {
  const store = new TraceStore();
  store.add([span('c', 'b', 1015, 20, reviews), span('d', 'c', 1016, 1, reviews)]);
  const [summary] = store.summaries();
  assert.deepEqual([summary?.name, summary?.rootService], ['span c', 'reviews']);
});

test('spans that are each other’s parents are shown, once', () => {
  const store = new TraceStore();
  store.add([span('a', 'b', 1000, 1), span('b', 'a', 1001, 1)]);
  assert.equal(store.trace(traceId)?.allSpans.length, 2);
});

test('a span sent twice counts once, client and server of one id are two', () => {
  const store = new TraceStore();
  const [first] = request;
  assert.ok(first);
  store.add([first, first, { ...first, kind: 'client' }]);
  assert.equal(store.summaries()[0]?.spans, 2);
});

test('errors: a hidden one counts, only one at the root makes the trace an error', () => {
  const hidden = new TraceStore();
  hidden.add([...request.slice(0, 2), span('c', 'b', 1015, 20, { ...reviews, status: 'error' })]);
  assert.deepEqual(
    hidden.summaries({ onlyErrors: true }).map(({ errors, status }) => [errors, status]),
    [[1, 'ok']],
  );
  const failed = new TraceStore();
  failed.add([span('a', undefined, 1000, 50, { attributes: { 'http.status_code': 503 } })]);
  assert.deepEqual(
    failed.summaries({ onlyErrors: true }).map(({ status, httpStatus }) => [status, httpStatus]),
    [['error', 503]],
  );
});

test('a query chooses by service, workload and predicate; the newest come first', () => {
  const store = new TraceStore();
  store.add(request);
  const other = 'f'.repeat(32);
  store.add([{ ...span('a', undefined, 2000, 5), traceId: other, service: 'details', workload: 'details-v1' }]);
  const ids = (
    query: Parameters<TraceStore['summaries']>[0],
    matches?: (spans: readonly Span[]) => boolean,
  ): string[] => store.summaries(query, matches).map((summary) => summary.traceId);
  assert.deepEqual(ids({}), [other, traceId]);
  assert.deepEqual(ids({ limit: 1 }), [other]);
  assert.deepEqual(ids({ service: 'reviews' }), [traceId]);
  assert.deepEqual(ids({ workload: 'details-v1' }), [other]);
  assert.deepEqual(
    ids({ node: 'some id' }, (spans) => spans.length === 3),
    [traceId],
  );
  assert.deepEqual(ids({ node: 'some id' }), []);
});

test('the oldest traces go when there are too many, or too large ones', () => {
  const many = new TraceStore({ keep: 2 });
  const ids = ['1', '2', '3'].map((digit) => digit.repeat(32));
  for (const id of ids) many.add([{ ...span('a', undefined, 1000, 1), traceId: id }]);
  assert.deepEqual([many.size, many.trace(ids[0] ?? '')], [2, undefined]);

  const large = new TraceStore({ maxBytes: 50_000 });
  for (const id of ids) {
    large.add([{ ...span('a', undefined, 1000, 1), traceId: id, attributes: { body: 'x'.repeat(10_000) } }]);
  }
  assert.equal(large.size, 2);
});

test('mesh events about instances on the trace, also those that were only tried, come with it', () => {
  const log = new EventLog({ now: () => 0 });
  const event = { kind: 'instance-down', severity: 'error' } as const;
  log.add({ ...event, time: 1011, message: 'reviews-v2-1 is down.', instance: 'bookinfo/reviews-v2-1' });
  log.add({ ...event, time: 1011, message: 'details-v1-0 is down.', instance: 'bookinfo/details-v1-0' });
  log.add({ ...event, time: 9000, message: 'Later.', instance: 'bookinfo/reviews-v2-0' });
  const store = new TraceStore({ concerning: (instances, from, to) => log.concerning(instances, from, to) });
  store.add(request);
  assert.deepEqual(store.trace(traceId)?.meshEvents, [
    { time: 1011, message: 'reviews-v2-1 is down.', instance: 'bookinfo/reviews-v2-1' },
  ]);
});

const names: readonly (readonly [string, Span['attributes'], string])[] = [
  [
    'a sidecar, absolute form',
    { 'http.method': 'GET', 'http.url': 'http://ingress:8080/productpage?u=jason' },
    'GET /productpage',
  ],
  ['a sidecar, origin form', { 'http.method': 'POST', 'http.url': '/ratings/0' }, 'POST /ratings/0'],
  ['an application with the newer names', { 'http.request.method': 'GET', 'url.path': '/' }, 'GET /'],
  ['a host without a path', { 'http.method': 'GET', 'http.url': 'http://ingress' }, 'GET /'],
  ['no HTTP', { 'db.system': 'redis' }, 'span a'],
];
for (const [what, attributes, name] of names) {
  test(`a trace is called after what was asked: ${what}`, () => {
    const store = new TraceStore();
    store.add([span('a', undefined, 1000, 5, { attributes })]);
    assert.equal(store.summaries()[0]?.name, name);
  });
}
