import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { PrometheusApi } from '../../../../src/engine/telemetry/prometheus/prometheus-api.ts';
import { PrometheusSource } from '../../../../src/engine/telemetry/prometheus/prometheus-source.ts';
import { FakePrometheus, json, type Reply } from './fake-prometheus.ts';
import { sample, tcp } from './samples.ts';

function setUp(reply: FakePrometheus['reply']) {
  const clock = { now: 1_000_000 };
  const fake = new FakePrometheus();
  fake.reply = reply;
  const news: string[] = [];
  const source: PrometheusSource = new PrometheusSource({
    now: () => clock.now,
    cluster: 'kind',
    onChange: () => void news.push(source.status.state),
  });
  const api = new PrometheusApi({ post: fake.post, shown: 'p:9090' });
  source.use(api);
  /** Lets answers that are there be read. */
  const settle = async (): Promise<void> => {
    for (let count = 0; count < 20; count++) await turn();
  };
  return { clock, fake, news, source, api, settle };
}

const busy = (query: string): Reply =>
  query.includes('istio_requests_total{') ? [sample(5)] : query.includes('_bytes_total') ? [sample(10, tcp)] : [];
const rateOf = (source: PrometheusSource, seconds: number): number =>
  source.traffic(seconds).requests.reduce((sum, { rate }) => sum + rate, 0);

test('each reading gives what is known at once, and asks when it is due', async () => {
  const { clock, fake, source, settle } = setUp(busy);
  assert.deepEqual(source.traffic(60), { until: 1_000_000, seconds: 0, requests: [], tcp: [] });
  assert.equal(source.status.state, 'searching');
  await settle();
  assert.equal(fake.asked.length, 6);
  const { seconds, requests } = source.traffic(60);
  assert.deepEqual([seconds, requests[0]?.count, requests[0]?.rate], [60, 300, 5]);
  assert.deepEqual(source.status, { state: 'connected', source: 'p:9090' });
  // A twelfth of the window later it is due again, not before.
  clock.now += 4900;
  source.traffic(60);
  await settle();
  assert.equal(fake.asked.length, 6);
  clock.now += 100;
  source.traffic(60);
  await settle();
  assert.equal(fake.asked.length, 12);
});

test('nobody reads: nobody asks', async () => {
  const { clock, fake, settle } = setUp(busy);
  clock.now += 600_000;
  await settle();
  assert.equal(fake.asked.length, 0);
});

test('what depends on others is asked at their moment, and where they are empty not at all', async () => {
  const { fake, source, settle } = setUp((query) => (query.includes('istio_requests_total{') ? [sample(5)] : []));
  source.traffic(60);
  await settle();
  assert.deepEqual(
    fake.asked.map(({ query, time }) => [/istio_\w+/.exec(query)?.[0], time]),
    [
      ['istio_requests_total', undefined],
      ['istio_tcp_sent_bytes_total', undefined],
      ['istio_tcp_received_bytes_total', undefined],
      ['istio_request_duration_milliseconds_bucket', '1700000000'],
    ],
  );
});

test('one round at a time, however slow; being slow is said, and the next round waits longer', async () => {
  let finish: (reply: Reply) => void = () => undefined;
  const slow = new Promise<Reply>((resolve) => (finish = resolve));
  const { clock, fake, source, news, settle } = setUp((query) => (query.includes('istio_requests_total{') ? slow : []));
  source.traffic(60);
  source.traffic(300);
  await settle();
  for (let second = 0; second < 8; second++) {
    clock.now += 1000;
    source.traffic(60);
    await settle();
  }
  assert.deepEqual([fake.asked.length, fake.mostAtOnce], [3, 3]);
  assert.deepEqual(news, ['searching', 'slow']);
  assert.match(source.warnings().join(), /Prometheus at p:9090 is slow: 8 s for an answer\./);
  finish([sample(5)]);
  await settle();
  assert.equal(rateOf(source, 60), 5);
  const asked = fake.asked.length;
  // 8 seconds of work are followed by 32 of rest.
  clock.now += 31_000;
  source.traffic(60);
  await settle();
  assert.equal(fake.asked.length, asked);
});

test('while it fails the last good numbers stay, with their age; then all is well again', async () => {
  let isWell = true;
  const { clock, fake, source, settle } = setUp((query) =>
    isWell ? busy(query) : json(503, { status: 'error', errorType: 'unavailable', error: 'starting up' }),
  );
  source.traffic(60);
  await settle();
  isWell = false;
  clock.now += 60_000;
  source.traffic(60);
  await settle();
  assert.equal(rateOf(source, 60), 5);
  assert.deepEqual(source.status, {
    state: 'failing',
    source: 'p:9090',
    message: 'Prometheus at p:9090 is not ready: starting up. It is tried again. The numbers are 60 s old.',
  });
  assert.deepEqual(source.warnings(), [source.status.message]);
  const asked = fake.asked.length;
  clock.now += 4000;
  source.traffic(60);
  await settle();
  assert.equal(fake.asked.length, asked, 'it is not asked again at once');
  isWell = true;
  clock.now += 1000;
  source.traffic(60);
  await settle();
  assert.deepEqual(source.status, { state: 'connected', source: 'p:9090' });
});

test('a person who tries again does not wait', async () => {
  const { fake, source, settle } = setUp(() => json(503, {}));
  source.traffic(60);
  await settle();
  const asked = fake.asked.length;
  source.retry();
  source.traffic(60);
  await settle();
  assert.ok(fake.asked.length > asked);
});

test('latencies that cannot be had leave the rates', async () => {
  const { source, settle } = setUp((query) =>
    query.includes('_bucket')
      ? json(422, { status: 'error', errorType: 'execution', error: 'too many samples' })
      : busy(query),
  );
  source.traffic(60);
  await settle();
  assert.equal(rateOf(source, 60), 5);
  assert.deepEqual(source.warnings(), ['Latencies are missing. Prometheus at p:9090 cannot answer: too many samples']);
});

describe('nothing found', () => {
  test('the reason is asked for, within the six', async () => {
    const { fake, source, settle } = setUp(() => []);
    source.traffic(60);
    await settle();
    assert.equal(fake.asked.length, 4);
    assert.match(source.warnings().join(), /has no istio_requests_total/);
  });
  test('with enough samples nothing flowed: no words', async () => {
    const { source, settle } = setUp((query) =>
      query.startsWith('label_replace')
        ? [
            { labels: { of: 'window' }, value: 4 },
            { labels: { of: 'hour' }, value: 240 },
          ]
        : [],
    );
    source.traffic(60);
    await settle();
    assert.deepEqual([source.traffic(60).seconds, source.warnings()], [60, []]);
  });
});

test('who was busy lately stays, idle; a window that was not asked yet is stood for by another', async () => {
  let value = 5;
  const { clock, source, settle } = setUp((query) =>
    query.includes('istio_requests_total{') && value > 0 ? [sample(value)] : [],
  );
  source.traffic(60);
  await settle();
  const other = source.traffic(300);
  assert.deepEqual([other.seconds, other.requests[0]?.rate], [60, 5]);
  await settle();
  value = 0;
  clock.now += 120_000;
  source.traffic(60, 600);
  await settle();
  assert.deepEqual(
    source.traffic(60, 600).requests.map(({ count, labels }) => [count, labels.destination_workload]),
    [[0, 'reviews-v1']],
  );
  assert.deepEqual(source.traffic(60, 60).requests, []);
});

test('another Prometheus, or none, ends what runs', async () => {
  const { fake, source, news, settle } = setUp(() => new Promise<Reply>(() => undefined));
  source.traffic(60);
  await settle();
  assert.equal(fake.running, 3);
  source.use(undefined, { state: 'missing', message: 'There is none.' });
  await settle();
  assert.equal(fake.running, 0);
  assert.deepEqual([source.status.state, source.warnings(), news.at(-1)], ['missing', ['There is none.'], 'missing']);
  source.traffic(60);
  assert.equal(fake.asked.length, 3);
});

test('one who reads once waits for the answer', async () => {
  const { fake, source } = setUp(busy);
  await source.refresh(600);
  assert.equal(rateOf(source, 600), 5);
  assert.equal(fake.asked.length, 6);
});

test('whether it is there can be told before anybody wants numbers', async () => {
  const { fake, source } = setUp(() => [{ labels: {}, value: 1 }]);
  await source.probe();
  assert.deepEqual([source.status.state, fake.asked.map(({ query }) => query)], ['connected', ['vector(1)']]);
});

test('charts: two range queries about what is shown, kept for a moment; gaps are not zeroes', async () => {
  const { clock, fake, source } = setUp((query) => {
    const { labels } = sample(0);
    const result = query.includes('_bucket')
      ? []
      : [
          {
            metric: labels,
            values: [
              [980, '0'],
              [990, '2'],
              [1000, '4'],
            ],
          },
        ];
    return json(200, { status: 'success', data: { resultType: 'matrix', result } });
  });
  const scope = { target: { namespace: 'bookinfo', workload: 'reviews-v1' } };
  await Promise.all([source.prepareSlices(40, 10, scope), source.prepareSlices(40, 10, scope)]);
  assert.deepEqual(
    source.slices(40, 10, scope).map(({ until, seconds, requests }) => [until, seconds, requests[0]?.count]),
    [
      [970_000, 0, undefined],
      [980_000, 10, 0],
      [990_000, 10, 20],
      [1_000_000, 10, 40],
    ],
  );
  assert.equal(fake.asked.length, 2);
  clock.now += 4000;
  await source.prepareSlices(40, 10, scope);
  assert.equal(fake.asked.length, 2);
  clock.now += 2000;
  await source.prepareSlices(40, 10, scope);
  assert.equal(fake.asked.length, 4);
});
