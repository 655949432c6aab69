import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  firstQueryValue,
  normalizePath,
  type PathNormalization,
} from '../../../../src/engine/policy/semantics/routing/request-path.ts';
import {
  literalPrefix,
  regexProblem,
  stringTest,
} from '../../../../src/engine/policy/semantics/routing/string-match.ts';

// RFC 3986 5.2.4, and the table of istio.io/docs/ops/best-practices/security, "Guideline on configuring the path normalization option".
const paths: readonly (readonly [PathNormalization, string, string])[] = [
  ['BASE', '/a/./b', '/a/b'],
  ['BASE', '/a/../b', '/b'],
  ['BASE', '/a/b/..', '/a/'],
  ['BASE', '/a/.', '/a/'],
  ['BASE', '/../../a', '/a'],
  ['BASE', '/..', '/'],
  ['BASE', '/a/%2e%2E/b', '/b'],
  ['BASE', '/a\\b', '/a/b'],
  ['BASE', '/a\\..\\b', '/b'],
  ['BASE', '/a//b', '/a//b'],
  ['BASE', '/a%2Fb', '/a%2Fb'],
  ['BASE', '/.hidden', '/.hidden'],
  ['BASE', '*', '*'],
  ['MERGE_SLASHES', '/a//b///c', '/a/b/c'],
  ['DECODE_AND_MERGE_SLASHES', '/a%2f%2Fb%5cc', '/a/b/c'],
  ['DECODE_AND_MERGE_SLASHES', '/a%2f..%2fb', '/b'],
  ['NONE', '/a/../b', '/a/../b'],
];
for (const [normalization, path, expected] of paths) {
  test(`${normalization} makes ${expected} of ${path}`, () =>
    assert.equal(normalizePath(path, normalization), expected));
}

test('normalising twice changes nothing more, and no dot segment is left', () => {
  const segment = fc.constantFrom('a', '.', '..', '%2e', '%2E.', '', 'b.c');
  fc.assert(
    fc.property(fc.array(segment, { maxLength: 8 }), (segments) => {
      const once = normalizePath(`/${segments.join('/')}`);
      assert.equal(normalizePath(once), once);
      assert.ok(once.startsWith('/'));
      assert.ok(!once.split('/').some((part) => part === '.' || part === '..'));
    }),
  );
});

const queries: readonly (readonly [string, string, string | undefined])[] = [
  ['?a=1&b=2', 'b', '2'],
  ['?a=1&a=2', 'a', '1'],
  ['?a', 'a', ''],
  ['?a=', 'a', ''],
  ['?a=b=c', 'a', 'b=c'],
  ['?ab=1', 'a', undefined],
  ['', 'a', undefined],
  ['?', 'a', undefined],
  ['?a=%20', 'a', '%20'],
  ['?x&a=1', 'a', '1'],
];
for (const [query, name, expected] of queries) {
  test(`"${query}" has ${name} = ${expected ?? 'nothing'}`, () => assert.equal(firstQueryValue(query, name), expected));
}

test('the literal a regex starts with is found only where every match starts with it', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['/api/v[12]/.*', '/api/v'],
    ['^/api/.*$', '/api/'],
    ['/api/(v1|v2)', '/api/'],
    ['/api|/web', ''],
    ['(/api)|/web', ''],
    ['ab?c', 'a'],
    ['ab*', 'a'],
    ['a{2}', ''],
    ['(?i)abc', ''],
    ['a\\.b', 'a'],
    ['[|]a', ''],
    ['abc', 'abc'],
  ];
  for (const [pattern, expected] of cases) assert.equal(literalPrefix(pattern), expected, pattern);
});

test('the prefilter never changes what a regex matches', () => {
  const atom = fc.constantFrom('a', 'b', '/', '.', 'a?', 'b*', '(a|b)', '|', '[ab]', '^', '$');
  fc.assert(
    fc.property(fc.array(atom, { maxLength: 6 }), fc.stringMatching(/^[ab/]{0,5}$/), (atoms, value) => {
      const pattern = atoms.join('');
      if (regexProblem(pattern) !== undefined) return;
      // V8 agrees with RE2 on this small language.
      const expected = new RegExp(`^(?:${pattern})$`).test(value);
      assert.equal(stringTest({ type: 'regex', value: pattern })(value), expected, pattern);
    }),
  );
});

test('a regex that makes other engines backtrack for minutes is answered at once', () => {
  const started = performance.now();
  assert.equal(stringTest({ type: 'regex', value: '(a+)+b' })('a'.repeat(2000)), false);
  assert.ok(performance.now() - started < 5000);
});

test('what RE2 refuses is told and never matches', () => {
  for (const pattern of ['(?=a)', '(a)\\1', '(', '*', 'a{2000}']) {
    assert.notEqual(regexProblem(pattern), undefined, pattern);
    assert.equal(stringTest({ type: 'regex', value: pattern })('a'), false, pattern);
  }
});
