import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HeaderList } from '../../../../src/engine/dataplane/http/header-list.ts';
import {
  backoff,
  isIdempotent,
  retriesFailure,
  retryBudget,
} from '../../../../src/engine/dataplane/worker/retry-policy.ts';
import type { UpstreamFailureKind } from '../../../../src/engine/dataplane/worker/upstream-failure.ts';
import type { CompiledRetry } from '../../../../src/engine/policy/semantics/routing/compiled.ts';

const policy: CompiledRetry = {
  attempts: 2,
  retryOn: ['connect-failure', '418'],
  retriableStatusCodes: [503],
  backoffMs: 25,
  avoidPreviousHosts: true,
};

describe('back-off', () => {
  // Envoy: uniform in [0, (2^N - 1) * 25 ms), at most 250 ms.
  for (const [retry, random, expected] of [
    [1, 0, 0],
    [1, 0.99, 24],
    [2, 0.99, 74],
    [3, 0.99, 173],
    [4, 0.99, 247],
    [10, 0.99, 247],
    [60, 0.5, 125],
  ] as const) {
    test(`of retry ${retry} with chance ${random} is ${expected} ms`, () =>
      assert.equal(backoff(retry, 25, random), expected));
  }
});

describe('failures', () => {
  const cases: readonly (readonly [string, UpstreamFailureKind, boolean, boolean])[] = [
    ['connect-failure', 'connection-failure', false, true],
    ['connect-failure', 'connection-timeout', false, true],
    ['connect-failure', 'connection-termination', true, false],
    ['connect-failure', 'per-try-timeout', true, false],
    ['refused-stream', 'connection-termination', true, false],
    ['reset', 'connection-termination', true, true],
    ['reset', 'protocol-error', true, true],
    ['5xx', 'connection-failure', false, true],
    ['5xx', 'per-try-timeout', true, true],
    ['gateway-error', 'connection-termination', true, true],
    ['reset-before-request', 'connection-failure', false, true],
    ['reset-before-request', 'connection-termination', true, false],
    // Never: the breaker would be of no use, and there is nobody to ask.
    ['5xx', 'overflow', false, false],
    ['5xx', 'no-healthy-upstream', false, false],
    // A failure without a response is no 503 of the upstream.
    ['503', 'connection-termination', true, false],
  ];
  for (const [condition, failure, started, expected] of cases) {
    test(`${condition} ${expected ? 'retries' : 'does not retry'} ${failure}`, () => {
      const { conditions } = retryBudget({ ...policy, retryOn: [condition], retriableStatusCodes: [] }, undefined);
      assert.equal(retriesFailure(conditions, failure, started), expected);
    });
  }
});

describe('headers of the application', () => {
  const budget = (fields: Readonly<Record<string, string>>, base: CompiledRetry = policy) => {
    const { attempts, conditions } = retryBudget(base, HeaderList.of(Object.entries(fields)));
    return { attempts, names: [...conditions.names], statuses: [...conditions.statuses] };
  };
  const none = { ...policy, attempts: 0, retryOn: [], retriableStatusCodes: [] };

  test('none: the route decides', () => {
    assert.deepEqual(budget({}), { attempts: 2, names: ['connect-failure'], statuses: [503, 418] });
  });
  test('add conditions to the route', () => {
    assert.deepEqual(budget({ 'x-envoy-retry-on': '5xx, reset', 'x-envoy-retriable-status-codes': '409,429' }), {
      attempts: 2,
      names: ['connect-failure', '5xx', 'reset'],
      statuses: [503, 418, 409, 429],
    });
  });
  test('bring one retry where the route has none', () => {
    assert.deepEqual(budget({ 'x-envoy-retry-grpc-on': 'unavailable' }, none), {
      attempts: 1,
      names: ['unavailable'],
      statuses: [],
    });
  });
  test('set the number of retries, also to none', () => {
    assert.equal(budget({ 'x-envoy-max-retries': '7' }).attempts, 7);
    assert.equal(budget({ 'x-envoy-max-retries': '0' }).attempts, 0);
    assert.equal(budget({ 'x-envoy-max-retries': 'many' }).attempts, 2);
  });
});

test('methods that may be sent again are those of RFC 9110, 9.2.2', () => {
  const methods = ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'POST', 'PATCH', 'CONNECT', 'get'];
  assert.deepEqual(methods.filter(isIdempotent), ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);
});
