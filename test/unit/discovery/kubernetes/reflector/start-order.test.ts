import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../../../../../src/engine/discovery/kubernetes/reflector/clock.ts';
import { StartOrder } from '../../../../../src/engine/discovery/kubernetes/reflector/start-order.ts';

/** Runs its timers when it is told to. */
function handClock(): Clock & { ring(): void } {
  const timers = new Set<() => void>();
  return {
    now: () => 0,
    random: () => 0.5,
    setTimer: (run) => {
      timers.add(run);
      return { cancel: () => void timers.delete(run) };
    },
    ring: () => {
      for (const run of [...timers]) run();
    },
  };
}

test('the others start in order once the first are there, and at once from then on', () => {
  const clock = handClock();
  const order = new StartOrder(clock);
  const started: string[] = [];
  order.afterFirst(() => started.push('pods'));
  order.afterFirst(() => started.push('secrets'));
  assert.equal(started.length, 0);
  order.open();
  order.afterFirst(() => started.push('late'));
  clock.ring();
  order.open();
  assert.deepEqual(started, ['pods', 'secrets', 'late']);
});

test('first kinds that do not come hold nobody back for long', () => {
  const clock = handClock();
  const order = new StartOrder(clock);
  let started = 0;
  order.afterFirst(() => started++);
  clock.ring();
  assert.equal(started, 1);
});

test('nothing starts after the end', () => {
  const clock = handClock();
  const order = new StartOrder(clock);
  let started = 0;
  order.afterFirst(() => started++);
  order.dispose();
  clock.ring();
  assert.equal(started, 0);
});
