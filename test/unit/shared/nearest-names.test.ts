import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { didYouMean, misspellingsOf, nearestNames, nearestWords } from '../../../src/shared/nearest-names.ts';

const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['reviewz', ['ratings', 'reviews', 'details'], ['reviews']],
  ['wieght', ['weight', 'headers'], ['weight']],
  ['rout', ['route', 'redirect'], ['route']],
  ['ROUTE', ['route'], ['route']],
  ['loadbalancer', ['loadBalancer'], ['loadBalancer']],
  // With two letters everything is near.
  ['v3', ['v1', 'v2'], []],
  ['v10', ['v11', 'v1', 'v2'], []],
  ['V10', ['v10', 'v11'], ['v10']],
  ['tsl', ['tls', 'tcp'], ['tls']],
  ['xyz', ['abc'], []],
  ['review', ['reviews', 'reviews-v2'], ['reviews', 'reviews-v2']],
  ['', ['a'], []],
];

describe('nearestNames', () => {
  for (const [wrong, known, expected] of cases) {
    test(wrong, () => assert.deepEqual(nearestNames(wrong, known), expected));
  }
});

const words: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['tsl', ['tcp', 'tls', 'http'], ['tls']],
  ['TPC', ['TCP', 'UDP', 'SCTP'], ['TCP']],
  ['tl', ['tcp', 'tls', 'http'], ['tls']],
  ['ot', ['from', 'to', 'when'], ['to']],
  ['ur', ['uri', 'scheme'], ['uri']],
  ['rp', ['grp', 'to'], ['grp']],
  ['UP', ['TCP', 'UDP'], ['UDP']],
  // It may be one or the other, or something else.
  ['tp', ['tcp', 'top', 'to'], []],
  ['tx', ['to', 'tls'], []],
  ['h2', ['h2c', 'tcp'], []],
  ['a', ['ab'], []],
  ['', ['to'], []],
];

describe('nearestWords', () => {
  for (const [wrong, known, expected] of words) {
    test(wrong, () => assert.deepEqual(nearestWords(wrong, known), expected));
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
