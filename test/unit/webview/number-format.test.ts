import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  formatAgo,
  formatByteRate,
  formatCount,
  formatDuration,
  formatNumber,
  formatPercent,
  formatRate,
  formatRoundPercent,
  formatRoundRate,
} from '../../../src/webview/view-model/number-format.ts';

/** Expectations are written with plain spaces; units stand after a thin one. */
function check<T>(format: (value: T) => string, cases: readonly (readonly [T, string])[]): void {
  for (const [value, expected] of cases) assert.equal(format(value).replaceAll('\u2009', ' '), expected, String(value));
}

describe('number format', () => {
  it('keeps three significant digits and no trailing zeros', () => {
    check(formatNumber, [
      [0, '0'],
      [0.123, '0.12'],
      [1.234, '1.23'],
      [9.996, '10'],
      [12.34, '12.3'],
      [99.96, '100'],
      [123.4, '123'],
      [999.4, '999'],
      [999.6, '1 k'],
      [1234, '1.23 k'],
      [999_600, '1 M'],
      [NaN, '–'],
    ]);
  });

  it('writes rates', () => {
    check(formatRate, [
      [0, '0/s'],
      [0.004, '<0.01/s'],
      [5.1, '5.1/s'],
      [48, '48/s'],
      [12_000, '12 k/s'],
    ]);
    check(formatRoundRate, [
      [0.04, '<0.1/s'],
      [4.83, '4.8/s'],
      [9.96, '10/s'],
      [28.8, '29/s'],
    ]);
    check(formatByteRate, [
      [512, '512 B/s'],
      [2_500, '2.5 kB/s'],
      [3_200_000, '3.2 MB/s'],
    ]);
  });

  it('never lets something read as nothing, nor nearly all as all', () => {
    check(formatPercent, [
      [0, '0 %'],
      [0.0004, '<0.1 %'],
      [0.041, '4.1 %'],
      [0.6, '60 %'],
      [0.99996, '>99.9 %'],
      [1, '100 %'],
    ]);
    check(formatRoundPercent, [
      [0.004, '0.4 %'],
      [0.041, '4 %'],
      [0.996, '99.6 %'],
    ]);
  });

  it('writes durations', () => {
    check(formatDuration, [
      [0, '0 ms'],
      [0.42, '0.42 ms'],
      [21, '21 ms'],
      [30.64, '30.6 ms'],
      [1234, '1.23 s'],
      [60_000, '1 min'],
      [125_000, '2 min 5 s'],
    ]);
  });

  it('writes ages and counts', () => {
    check(formatAgo, [
      [900, 'just now'],
      [12_400, '12 s ago'],
      [190_000, '3 min ago'],
      [7_300_000, '2 h ago'],
      [200_000_000, '2 d ago'],
    ]);
    check(
      (count: number) => formatCount(count, 'service'),
      [
        [1, '1 service'],
        [1000, '1000 services'],
        [12_345, '12 345 services'],
      ],
    );
    assert.equal(formatCount(2, 'retry', 'retries'), '2 retries');
  });
});
