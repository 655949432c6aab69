import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSpiffeId } from '../../../../src/engine/dataplane/tls/spiffe-id.ts';

test('reads SPIFFE ids', () => {
  assert.deepEqual(parseSpiffeId('spiffe://cluster.local/ns/bookinfo/sa/bookinfo-reviews'), {
    trustDomain: 'cluster.local',
    path: '/ns/bookinfo/sa/bookinfo-reviews',
  });
  assert.deepEqual(parseSpiffeId('spiffe://my_td-1.example'), { trustDomain: 'my_td-1.example', path: '' });
  assert.deepEqual(parseSpiffeId('spiffe://td/A.b-C_1/..x'), { trustDomain: 'td', path: '/A.b-C_1/..x' });
});

test('refuses everything else', () => {
  // The cases of go-spiffe's spiffeid tests, and of section 2 of the specification.
  for (const text of [
    '',
    'spiffe',
    'spiffe:/',
    'spiffe://',
    'spiffe:///path',
    'SPIFFE://td/path',
    'http://td/path',
    'https://cluster.local/ns/a/sa/b',
    'spiffe://TD/path',
    'spiffe://td:8080/path',
    'spiffe://user@td/path',
    'spiffe://user:secret@td/path',
    'spiffe://td/',
    'spiffe://td/path/',
    'spiffe://td//path',
    'spiffe://td/./path',
    'spiffe://td/path/..',
    'spiffe://td/path?query',
    'spiffe://td/path#fragment',
    'spiffe://td?query',
    'spiffe://td/pa%74h',
    'spiffe://td/päth',
    'spiffe://tä/path',
    'spiffe://td/path with spaces',
    ' spiffe://td/path',
    'spiffe://td/path\n',
    'spiffe://td\n/path',
    `spiffe://${'a'.repeat(256)}/path`,
    `spiffe://td/${'a'.repeat(2048)}`,
  ]) {
    assert.equal(parseSpiffeId(text), undefined, JSON.stringify(text));
  }
});
