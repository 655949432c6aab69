import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whyNoRequests } from '../../../../src/engine/telemetry/prometheus/sample-counts.ts';

const cases: readonly (readonly [string, number | undefined, number | undefined, number, RegExp | undefined])[] = [
  ['no such metric', undefined, undefined, 60, /has no istio_requests_total/],
  ['scraped each minute', 1, 60, 60, /scrapes about every 1 min, so a window of 1 min .* at least 5 min/],
  [
    'scraped every five minutes',
    undefined,
    12,
    300,
    /scrapes about every 5 min, so a window of 5 min .* at least 10 min/,
  ],
  ['scraped once so far', 1, 1, 300, /only once so far/],
  ['enough, and nothing flowed', 4, 240, 60, undefined],
];
for (const [name, window, hour, seconds, words] of cases) {
  test(name, () => {
    const counts = [
      ...(window === undefined ? [] : [{ labels: { of: 'window' }, value: window }]),
      ...(hour === undefined ? [] : [{ labels: { of: 'hour' }, value: hour }]),
    ];
    const why = whyNoRequests(counts, seconds, 'p:9090')?.replaceAll('\u202f', ' ');
    if (words === undefined) assert.equal(why, undefined);
    else assert.match(why ?? '', words);
  });
}
