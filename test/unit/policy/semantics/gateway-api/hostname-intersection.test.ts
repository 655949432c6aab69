import assert from 'node:assert/strict';
import { test } from 'node:test';
import { intersectHostnames } from '../../../../../src/engine/policy/semantics/gateway-api/hostname-intersection.ts';

// `*` stands for one or more labels; what both stand for is the narrower of the two.
const cases: readonly (readonly [string | undefined, string | undefined, string | undefined])[] = [
  [undefined, undefined, ''],
  [undefined, 'a.com', 'a.com'],
  ['a.com', undefined, 'a.com'],
  ['a.com', 'A.com', 'a.com'],
  ['a.com', 'b.com', undefined],
  ['*.a.com', 'x.a.com', 'x.a.com'],
  ['*.a.com', 'x.y.a.com', 'x.y.a.com'],
  ['*.a.com', 'a.com', undefined],
  ['*.a.com', 'xa.com', undefined],
  ['x.a.com', '*.a.com', 'x.a.com'],
  ['*.com', '*.a.com', '*.a.com'],
  ['*.a.com', '*.b.com', undefined],
];

for (const [a, b, expected] of cases) {
  test(`${a ?? 'any'} and ${b ?? 'any'}`, () => assert.equal(intersectHostnames(a, b), expected));
}
