import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LineSplitter } from '../../../../src/engine/discovery/registry/line-splitter.ts';

const unlimited = { maxLine: 1_000_000, maxPerSecond: 1_000_000_000, now: () => 0 };

test('lines are the same however the bytes come', () => {
  const line = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replace(/[\r\n]/g, ''));
  const cuts = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), cuts, (lines, sizes) => {
      const said: string[] = [];
      const splitter = new LineSplitter(unlimited, (text) => said.push(text));
      const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1;
        splitter.push(bytes.subarray(at, at + size));
        at += size;
      }
      splitter.end();
      assert.deepEqual(said, lines);
    }),
  );
});

test('the last line needs no end, and Windows line ends are taken', () => {
  const said: string[] = [];
  const splitter = new LineSplitter(unlimited, (text) => said.push(text));
  splitter.push(Buffer.from('a\r\n\r\nb'));
  splitter.end();
  assert.deepEqual(said, ['a', '', 'b']);
});

test('long lines are cut and take no memory', () => {
  const said: string[] = [];
  const splitter = new LineSplitter({ ...unlimited, maxLine: 4 }, (text) => said.push(text));
  for (let turn = 0; turn < 1000; turn++) splitter.push(Buffer.from('xxx'));
  splitter.push(Buffer.from('\nabcd\nabcde'));
  splitter.end();
  assert.deepEqual(said, ['xxxx… (cut)', 'abcd', 'abcd… (cut)']);
});

test('too much in one second is counted and left out', () => {
  let now = 0;
  const said: string[] = [];
  const splitter = new LineSplitter({ ...unlimited, maxPerSecond: 8, now: () => now }, (text) => said.push(text));
  splitter.push(Buffer.from('aaa\nbbb\nccc\nddd\n'));
  now = 1000;
  splitter.push(Buffer.from('eee\nfff\nggg\n'));
  splitter.end();
  assert.deepEqual(said, [
    'aaa',
    'bbb',
    '… 2 lines left out: the process writes too much',
    'eee',
    'fff',
    '… 1 lines left out: the process writes too much',
  ]);
});
