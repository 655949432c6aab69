import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Expiry } from '../../../../../src/engine/discovery/kubernetes/auth/expiry.ts';

/** A clock whose two faces a test moves apart. */
class TestClock {
  wallTime = Date.parse('2026-01-01T00:00:00Z');
  steadyTime = 0;
  wall(): number {
    return this.wallTime;
  }
  steady(): number {
    return this.steadyTime;
  }
  pass(seconds: number): void {
    this.wallTime += seconds * 1000;
    this.steadyTime += seconds * 1000;
  }
}

const lifetimes: readonly (readonly [number, number, boolean, boolean])[] = [
  // Lifetime and age in seconds; due? over?
  [3600, 0, false, false],
  [3600, 3569, false, false],
  [3600, 3570, true, false],
  [3600, 3600, true, true],
  [60, 53, false, false],
  [60, 54, true, false],
  [0, 0, true, true],
  [-5, 0, true, true],
];
for (const [lifetime, age, due, over] of lifetimes) {
  test(`a credential of ${lifetime} s, ${age} s old, is ${due ? '' : 'not '}due and ${over ? '' : 'not '}over`, () => {
    const clock = new TestClock();
    const expiry = new Expiry(clock.wall() + lifetime * 1000, clock);
    clock.pass(age);
    assert.deepEqual([expiry.isDue, expiry.isOver], [due, over]);
  });
}

test('a clock that is set back does not make a credential last longer', () => {
  const clock = new TestClock();
  const expiry = new Expiry(clock.wall() + 60_000, clock);
  clock.wallTime -= 7_200_000;
  assert.equal(expiry.isDue, false);
  clock.pass(60);
  assert.equal(expiry.isOver, true);
});

test('a clock that is set ahead, as after sleep, ends it', () => {
  const clock = new TestClock();
  const expiry = new Expiry(clock.wall() + 60_000, clock);
  clock.wallTime += 60_000;
  assert.equal(expiry.isOver, true);
});
