import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LineSplitter } from '../../../../../src/engine/discovery/kubernetes/reflector/line-splitter.ts';
import { KubeFailure } from '../../../../../src/engine/discovery/kubernetes/transport/kube-transport.ts';

function cut(splitter: LineSplitter, text: string): readonly string[] {
  splitter.push(Buffer.from(text));
  return splitter.records.take().map(String);
}

test('lines are the same however they are cut into chunks', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll('\n', ' '))),
      fc.array(fc.nat(9)),
      (lines, cuts) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const splitter = new LineSplitter(1024);
        const got: string[] = [];
        let at = 0;
        for (const cut of [...cuts, bytes.length]) {
          splitter.push(bytes.subarray(at, at + cut));
          at += cut;
          // Now and then nobody has time for them.
          if (cut % 3 > 0) got.push(...splitter.records.take().map(String));
        }
        assert.equal(!splitter.records.isEmpty, got.length < lines.filter((line) => line !== '').length);
        got.push(...splitter.records.take().map(String));
        assert.deepEqual(
          got,
          lines.filter((line) => line !== ''),
        );
      },
    ),
  );
});

test('lines do not change when the memory they came in is read into again', () => {
  const splitter = new LineSplitter(100);
  const chunk = Buffer.from('one\ntwo\nthr');
  splitter.push(chunk);
  chunk.fill('x');
  splitter.push(Buffer.from('ee\n'));
  assert.deepEqual(splitter.records.take().map(String), ['one', 'two', 'three']);
});

test('the last line waits for its end', () => {
  const splitter = new LineSplitter(100);
  assert.deepEqual(cut(splitter, 'one\ntw'), ['one']);
  assert.deepEqual(cut(splitter, 'o'), []);
  assert.deepEqual(cut(splitter, '\n'), ['two']);
});

test('lines stay as they are until the next are taken, however much comes meanwhile', () => {
  const splitter = new LineSplitter(1024 * 1024);
  const other = new LineSplitter(1024 * 1024);
  const long = (letter: string): string => letter.repeat(100_000);
  const feed = (letter: string): void => {
    for (const one of [splitter, other]) {
      one.push(Buffer.from(letter));
      one.push(Buffer.from(`${long(letter).slice(1)}\n`));
    }
  };
  feed('a');
  feed('b');
  const first = [splitter.records.take(), other.records.take()];
  for (const letter of ['c', 'd', 'e']) feed(letter);
  for (const lines of first) assert.deepEqual(lines.map(String), [long('a'), long('b')]);
  assert.deepEqual(splitter.records.take().map(String), [long('c'), long('d'), long('e')]);
  feed('f');
  assert.deepEqual(other.records.take().map(String), [long('c'), long('d'), long('e'), long('f')]);
  assert.deepEqual(splitter.records.take().map(String), [long('f')]);
});

test('a line that grows beyond the limit is a failure, before its end and at once', () => {
  const isTooLarge = (error: unknown): boolean => error instanceof KubeFailure && error.reason === 'too-large';
  const growing = new LineSplitter(10);
  growing.push(Buffer.from('12345678'));
  assert.throws(() => growing.push(Buffer.from('9ab')), isTooLarge);
  assert.throws(() => new LineSplitter(10).push(Buffer.from('123456789ab\n')), isTooLarge);
  assert.deepEqual(cut(new LineSplitter(10), '123456789a\n'), ['123456789a']);
});
