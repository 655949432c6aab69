import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { textAt, timeText, wordAt } from '../../../../../src/engine/discovery/kubernetes/protobuf/known-texts.ts';

test('a word is the text that is written there, whatever was read before', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 60 }), { maxLength: 40 }), (texts) => {
      const written = texts.map((text) => Buffer.from(text));
      const bytes = Buffer.concat(written);
      for (let round = 0; round < 2; round++) {
        let at = 0;
        for (const { length } of written) {
          assert.equal(wordAt(bytes, at, at + length), bytes.toString('utf8', at, at + length));
          assert.equal(textAt(bytes, at, at + length), bytes.toString('utf8', at, at + length));
          at += length;
        }
      }
    }),
  );
});

test('texts whose hashes meet are not mixed up', () => {
  // More than there are places for them.
  const words = Array.from({ length: 10_000 }, (_, at) => `word-${at}`);
  const bytes = Buffer.from(words.join(''));
  for (let round = 0; round < 2; round++) {
    let at = 0;
    for (const word of words) {
      assert.equal(wordAt(bytes, at, at + word.length), word);
      at += word.length;
    }
  }
});

test('times are those of JSON', () => {
  const cases: readonly (readonly [number, string])[] = [
    [1, '1970-01-01T00:00:01Z'],
    [1_772_360_430, '2026-03-01T10:20:30Z'],
    [1_772_360_430 + 256, '2026-03-01T10:24:46Z'],
    [1_772_360_430, '2026-03-01T10:20:30Z'],
    [-1, '1969-12-31T23:59:59Z'],
  ];
  for (const [seconds, text] of cases) assert.equal(timeText(seconds), text);
  assert.throws(() => timeText(2 ** 53), RangeError);
});
