import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { YamlDocument } from '../../../../src/engine/policy/documents/yaml-document.ts';
import type { OffsetEdit } from '../../../../src/engine/policy/fixes/document-edits.ts';
import {
  appendItem,
  insertField,
  quote,
  removeEntry,
  renameKey,
  replaceValue,
} from '../../../../src/engine/policy/fixes/document-edits.ts';

const head = 'apiVersion: v1\n';

function check(
  before: string,
  edit: (document: YamlDocument) => OffsetEdit | undefined,
  after: string | undefined,
): void {
  const document = new YamlDocument(head + before);
  const change = edit(document);
  const text = change && document.text.slice(0, change.start) + change.text + document.text.slice(change.end);
  assert.equal(text, after === undefined ? undefined : head + after);
}

describe('replaceValue keeps the way of writing', () => {
  const cases: readonly (readonly [string, string | number | boolean, string | undefined])[] = [
    ['a: old # c\n', 'new', 'a: new # c\n'],
    ['a: "old"\n', 'new', 'a: "new"\n'],
    [`a: 'old'\n`, 'it"s', `a: "it\\"s"\n`],
    ['a: old\n', 'yes', 'a: "yes"\n'],
    ['a: "5"\n', 5, 'a: 5\n'],
    ['a: {b: old}\n', '*.x', undefined],
    ['a: |\n  old\n', 'new', undefined],
    ['a: ""\n', 'new', 'a: new\n'],
    ['a: *b\n', 'new', undefined],
  ];
  for (const [before, value, after] of cases) {
    test(`${before.trim()} → ${String(value)}`, () =>
      check(before, (document) => replaceValue(document, ['a'], value), after));
  }
});

describe('removeEntry takes whole lines', () => {
  const cases: readonly (readonly [string, readonly (string | number)[], string | undefined])[] = [
    ['a:\n  - x\n  - w\n  - z\n', ['a', 1], 'a:\n  - x\n  - z\n'],
    ['a:\n  - x: 1\n    w: |\n      t\n  - z\n', ['a', 0], 'a:\n  - z\n'],
    ['a:\n  - x: 1 # c\n    w: 2\n', ['a', 0, 'x'], 'a:\n  - w: 2\n'],
    ['a:\n  - x: 1\n    w: 2\n', ['a', 0, 'w'], 'a:\n  - x: 1\n'],
    ['a: {b: 1, c: 2}\n', ['a', 'c'], 'a: {b: 1}\n'],
    ['a: {b: 1, c: 2}\n', ['a', 'b'], 'a: {c: 2}\n'],
    ['a: [1, 2, 3]\n', ['a', 1], 'a: [1, 3]\n'],
    ['a:\n  b: 1\nc: 2\n', ['a', 'b'], 'c: 2\n'],
    ['a: 1\nb: 2', ['b'], 'a: 1\n'],
    ['a: 1\n', ['nowhere'], undefined],
  ];
  for (const [before, path, after] of cases) {
    test(`${before.replaceAll('\n', '⏎')} ${path.join('.')}`, () =>
      check(before, (document) => removeEntry(document, path), after));
  }
});

describe('insertField and appendItem follow the layout', () => {
  test('below a sibling, with its indentation', () =>
    check(
      'a:\n  - host: x # c\n    z: 1\n',
      (document) => insertField(document, ['a', 0], 'port', { number: 80 }, 'host'),
      'a:\n  - host: x # c\n    port:\n      number: 80\n    z: 1\n',
    ));
  test('a list in a mapping', () =>
    check(
      'a:\n  b: 1\n',
      (document) => insertField(document, ['a'], 'c', [{ name: 'v1', labels: { version: 'on' } }], undefined),
      'a:\n  b: 1\n  c:\n    - name: v1\n      labels:\n        version: "on"\n',
    ));
  test('in braces', () =>
    check(
      'a: {host: x}\n',
      (document) => insertField(document, ['a'], 'port', { number: 80 }, 'host'),
      'a: {host: x, port: {number: 80}}\n',
    ));
  test('behind the last item', () =>
    check(
      'a:\n- x: 1\n  w: 2\nb: 1\n',
      (document) => appendItem(document, ['a'], { x: 3, w: 4 }),
      'a:\n- x: 1\n  w: 2\n- x: 3\n  w: 4\nb: 1\n',
    ));
  test('an item in brackets', () => check('a: [x]\n', (document) => appendItem(document, ['a'], 'w'), 'a: [x, w]\n'));
  test('not into an empty list', () => check('a: []\n', (document) => appendItem(document, ['a'], 'w'), undefined));
});

describe('keys and quotes', () => {
  test('a key', () => check('old: 1\n', (document) => renameKey(document, ['old'], 'new'), 'new: 1\n'));
  test('a quoted key', () => check('"old": 1\n', (document) => renameKey(document, ['old'], 'new'), '"new": 1\n'));
  test('what was written is quoted, not what was read', () =>
    check('a: 0x1F\n', (document) => quote(document, ['a']), 'a: "0x1F"\n'));
});
