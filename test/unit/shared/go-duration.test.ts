import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatGoDuration, parseGoDuration } from '../../../src/shared/go-duration.ts';

// Expectations by https://pkg.go.dev/time#ParseDuration and #Duration.String.
const parsed: readonly (readonly [string, number | undefined])[] = [
  // Cases of Go's own test of time.ParseDuration.
  ['1478s', 1_478_000],
  ['5.0s', 5000],
  ['1.004s', 1004],
  ['11us', 0.011],
  ['12μs', 0.012],
  ['10.5s4m', 250_500],
  ['1h2m3s4ms5us6ns', 3_723_004.005006],
  ['+.s', undefined],
  ['3000000h1', undefined],
  ['250ms', 250],
  ['0.5s', 500],
  ['1h30m', 5_400_000],
  ['.5s', 500],
  ['1.s', 1000],
  ['-1.5h', -5_400_000],
  ['+3s', 3000],
  ['2m3.5s', 123_500],
  ['1us', 0.001],
  ['1µs', 0.001],
  ['100ns', 0.0001],
  ['0', 0],
  ['0s', 0],
  ['', undefined],
  ['s', undefined],
  ['.s', undefined],
  ['3', undefined],
  ['3 s', undefined],
  ['1d', undefined],
  ['1s1', undefined],
  ['-', undefined],
  ['1S', undefined],
];

for (const [text, expected] of parsed) {
  test(`"${text}" is ${expected === undefined ? 'no duration' : `${expected} ms`}`, () => {
    assert.equal(parseGoDuration(text), expected);
  });
}

const formatted: readonly (readonly [number, string])[] = [
  [0, '0s'],
  [250, '250ms'],
  [1500, '1.5s'],
  [3000, '3s'],
  [60_000, '1m0s'],
  [5_400_000, '1h30m0s'],
  [0.5, '500µs'],
  [-1000, '-1s'],
];

for (const [ms, expected] of formatted) {
  test(`${ms} ms are written ${expected}`, () => assert.equal(formatGoDuration(ms), expected));
}

test('what is written is read back', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e9, max: 1e9 }), (ms) => {
      assert.equal(parseGoDuration(formatGoDuration(ms)), ms);
    }),
  );
});

test('a long text of digits is refused without ado', () => {
  assert.equal(parseGoDuration(`${'9'.repeat(100_000)}s`), undefined);
});
