import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MacroSet } from '../../../../../src/engine/policy/schema/cel/cel-macros.ts';
import { parseCel } from '../../../../../src/engine/policy/schema/cel/cel-parser.ts';
import { CelSyntaxError } from '../../../../../src/engine/policy/schema/cel/cel-tokens.ts';

function problemOf(source: string, set: MacroSet = 'standard'): readonly [number, string] | undefined {
  try {
    parseCel(source, set);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof CelSyntaxError);
    return [error.offset, error.message];
  }
}

describe('what is CEL', () => {
  const sound: readonly string[] = [
    'response.code >= 400',
    "connection.mtls && request.url_path.contains('v1beta3')",
    'a ? b : c ? d : e',
    '!!a || -(-b) == --1 && !-1',
    '[1, 2u, 0x1F, 1.5e3, .5, -9223372036854775808, 18446744073709551615u,]',
    "{'a': 1, 'b': [], }",
    "r'\\d' + '\\u00e9\\x41\\101' + '''a\n'b''' + b'\\xff' + R\"\\\"",
    'a.b.Message{field: 1, other: [2]}',
    '.a.b(c)[d].while',
    'nullable == trueish || inner in falsey',
    'a // to the end',
    "request.`x-y`.exists_one(i, i == 'a')",
    'a.all(b, c, d)',
    '[,]',
  ];
  for (const source of sound) {
    test(source.replaceAll('\n', '⏎'), () => {
      assert.equal(problemOf(source), undefined);
    });
  }
});

describe('what is none, and from where on', () => {
  const wrong: readonly (readonly [string, number, RegExp])[] = [
    ['', 0, /end of the expression/],
    [')++++', 0, /`\)`/],
    ['a ==', 4, /end of the expression/],
    ['a === b', 4, /character/],
    ['a = b', 2, /character/],
    ['a b', 2, /`b`/],
    ['(a', 2, /end of the expression/],
    ["'open", 0, /text without its end/],
    ['"a\\qb"', 2, /escape/],
    ["'\\ud800'", 1, /escape/],
    ["b'\\u0041'", 2, /escape/],
    ['a.in', 2, /`in`/],
    ['while', 0, /reserved/],
    ['f(a,)', 4, /`\)`/],
    ['9223372036854775808', 0, /too large/],
    ['1e400', 0, /too large/],
    ['has(a)', 0, /no field/],
    ['a.all(1, true)', 2, /simple name/],
    ['a.?b', 2, /optional/],
    ['a & b', 2, /character/],
    ['a;b', 1, /character/],
    ['!a-', 3, /end of the expression/],
  ];
  for (const [source, offset, message] of wrong) {
    test(source, () => {
      const [at, said] = problemOf(source) ?? [];
      assert.equal(at, offset);
      assert.match(said ?? '', message);
    });
  }
});

test('optional fields are for Kubernetes', () => {
  for (const source of ['a.?b', 'a[?0]', '[?a]', '{?"a": b}']) assert.equal(problemOf(source, 'kubernetes'), undefined);
  assert.notEqual(problemOf('a.?b(c)', 'kubernetes'), undefined);
  assert.notEqual(problemOf('a.all(b, b, true)', 'kubernetes'), undefined);
});

test('deep nesting is refused, not followed', () => {
  assert.match(problemOf(`${'('.repeat(5000)}a${')'.repeat(5000)}`)?.[1] ?? '', /too deeply/);
  assert.match(problemOf('['.repeat(5000))?.[1] ?? '', /too deeply/);
  assert.equal(problemOf('!'.repeat(5000) + 'a'), undefined);
  assert.equal(problemOf(`a${'.b'.repeat(5000)}`), undefined);
});
