import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TraceBudget } from '../../../../src/engine/dataplane/worker/trace-budget.ts';

const id = (n: number): string => n.toString(16).padStart(32, '0');

test('everything is kept up to the limit', () => {
  const budget = new TraceBudget(100);
  for (let i = 0; i < 100; i++) assert.equal(budget.keeps(id(i)), true);
  assert.equal(budget.next(), 0);
});

test('beyond the limit traces are thinned by their id, so that hops of one trace share a fate', () => {
  const budget = new TraceBudget(100);
  for (let i = 0; i < 3000; i++) budget.keeps(id(i));
  budget.next();
  let kept = 0;
  for (let i = 0; i < 3000; i++) {
    const [first, second] = [budget.keeps(id(i)), budget.keeps(id(i))];
    // The mask may tighten between two hops, never loosen.
    assert.ok(first || !second);
    if (first) kept++;
  }
  assert.ok(kept > 10 && kept < 400, `${kept} kept`);
  assert.ok(budget.next() > 2500);
});

test('when the flood is over everything is kept again', () => {
  const budget = new TraceBudget(100);
  for (let i = 0; i < 10_000; i++) budget.keeps(id(i));
  for (let period = 0; period < 20; period++) budget.next();
  for (let i = 0; i < 100; i++) assert.equal(budget.keeps(id(i)), true);
});
