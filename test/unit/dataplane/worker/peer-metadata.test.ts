import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodePeer, peerOf } from '../../../../src/engine/dataplane/worker/peer-metadata.ts';

const principal = 'spiffe://cluster.local/ns/shop/sa/productpage';
const header = encodePeer({
  instance: 'shop/productpage-0',
  workload: 'productpage-v1',
  namespace: 'shop',
  app: 'productpage',
  version: 'v1',
  labels: {},
  principal,
  cluster: 'local',
});
const known = {
  instance: 'shop/productpage-0',
  workload: 'productpage-v1',
  namespace: 'shop',
  app: 'productpage',
  version: 'v1',
  cluster: 'local',
  principal,
};
const unknown = {
  instance: '',
  workload: 'unknown',
  namespace: 'unknown',
  app: 'unknown',
  version: 'unknown',
  cluster: 'unknown',
  principal: 'unknown',
};

test('over an authenticated connection the header is believed where it names the same principal', () => {
  assert.deepEqual(peerOf(header, { secure: true, principal }), known);
});

test('over an authenticated connection of somebody else only the principal of the connection is believed', () => {
  const other = 'spiffe://cluster.local/ns/shop/sa/other';
  assert.deepEqual(peerOf(header, { secure: true, principal: other }), { ...unknown, principal: other });
  assert.deepEqual(peerOf(undefined, { secure: true, principal: other }), { ...unknown, principal: other });
});

test('over plaintext the header is shown, its principal is not', () => {
  assert.deepEqual(peerOf(header, { secure: false, principal: undefined }), { ...known, principal: 'unknown' });
});

test('nothing, nonsense and too much are unknown', () => {
  for (const value of [undefined, '', '%%%', '\u00ff\u00fe', `w=${'x'.repeat(5000)}`, '__proto__=x&constructor=y']) {
    assert.deepEqual(peerOf(value, { secure: false, principal: undefined }), unknown);
  }
});
