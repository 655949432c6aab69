import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasColors } from '../../../../src/cli/format/has-colors.ts';

const cases: readonly (readonly [Readonly<Record<string, string>>, isTerminal: boolean, expected: boolean])[] = [
  [{}, true, true],
  [{}, false, false],
  [{ NO_COLOR: '1' }, true, false],
  [{ NO_COLOR: '' }, true, true],
  [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
  [{ FORCE_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '0' }, true, false],
  [{ TERM: 'dumb' }, true, false],
  [{ TERM: 'xterm' }, true, true],
];
for (const [env, isTerminal, expected] of cases) {
  test(`${JSON.stringify(env)} ${isTerminal ? 'on a terminal' : 'in a file'}`, () => {
    assert.equal(hasColors(env, isTerminal), expected);
  });
}
