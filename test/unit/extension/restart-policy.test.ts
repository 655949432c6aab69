import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RestartPolicy } from '../../../src/extension/engine/restart-policy.ts';

test('brings the engine back until the third crash within a minute', () => {
  let now = 0;
  const policy = new RestartPolicy(
    () => 3,
    () => now,
  );
  assert.equal(policy.crashed(), 'restart');
  now = 20_000;
  assert.equal(policy.crashed(), 'restart');
  now = 59_999;
  assert.equal(policy.crashed(), 'give-up');
});

test('forgets crashes that are a minute old', () => {
  let now = 0;
  const policy = new RestartPolicy(
    () => 3,
    () => now,
  );
  const answers = [0, 30_000, 60_000, 90_000, 120_000].map((time) => {
    now = time;
    return policy.crashed();
  });
  assert.deepEqual(answers, ['restart', 'restart', 'restart', 'restart', 'restart']);
});

test('counts anew after a restart by hand, and obeys a changed limit at once', () => {
  let limit = 2;
  const policy = new RestartPolicy(
    () => limit,
    () => 0,
  );
  assert.equal(policy.crashed(), 'restart');
  assert.equal(policy.crashed(), 'give-up');
  policy.reset();
  assert.equal(policy.crashed(), 'restart');
  limit = 10;
  assert.equal(policy.crashed(), 'restart');
});
