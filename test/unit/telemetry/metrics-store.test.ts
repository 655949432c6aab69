import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetricsStore } from '../../../src/engine/telemetry/metrics-store.ts';
import { report, requestDelta, tcpDelta } from './sample-reports.ts';

/** A store whose clock stands at `clock.seconds`. */
function storeAt(seconds: number, options: { keepSeconds?: number; maxLabelSets?: number } = {}) {
  const clock = { seconds };
  const store = new MetricsStore({ now: () => clock.seconds * 1000, ...options });
  return { clock, store };
}

test('a window counts only what lies in it, and rates are over its seconds', () => {
  const { clock, store } = storeAt(1000);
  for (let second = 1000; second < 1020; second++) {
    clock.seconds = second;
    store.ingest(report(second, [requestDelta({}, [3, 7])]));
  }
  const window = store.traffic(10);
  assert.equal(window.seconds, 10);
  assert.equal(window.until, 1_019_000);
  assert.equal(window.requests.length, 1);
  const [record] = window.requests;
  assert.equal(record?.count, 20);
  assert.equal(record?.rate, 2);
  // 3 ms and 7 ms lie in the buckets up to 5 and up to 10.
  assert.deepEqual(record?.duration.counts.slice(0, 5), [0, 0, 10, 10, 0]);
  assert.equal(record?.duration.sum, 100);
  assert.deepEqual({ ...record?.instances }, { 'bookinfo/reviews-v1-0': 20 });
});

test('before a whole window was measured, rates are over what was', () => {
  const { clock, store } = storeAt(1000);
  for (const second of [1000, 1001, 1002]) {
    clock.seconds = second;
    store.ingest(report(second, [requestDelta({}, [1, 1, 1, 1])]));
  }
  const window = store.traffic(60);
  assert.equal(window.seconds, 3);
  assert.equal(window.requests[0]?.rate, 4);
});

test('an early report does not change the rate, whichever second it falls into', () => {
  // Ten requests a second, reported 0.9 s after each full second; in between what happened until then.
  const at = (seconds: number, count: number, early: boolean) => ({
    ...report(seconds, [requestDelta({}, new Array<number>(count).fill(1))]),
    ...(early && { early: 'routes-changed' as const }),
  });
  const { clock, store } = storeAt(1000);
  for (let second = 1000; second < 1020; second++) {
    clock.seconds = second + 0.9;
    store.ingest(at(clock.seconds, 10, false));
  }
  for (const [seconds, count, early] of [
    [1020.1, 2, true],
    [1020.7, 6, true],
    [1020.9, 2, false],
    [1021.5, 6, true],
  ] as const) {
    clock.seconds = seconds;
    store.ingest(at(seconds, count, early));
    const [record] = store.traffic(10).requests;
    assert.ok(Math.abs((record?.rate ?? 0) - 10) < 1e-9, `${record?.rate} a second at ${seconds}`);
    const last = store.slices(10, 1).at(-1);
    assert.ok(Math.abs((last?.requests[0]?.rate ?? 0) - 10) < 1e-9, `the last point at ${seconds}`);
  }
});

test('nothing measured: an empty window of no seconds', () => {
  assert.deepEqual(storeAt(1000).store.traffic(60), { until: 1_000_000, seconds: 0, requests: [], tcp: [] });
});

test('requests of two config generations are two records', () => {
  const { store } = storeAt(1000);
  store.ingest(report(1000, [requestDelta({}, [1, 1], 7), requestDelta({}, [1], 8)]));
  store.ingest(report(1000, [requestDelta({}, [1], 8)]));
  const counts = store.traffic(60).requests.map(({ generation, count }) => [generation, count]);
  assert.deepEqual(counts, [
    [7, 2],
    [8, 2],
  ]);
});

test('a label set that went quiet is given with 0 for a while, then not at all, and is dropped after an hour', () => {
  const { clock, store } = storeAt(1000);
  store.ingest(report(1000, [requestDelta({}, [1])]));
  clock.seconds = 1100;
  assert.deepEqual(
    store.traffic(60, 600).requests.map(({ count }) => count),
    [0],
  );
  assert.deepEqual(store.traffic(60, 50).requests, []);
  clock.seconds = 1000 + 3600 + 60;
  store.ingest(report(clock.seconds, [requestDelta({ response_code: '404' }, [1])]));
  assert.deepEqual(
    [...store.requestSeries()].map(({ labels }) => labels.response_code),
    ['404'],
  );
});

test('what is older than five minutes is kept in steps of ten seconds, nothing is lost', () => {
  const { clock, store } = storeAt(10_000);
  for (let second = 10_000; second < 12_000; second++) {
    clock.seconds = second;
    store.ingest(report(second, [requestDelta({}, [2])]));
  }
  assert.equal(store.traffic(3600).requests[0]?.count, 2000);
  assert.equal(store.traffic(60).requests[0]?.count, 60);
  // The window of 1000 s begins in the coarse part: right to within one step of it.
  const count = store.traffic(1000).requests[0]?.count ?? 0;
  assert.ok(Math.abs(count - 1000) <= 10, `${count} requests in 1000 s`);
});

test('slices divide the recent past, oldest first, and know what was not measured', () => {
  const { clock, store } = storeAt(1000);
  for (const second of [1000, 1001, 1002, 1003]) {
    clock.seconds = second;
    store.ingest(report(second, second < 1002 ? [requestDelta({}, [1])] : [requestDelta({}, [1, 1, 1])]));
  }
  const slices = store.slices(6, 2);
  assert.deepEqual(
    slices.map(({ until, seconds, requests }) => [until, seconds, requests[0]?.count ?? 0]),
    [
      [999_000, 0, 0],
      [1_001_000, 2, 2],
      [1_003_000, 2, 6],
    ],
  );
});

test('beyond the cap label sets are counted together, with a warning, and not drawn', () => {
  const { store } = storeAt(1000, { maxLabelSets: 2 });
  assert.deepEqual(store.warnings(), []);
  for (const service of ['a', 'b', 'c', 'd']) {
    store.ingest(report(1000, [requestDelta({ destination_service: service }, [1, 1])]));
  }
  const series = [...store.requestSeries()];
  assert.deepEqual(
    series.map(({ labels, count }) => [labels.destination_service, count]),
    [
      ['a', 2],
      ['b', 2],
      ['overflow', 4],
    ],
  );
  assert.deepEqual(
    store.traffic(60).requests.map(({ labels }) => labels.destination_service),
    ['a', 'b'],
  );
  assert.deepEqual(store.warnings(), [
    'More than 2 combinations of labels: 4 requests or connections are counted as "overflow" and missing in the graph.',
  ]);
});

test('label values of absurd length do not become series', () => {
  const { store } = storeAt(1000);
  store.ingest(report(1000, [requestDelta({ destination_service: 'x'.repeat(20_000) }, [1])]));
  assert.deepEqual(
    [...store.requestSeries()].map(({ labels }) => labels.destination_service),
    ['overflow'],
  );
});

test('a clock that is set back does not hide what happens now, and counters go on', () => {
  const { clock, store } = storeAt(100_000);
  store.ingest(report(100_000, [requestDelta({}, [1, 1, 1])]));
  clock.seconds = 96_400;
  store.ingest(report(96_400, [requestDelta({}, [1])]));
  assert.equal(store.traffic(60).requests[0]?.count, 1);
  assert.equal([...store.requestSeries()][0]?.count, 4);
});

test('TCP: connections and bytes of a window', () => {
  const { clock, store } = storeAt(1000);
  for (const second of [1000, 1001]) {
    clock.seconds = second;
    store.ingest(report(second, [], [tcpDelta({}, { opened: 1, closed: 0, sentBytes: 300, receivedBytes: 100 })]));
  }
  const [record] = store.traffic(60).tcp;
  assert.deepEqual(
    [record?.opened, record?.closed, record?.sentBytes, record?.receivedBytes, record?.rate],
    [2, 0, 600, 200, 400],
  );
});
