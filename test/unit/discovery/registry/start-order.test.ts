import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findDependencyCycle } from '../../../../src/engine/discovery/registry/start-order.ts';

const items = (graph: Readonly<Record<string, readonly string[]>>): { name: string; dependsOn: readonly string[] }[] =>
  Object.entries(graph).map(([name, dependsOn]) => ({ name, dependsOn }));

test('finds the circle, without what only leads to it', () => {
  assert.deepEqual(findDependencyCycle(items({ a: ['b'], b: ['c'], c: ['b'] })), ['b', 'c', 'b']);
  assert.deepEqual(findDependencyCycle(items({ a: ['a'] })), ['a', 'a']);
});

test('finds none in a diamond, with unknown names, or in nothing', () => {
  assert.equal(findDependencyCycle(items({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] })), undefined);
  assert.equal(findDependencyCycle(items({ a: ['elsewhere'] })), undefined);
  assert.equal(findDependencyCycle([]), undefined);
});
