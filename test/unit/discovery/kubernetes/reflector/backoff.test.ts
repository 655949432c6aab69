import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff } from '../../../../../src/engine/discovery/kubernetes/reflector/backoff.ts';

const limits = { firstMs: 100, slowestMs: 1000, patientMs: 8000, patienceMs: 3000 };
const clock = (random: number) => ({
  now: () => 0,
  random: () => random,
  setTimer: () => ({ cancel: () => undefined }),
});

test('pauses double up to a ceiling, which rises when the trouble is old, and begin anew after a success', () => {
  const backoff = new Backoff(clock(0.5), limits);
  const pauses = Array.from({ length: 9 }, () => backoff.next());
  // 100 + 200 + 400 + 800 + 1000 + 1000 = 3500: from then on it is old.
  assert.deepEqual(pauses, [100, 200, 400, 800, 1000, 1000, 6400, 8000, 8000]);
  assert.equal(backoff.failures, 9);
  backoff.reset();
  assert.equal(backoff.failures, 0);
  assert.equal(backoff.next(), 100);
});

test('jitter is a fifth either way', () => {
  assert.equal(Math.round(new Backoff(clock(0), limits).next()), 80);
  assert.equal(Math.round(new Backoff(clock(0.9999999), limits).next()), 120);
});
