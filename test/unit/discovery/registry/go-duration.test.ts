import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatGoDuration, parseGoDuration } from '../../../../src/engine/discovery/registry/go-duration.ts';

test('reads what Go reads', () => {
  // Cases of Go's own test of time.ParseDuration, without signs.
  for (const [text, ms] of [
    ['0', 0],
    ['5s', 5000],
    ['30s', 30_000],
    ['1478s', 1_478_000],
    ['0.3333333333333333333h', 1_199_999.9999999998],
    ['5.0s', 5000],
    ['5.s', 5000],
    ['.5s', 500],
    ['1.004s', 1004],
    ['10ns', 0.00001],
    ['11us', 0.011],
    ['12µs', 0.012],
    ['13ms', 13],
    ['3h30m', 12_600_000],
    ['10.5s4m', 250_500],
    ['1h2m3s4ms5us6ns', 3_723_004.005006],
  ] as const) {
    const parsed = parseGoDuration(text);
    assert.ok(parsed !== undefined && Math.abs(parsed - ms) < 1e-6, `${text}: ${String(parsed)}`);
  }
});

test('refuses what Go refuses', () => {
  for (const text of ['', '3', '-', 's', '.', '.s', '+.s', '1 s', '1s ', '1d', '3000000h1', '1sx', 'x1s']) {
    assert.equal(parseGoDuration(text), undefined, text);
  }
});

test('writes as Go writes, and reads it again', () => {
  for (const [ms, text] of [
    [0, '0s'],
    [250, '250ms'],
    [1000, '1s'],
    [1500, '1.5s'],
    [60_000, '1m0s'],
    [90_000, '1m30s'],
    [5_400_000, '1h30m0s'],
  ] as const) {
    assert.equal(formatGoDuration(ms), text);
  }
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 ** 9 }), (ms) => {
      assert.ok(Math.abs((parseGoDuration(formatGoDuration(ms)) ?? -1) - ms) < 1e-3);
    }),
  );
});
