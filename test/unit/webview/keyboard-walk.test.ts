import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { WalkDirection } from '../../../src/webview/view-model/keyboard-walk.ts';
import { walk } from '../../../src/webview/view-model/keyboard-walk.ts';

//            details (300, 0)
//  page ───  v1      (300, 100) ─┐
//  (0, 100)  v2      (300, 200) ─┴─ ratings (600, 150)      lone (600, 400)
const positions = new Map([
  ['page', { x: 0, y: 100 }],
  ['details', { x: 300, y: 0 }],
  ['v1', { x: 300, y: 100 }],
  ['v2', { x: 300, y: 200 }],
  ['ratings', { x: 600, y: 150 }],
  ['lone', { x: 600, y: 400 }],
]);
const edges = [
  { source: 'page', target: 'details' },
  { source: 'page', target: 'v1' },
  { source: 'page', target: 'v2' },
  { source: 'v1', target: 'ratings' },
  { source: 'v2', target: 'ratings' },
];

describe('walk by arrow keys', () => {
  const cases: readonly (readonly [string, WalkDirection, string | undefined])[] = [
    ['page', 'right', 'v1'],
    ['v2', 'right', 'ratings'],
    ['ratings', 'left', 'v1'],
    ['v2', 'left', 'page'],
    ['v1', 'up', 'details'],
    ['v1', 'down', 'v2'],
    ['details', 'up', undefined],
    ['details', 'right', 'ratings'],
    ['ratings', 'down', 'lone'],
    ['lone', 'left', 'v2'],
    ['page', 'left', undefined],
    ['gone', 'down', 'page'],
  ];
  for (const [from, direction, expected] of cases) {
    it(`leads from ${from} ${direction} to ${String(expected)}`, () => {
      assert.equal(walk(from, direction, positions, edges), expected);
    });
  }
});
