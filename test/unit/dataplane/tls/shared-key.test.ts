import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import {
  deriveLinkKey,
  formatIdentity,
  parseIdentity,
  principalDigest,
} from '../../../../src/engine/dataplane/tls/shared-key.ts';

const client = 'spiffe://cluster.local/ns/bookinfo/sa/productpage';
const server = 'spiffe://cluster.local/ns/bookinfo/sa/reviews';

test('derives keys as RFC 5869 says', () => {
  const meshKey = Buffer.alloc(32, 1);
  // Extract, then one block of expand, written out with HMAC.
  const extracted = createHmac('sha256', 'meshlens shared-key link v1').update(meshKey).digest();
  const expanded = createHmac('sha256', extracted).update(client).update(Uint8Array.of(1)).digest();
  assert.deepEqual(deriveLinkKey(meshKey, client), expanded);
});

test('another identity or another mesh key gives another key', () => {
  const keys = [
    deriveLinkKey(Buffer.alloc(32, 1), client),
    deriveLinkKey(Buffer.alloc(32, 1), server),
    deriveLinkKey(Buffer.alloc(32, 2), client),
    deriveLinkKey(Buffer.alloc(32, 1), formatIdentity(client, [server])),
  ];
  assert.equal(new Set(keys.map((key) => key.toString('hex'))).size, 4);
});

test('announces who it is and whom it expects', () => {
  assert.equal(formatIdentity(client, []), client);
  assert.deepEqual(parseIdentity(client), { principal: client, expected: [] });
  const identity = formatIdentity(client, [server, client]);
  assert.equal(identity, `${client}#${principalDigest(server)},${principalDigest(client)}`);
  assert.deepEqual(parseIdentity(identity), {
    principal: client,
    expected: [principalDigest(server), principalDigest(client)],
  });
  assert.throws(
    () =>
      formatIdentity(
        client,
        Array.from({ length: 20 }, () => server),
      ),
    /does not fit/,
  );
});

test('reads no other announcement', () => {
  for (const identity of [
    '',
    'productpage',
    'spiffe://cluster.local',
    `${client}#`,
    `${client}#short`,
    `${client}#${principalDigest(server)},`,
    `${client}#${principalDigest(server)}#${principalDigest(server)}`,
    `${client}/${'x'.repeat(256)}`,
    `${client}\0`,
  ]) {
    assert.equal(parseIdentity(identity), undefined, JSON.stringify(identity));
  }
});
