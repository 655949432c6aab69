import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { didYouMean, misspellingsOf, nearestNames } from '../../../src/shared/nearest-names.ts';

const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['reviewz', ['ratings', 'reviews', 'details'], ['reviews']],
  ['wieght', ['weight', 'headers'], ['weight']],
  ['rout', ['route', 'redirect'], ['route']],
  ['ROUTE', ['route'], ['route']],
  ['loadbalancer', ['loadBalancer'], ['loadBalancer']],
  // With two letters everything is near.
  ['v3', ['v1', 'v2'], []],
  ['xyz', ['abc'], []],
  ['review', ['reviews', 'reviews-v2'], ['reviews', 'reviews-v2']],
  ['', ['a'], []],
];

describe('nearestNames', () => {
  for (const [wrong, known, expected] of cases) {
    test(wrong, () => assert.deepEqual(nearestNames(wrong, known), expected));
  }
});

const slips: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['storefrot', ['storefront', 'store'], ['storefront']],
  ['itsio', ['istio'], ['istio']],
  ['reviewss', ['reviews'], ['reviews']],
  // Names that differ on purpose.
  ['team-a', ['team-b', 'team'], []],
  ['shop1', ['shop', 'shop2', 'shop12'], []],
  ['shop-infra', ['shop'], []],
  ['cat', ['cart'], []],
];

describe('misspellingsOf', () => {
  for (const [wrong, known, expected] of slips) {
    test(wrong, () => assert.deepEqual(misspellingsOf(wrong, known), expected));
  }
});

test('didYouMean', () => {
  assert.equal(didYouMean([]), '');
  assert.equal(didYouMean(['a']), ' Did you mean `a`?');
  assert.equal(didYouMean(['a', 'b', 'c']), ' Did you mean `a`, `b` or `c`?');
});
