import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PrometheusApi } from '../../../../src/engine/telemetry/prometheus/prometheus-api.ts';
import {
  PrometheusFailure,
  type PrometheusFailureReason,
} from '../../../../src/engine/telemetry/prometheus/prometheus-failure.ts';
import type { FormAnswer } from '../../../../src/engine/telemetry/prometheus/http-post.ts';
import { FakePrometheus, json, vector } from './fake-prometheus.ts';

function apiOf(answer: FormAnswer, timeoutMs?: number): { api: PrometheusApi; fake: FakePrometheus } {
  const fake = new FakePrometheus();
  fake.reply = () => answer;
  const options = { post: fake.post, shown: 'prometheus.istio-system:9090' };
  return { api: new PrometheusApi(timeoutMs === undefined ? options : { ...options, timeoutMs }), fake };
}

const html = (status: number): FormAnswer => ({ status, contentType: 'text/html', body: '<!doctype html><p>Sign in' });
const failed = (status: number, errorType: string, error: string): FormAnswer =>
  json(status, { status: 'error', errorType, error });

const failures: readonly (readonly [string, FormAnswer, PrometheusFailureReason, RegExp])[] = [
  ['a wrong query', failed(400, 'bad_data', '1:3: parse error'), 'query', /cannot answer: 1:3: parse error/],
  ['one it cannot execute', failed(422, 'execution', 'too many samples'), 'query', /cannot answer: too many samples/],
  ['one it has no time for', failed(503, 'timeout', 'query timed out'), 'timeout', /ran out of time.*shorter window/],
  [
    'a server that starts',
    { status: 503, contentType: 'text/plain', body: 'Service Unavailable' },
    'unavailable',
    /not ready/,
  ],
  ['a broken one', failed(500, 'internal', 'disk'), 'unavailable', /not ready: disk/],
  ['no credentials', html(401), 'unauthorized', /refuses the credentials \(401\)/],
  ['a login page', html(200), 'not-prometheus', /A web page answers/],
  ['a redirect', { status: 302, contentType: '', body: '' }, 'not-prometheus', /redirects elsewhere/],
  [
    'a wrong path',
    { status: 404, contentType: 'text/plain', body: '404 page not found' },
    'not-prometheus',
    /served below a path/,
  ],
  ['another API', json(200, { message: 'hello' }), 'not-prometheus', /not the API of a Prometheus/],
  [
    'an answer of another type',
    json(200, { status: 'success', data: { resultType: 'scalar' } }),
    'not-prometheus',
    /gives scalar/,
  ],
];

describe('an answer that is none', () => {
  for (const [name, answer, reason, words] of failures) {
    test(name, async () => {
      await assert.rejects(apiOf(answer).api.query('up'), (error) => {
        assert.ok(error instanceof PrometheusFailure);
        assert.equal(error.reason, reason);
        assert.match(error.message, words);
        assert.match(error.message, /prometheus\.istio-system:9090/);
        return true;
      });
    });
  }

  test('none in time', async () => {
    const { api, fake } = apiOf(vector([]), 20);
    fake.reply = () => new Promise(() => undefined);
    await assert.rejects(api.query('up'), /gave no answer within/);
    assert.equal(fake.running, 0);
  });

  test('the caller goes away', async () => {
    const { api, fake } = apiOf(vector([]));
    fake.reply = () => new Promise(() => undefined);
    const going = new AbortController();
    const answer = api.query('up', undefined, { signal: going.signal });
    going.abort(new Error('gone'));
    await assert.rejects(answer, /gone/);
    assert.equal(fake.running, 0);
  });
});

test('samples, warnings and infos are read; what is no number is left out', async () => {
  const { api } = apiOf(
    json(200, {
      status: 'success',
      data: {
        resultType: 'vector',
        result: [
          { metric: { a: 'b', __proto__x: 'c' }, value: [12.5, '0.25'] },
          { metric: {}, value: [12.5, 'NaN'] },
          { metric: {}, value: 'nonsense' },
        ],
      },
      warnings: ['exceeded  maximum'],
      infos: ['PromQL info: metric might not be a counter'],
    }),
  );
  assert.deepEqual(await api.query('up'), {
    time: 12.5,
    samples: [{ labels: { a: 'b', __proto__x: 'c' }, value: 0.25 }],
    notes: ['exceeded maximum', 'PromQL info: metric might not be a counter'],
  });
});

test('ranges are series of points', async () => {
  const { api, fake } = apiOf(
    json(200, {
      status: 'success',
      data: {
        resultType: 'matrix',
        result: [
          {
            metric: { a: 'b' },
            values: [
              [10, '1'],
              [20, 'NaN'],
              [30, '3'],
            ],
          },
        ],
      },
    }),
  );
  const { series } = await api.queryRange('up', { start: 10, end: 30, step: 10 });
  assert.deepEqual(series, [
    {
      labels: { a: 'b' },
      values: new Map([
        [10, 1],
        [30, 3],
      ]),
    },
  ]);
  assert.equal(fake.asked[0]?.path, 'api/v1/query_range');
});
