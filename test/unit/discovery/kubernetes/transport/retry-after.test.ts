import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryDelay } from '../../../../../src/engine/discovery/kubernetes/transport/retry-after.ts';

const now = Date.parse('2026-01-01T00:00:00Z');
const cases: readonly (readonly [number, string | undefined, string, number | undefined])[] = [
  [200, '1', 'GET', undefined],
  [429, '2', 'GET', 2000],
  [429, '2', 'POST', 2000],
  [429, undefined, 'PATCH', 1000],
  [429, 'soon', 'GET', 1000],
  [429, '0', 'GET', 0],
  [429, 'Thu, 01 Jan 2026 00:00:05 GMT', 'GET', 5000],
  [429, 'Thu, 01 Jan 2015 00:00:00 GMT', 'GET', 0],
  [503, '3', 'GET', 3000],
  [503, '3', 'POST', undefined],
  [503, undefined, 'GET', undefined],
  [500, '3', 'GET', undefined],
  [401, '3', 'GET', undefined],
];
for (const [status, header, method, expected] of cases) {
  test(`${method} answered ${status} with Retry-After ${header ?? 'missing'} waits ${expected ?? 'not at all'}`, () => {
    assert.equal(retryDelay(status, header === undefined ? {} : { 'retry-after': header }, method, now), expected);
  });
}
