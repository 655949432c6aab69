import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leavesFolder, PathPatterns } from '../../../../src/engine/policy/configuration/path-patterns.ts';

const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['vendor', ['vendor', 'vendor/a.yaml', 'vendor/b/c.yaml'], ['vendors/a.yaml', 'x/vendor/a.yaml', 'a.yaml']],
  ['vendor/', ['vendor/a.yaml'], ['vendor.yaml']],
  ['./vendor', ['vendor/a.yaml'], []],
  ['*.yaml', ['a.yaml'], ['b/a.yaml', 'a.yml']],
  ['**/*.gen.yaml', ['a.gen.yaml', 'b/c/a.gen.yaml'], ['a.yaml']],
  ['**/charts', ['charts/a.yaml', 'x/y/charts/z/a.yaml'], ['mycharts/a.yaml']],
  ['env/{dev,test}', ['env/dev/a.yaml', 'env/test/b.yaml'], ['env/prod/a.yaml']],
  ['a?.yaml', ['ab.yaml'], ['a.yaml', 'abc.yaml', 'a/.yaml']],
  ['größe [1]', ['größe [1]/a.yaml'], ['größe 1/a.yaml']],
  ['**', ['a.yaml', 'b/c.yaml'], []],
];
for (const [pattern, matching, others] of cases) {
  test(`${pattern} stands for what it matches, and all in it`, () => {
    const patterns = new PathPatterns([pattern]);
    for (const path of matching) assert.ok(patterns.matches(path), path);
    for (const path of others) assert.ok(!patterns.matches(path), path);
  });
}

test('one of several is enough, and none matches nothing', () => {
  assert.ok(new PathPatterns(['a', 'b']).matches('b/x.yaml'));
  assert.ok(!new PathPatterns([]).matches('a'));
});

test('a pattern made to be slow is not', () => {
  const patterns = new PathPatterns([`${'*a'.repeat(200)}b`]);
  const start = process.cpuUsage();
  assert.ok(!patterns.matches('a'.repeat(5000)));
  // A backtracking matcher would not end in the life of this machine.
  assert.ok(process.cpuUsage(start).user < 5_000_000);
});

test('what looks outside of the folder', () => {
  for (const pattern of ['/charts', '../shared', '..', 'a/../../b', 'C:/x', '\\x'])
    assert.ok(leavesFolder(pattern), pattern);
  for (const pattern of ['charts', '..a/b', 'a..b', './a', '**/a']) assert.ok(!leavesFolder(pattern), pattern);
});
