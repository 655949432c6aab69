/** Values as Kubernetes reads them: expectations are those of sigs.k8s.io/yaml (goyaml v2, YAML 1.1). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { readFast } from '../../../../src/engine/policy/documents/fast-values.ts';
import { resolveAsYaml12, resolvePlainScalar } from '../../../../src/engine/policy/documents/plain-scalar.ts';
import { SyntaxTree } from '../../../../src/engine/policy/documents/syntax-tree.ts';
import { YamlDocument } from '../../../../src/engine/policy/documents/yaml-document.ts';
import { fixtures } from '../checks/fixture-files.ts';

const scalars: readonly (readonly [string, unknown])[] = [
  ['yes', true],
  ['On', true],
  ['y', true],
  ['off', false],
  ['n', false],
  ['yES', 'yES'],
  ['~', null],
  ['Null', null],
  ['12', 12],
  ['-7', -7],
  ['1_000', 1000],
  ['0777', 511],
  ['0o17', 15],
  ['08', 8],
  ['0x1F', 31],
  ['0b101', 5],
  ['1.10', 1.1],
  ['.5', 0.5],
  ['1e3', 1000],
  ['.inf', Infinity],
  ['1.2.3', '1.2.3'],
  ['v1', 'v1'],
  ['2026-01-01', '2026-01-01'],
  ['1:30', '1:30'],
  ['100m', '100m'],
  ['-', '-'],
  ['+', '+'],
];

describe('plain scalars', () => {
  for (const [text, value] of scalars) test(text, () => assert.deepEqual(resolvePlainScalar(text), value));
});

/** What a reader of YAML 1.2 (core schema) makes of what Kubernetes reads otherwise. */
const differences: readonly (readonly [string, unknown])[] = [
  ['yes', 'yes'],
  ['Off', 'Off'],
  ['n', 'n'],
  ['0777', 777],
  ['0b101', '0b101'],
  ['1_000', '1_000'],
  ['0o17', undefined],
  ['0x1F', undefined],
  ['True', undefined],
  ['08', undefined],
  ['1e3', undefined],
  ['.inf', undefined],
  ['~', undefined],
  ['1:30', undefined],
  ['text', undefined],
];

describe('scalars that readers of YAML 1.2 take for something else', () => {
  for (const [text, value] of differences) test(text, () => assert.deepEqual(resolveAsYaml12(text), value));
});

const documents: readonly (readonly [string, unknown])[] = [
  ['a: on\nb: "on"\nc: \'1\'', { a: true, b: 'on', c: '1' }],
  ['on: 1\n2: b\n1.5: c', { true: 1, 2: 'b', 1.5: 'c' }],
  ['a:\nb: ~', { a: null, b: null }],
  ['a: !!str 12\nb: !!int "3"', { a: '12', b: 3 }],
  ['a: &x {p: 1}\nb: *x', { a: { p: 1 }, b: { p: 1 } }],
  ['base: &b {p: 1, q: 2}\nc:\n  <<: *b\n  q: 3', { base: { p: 1, q: 2 }, c: { p: 1, q: 3 } }],
  ['a: |\n  x\n  y\nb: >-\n  x\n  y', { a: 'x\ny\n', b: 'x y' }],
  ['- a\n- - b', ['a', ['b']]],
  ['{"a": {"b": [1, "2", null, true]}}', { a: { b: [1, '2', null, true] } }],
  ['a: 2026-01-01\nb: 12:30', { a: '2026-01-01', b: '12:30' }],
  ['a: "\\u00e9 \\x41"\nö: 🎉', { a: 'é A', ö: '🎉' }],
];

describe('values of documents, by both tiers', () => {
  for (const [text, value] of documents) {
    test(text.replaceAll('\n', '⏎'), () => {
      const tree = new SyntaxTree(text);
      assert.deepEqual(tree.problems, []);
      assert.deepEqual(tree.value, value);
      const fast = readFast(text);
      if (fast.ok) assert.deepEqual(fast.value, value);
    });
  }

  test('a key __proto__ is only a key', () => {
    const text = 'apiVersion: v1\n__proto__: {polluted: true}\nconstructor: 1';
    for (const value of [new SyntaxTree(text).value, new YamlDocument(text).value]) {
      assert.equal(Object.getPrototypeOf(value), Object.prototype);
      assert.ok(Object.hasOwn(value as object, '__proto__'));
    }
    assert.ok(!('polluted' in {}));
  });
});

describe('the tiers agree', () => {
  for (const { name, text } of fixtures) {
    test(name, () => {
      for (const section of text.split(/^---$/m)) {
        const fast = readFast(section);
        const tree = new SyntaxTree(section);
        if (fast.ok) {
          assert.deepEqual(tree.value ?? null, fast.value ?? null);
          assert.deepEqual(tree.problems, []);
        } else if (!/[&{]{2}|&\w/.test(section)) {
          assert.notDeepEqual(tree.problems, []);
        }
      }
    });
  }

  test('on generated documents', () => {
    const scalar = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom(...scalars.map(([text]) => text)),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        scalar,
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), tie('value'), { maxKeys: 4 }),
      ),
    }));
    const style = fc.constantFrom({ collectionStyle: 'block' as const }, { collectionStyle: 'flow' as const });
    fc.assert(
      fc.property(value, style, (data, options) => {
        const text = stringify(
          { apiVersion: 'v1', data },
          { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false, ...options },
        );
        const fast = readFast(text);
        const tree = new SyntaxTree(text);
        assert.deepEqual(tree.problems, [], text);
        if (fast.ok) assert.deepEqual(tree.value, fast.value, text);
      }),
      { numRuns: 400, seed: 20 },
    );
  });
});
