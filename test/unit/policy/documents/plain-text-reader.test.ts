/** The plain reader is held to two parsers of all of YAML: what it takes, it takes as they do. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { readByLibrary } from '../../../../src/engine/policy/documents/fast-values.ts';
import { PlainPlaces } from '../../../../src/engine/policy/documents/plain-places.ts';
import { plainValue, readPlainText } from '../../../../src/engine/policy/documents/plain-text-reader.ts';
import { splitDocuments } from '../../../../src/engine/policy/documents/split-documents.ts';
import type { RangePart } from '../../../../src/engine/policy/documents/syntax-tree.ts';
import { SyntaxTree } from '../../../../src/engine/policy/documents/syntax-tree.ts';
import type { FieldPath } from '../../../../src/shared/text.ts';
import { seededRandom } from '../../../seeded-random.ts';

const root = path.resolve(import.meta.dirname, '../../../..');
const parts: readonly RangePart[] = ['key', 'value', 'entry', 'lines', 'head'];

const taken: readonly (readonly [string, unknown])[] = [
  ['a: b', { a: 'b' }],
  ['---\n# note\na: 1 # one\nb: "x: y" # two\nc: \'#\'\n', { a: 1, b: 'x: y', c: '#' }],
  [
    'a:\n- b\n- c: 1\n  d: 2\n- {e: [f, "g"], h: {}}\nz: yes\n',
    { a: ['b', { c: 1, d: 2 }, { e: ['f', 'g'], h: {} }], z: true },
  ],
  ['a:\n\n  # note\n  b:\n    - c\nd:\n', { a: { b: ['c'] }, d: null }],
  [
    'a: |\n  x: y\n   z\n\n  # no comment\nb: |-\n  one\n\n\nc: |+\n  two\n\n',
    { a: 'x: y\n z\n\n# no comment\n', b: 'one', c: 'two\n\n' },
  ],
  [
    'host: http://example.com:80/#x\ntime: 10:30\nneg: -1\ndash: --x\n',
    { host: 'http://example.com:80/#x', time: '10:30', neg: -1, dash: '--x' },
  ],
  ['"a b": 1\n\'c\': ~\nd.e/f-g: 0644\n', { 'a b': 1, c: null, 'd.e/f-g': 420 }],
];

const refused: readonly string[] = [
  '',
  'a',
  '- a',
  '{a: b}',
  'a: b: c',
  'a: b\n  c',
  'a: b\n c: d',
  'a:\tb',
  'a: b\r\n',
  'a: &x b',
  'a: *x',
  'a: !!str b',
  'a: >\n  b\n',
  'a: |2\n  b\n',
  'a: |\n\n  b\n',
  'a: "b\\n"',
  "a: 'it''s'",
  'a: "b\n  c"',
  'a: [b,\n  c]',
  'a: [b: c]',
  'a: {b}',
  'a: {b: c, b: d}',
  'a: {{ b }}',
  'a: 1\na: 2\n',
  'on: 1',
  'null: 1',
  '1: a',
  '<<: {a: b}',
  'a: <<',
  '__proto__: 1',
  '? a\n: b\n',
  'a: - b',
  'a:\n  - - b\n',
  'a:\n  -\n    b: c\n',
  'a: b\n---\nc: d\n',
  'a: b\n...\n',
  '%YAML 1.2\n---\na: b\n',
  'a: @b',
  'a: `b`',
  'a: 😀',
  '[a'.repeat(3),
  `a: ${'['.repeat(5000)}`,
];

describe('the plain reader', () => {
  for (const [text, value] of taken)
    test(`takes ${JSON.stringify(text)}`, () => {
      const node = readPlainText(text);
      assert.ok(node);
      assert.deepEqual(plainValue(node), value);
      assertSame(text);
    });
  for (const text of refused)
    test(`leaves ${JSON.stringify(text.slice(0, 40))} to others`, () => assert.equal(readPlainText(text), undefined));

  const documents = globSync('{samples,test/fixtures}/**/*.yaml', { cwd: root }).flatMap((file) =>
    splitDocuments(readFileSync(path.join(root, file), 'utf8')).map(({ text }) => text),
  );

  test('takes nearly all documents as people write them, and says of them what parsers of all of YAML say', () => {
    const count = documents.filter((text) => assertSame(text)).length;
    assert.ok(documents.length > 1000 && count > documents.length * 0.85, `${count} of ${documents.length}`);
  });

  test('takes texts with mistakes as those parsers do, or not at all', () => {
    const random = seededRandom(20);
    const whole = (below: number): number => Math.floor(random() * below);
    const pick = <T>(items: readonly T[]): T => items[whole(items.length)] as T;
    const pieces = [
      '\n',
      ' ',
      '  ',
      ':',
      ': ',
      '- ',
      '-',
      '#',
      ' #',
      '"',
      "'",
      '{',
      '}',
      '[',
      ']',
      ',',
      '|',
      '|-',
      '|+',
      '>',
    ];
    const more = [
      ...pieces,
      '&a ',
      '*a',
      '!',
      '\t',
      '\\',
      '---\n',
      '...\n',
      '?',
      '~',
      'null',
      'on',
      '0x1f',
      '.inf',
      '<<: ',
      '%',
      '\n\n',
      '\u00a0',
    ];
    let count = 0;
    for (let round = 0; round < 6000; round++) {
      let text = pick(documents).slice(0, 600);
      for (let edit = whole(4); edit >= 0; edit--) {
        const at = whole(text.length + 1);
        const until = random() < 0.5 ? at : at + whole(6);
        text = text.slice(0, at) + (random() < 0.7 ? pick(more) : '') + text.slice(until);
      }
      if (assertSame(text)) count++;
    }
    assert.ok(count > 1000, String(count));
  });
});

/** False where the plain reader refuses. */
function assertSame(text: string): boolean {
  const node = readPlainText(text);
  if (!node) return false;
  const value = plainValue(node);
  const library = readByLibrary(text);
  // That one looks no further where there might be anchors.
  if (library.ok) assert.deepEqual(value, library.value, JSON.stringify(text));
  else assert.ok(text.includes('&'), JSON.stringify(text));
  const tree = new SyntaxTree(text);
  assert.deepEqual([tree.problems, tree.value], [[], value], JSON.stringify(text));
  const places = new PlainPlaces(text, node);
  for (const each of [...pathsOf(value, []), ['metadata', 'nothing', 3], ['spec', 0]]) {
    const about = `${JSON.stringify(each)} of ${JSON.stringify(text)}`;
    for (const part of parts) {
      const found = places.rangeOf(each, part);
      if (found) assert.deepEqual(found, tree.rangeOf(each, part), `${part} ${about}`);
    }
    const scalar = places.scalarAt(each);
    if (scalar) assert.deepEqual(scalar, tree.scalarAt(each), about);
    const isFlow = places.isFlow(each);
    if (isFlow !== undefined) assert.equal(isFlow, tree.isFlow(each), about);
  }
  return true;
}

function pathsOf(value: unknown, at: FieldPath): readonly FieldPath[] {
  if (typeof value !== 'object' || value === null) return [at];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [
    at,
    ...entries.flatMap(([step, below]: readonly [string | number, unknown]) => pathsOf(below, [...at, step])),
  ];
}
