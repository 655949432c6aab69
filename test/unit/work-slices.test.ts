import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorkSlices } from '../../src/engine/work-slices.ts';

function spin(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test('forty who have much to do leave the event loop free in between', async () => {
  const slices = new WorkSlices(5);
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const done: number[] = [];
  await Promise.all(
    Array.from({ length: 40 }, async (_, who) => {
      let left = 5;
      await slices.run(() => {
        spin(1);
        return --left === 0;
      });
      done.push(who);
    }),
  );
  isOver = true;
  assert.equal(done.length, 40);
  // 200 ms of work in slices of 5 ms; a machine that is slow makes fewer, longer ones.
  assert.ok(turns >= 10, `${turns} turns`);
});

test('what is short does not wait for what is long', async () => {
  const slices = new WorkSlices(2);
  let isLongDone = false;
  let left = 100;
  const long = slices.run(() => {
    spin(1);
    isLongDone = --left === 0;
    return isLongDone;
  });
  await slices.run(() => true);
  assert.equal(isLongDone, false);
  await long;
});

test('what throws fails alone', async () => {
  const slices = new WorkSlices();
  const broken = slices.run(() => {
    throw new Error('broken');
  });
  const fine = slices.run(() => true);
  await assert.rejects(broken, /broken/);
  await fine;
});
