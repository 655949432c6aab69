import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shareToHundred } from '../../../../src/engine/policy/checks/weights/share-to-hundred.ts';

const cases: readonly (readonly [readonly number[], readonly number[]])[] = [
  [
    [60, 60],
    [50, 50],
  ],
  [
    [1, 1, 1],
    [34, 33, 33],
  ],
  [
    [0, 0],
    [50, 50],
  ],
  [
    [80, 10],
    [89, 11],
  ],
  [
    [0, 7],
    [0, 100],
  ],
  [
    [50, 49],
    [51, 49],
  ],
];

for (const [weights, shares] of cases) {
  test(weights.join('/'), () => assert.deepEqual(shareToHundred(weights), shares));
}
