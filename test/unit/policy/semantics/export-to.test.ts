import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportsOverlap } from '../../../../src/engine/policy/semantics/export-to.ts';

const cases: readonly (readonly [readonly string[], readonly string[], boolean])[] = [
  [['*'], ['shop'], true],
  [['*'], ['*'], true],
  [['shop', 'help'], ['billing', 'help'], true],
  [['shop'], ['billing'], false],
  // Exported to nobody.
  [[], ['*'], false],
];

for (const [a, b, overlap] of cases) {
  test(`what is exported to [${a.join(', ')}] and [${b.join(', ')}] ${overlap ? 'meets' : 'does not meet'}`, () => {
    assert.equal(exportsOverlap(new Set(a), new Set(b)), overlap);
    assert.equal(exportsOverlap(new Set(b), new Set(a)), overlap);
  });
}
