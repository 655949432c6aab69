import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashBytes, hashNumber, hashString } from '../../../../src/engine/dataplane/balance/hash32.ts';

test('gives the published values of MurmurHash3 x86_32', () => {
  // Test vectors collected at https://stackoverflow.com/a/31929528, each confirmed by the C++ reference.
  const vectors: readonly (readonly [bytes: readonly number[], seed: number, hash: number])[] = [
    [[], 0, 0],
    [[], 1, 0x514e28b7],
    [[], 0xffffffff, 0x81f16f39],
    [[0xff, 0xff, 0xff, 0xff], 0, 0x76293b50],
    [[0x21, 0x43, 0x65, 0x87], 0, 0xf55b516b],
    [[0x21, 0x43, 0x65, 0x87], 0x5082edee, 0x2362f9de],
    [[0x21, 0x43, 0x65], 0, 0x7e4a8634],
    [[0x21, 0x43], 0, 0xa0f7b07a],
    [[0x21], 0, 0x72661cf4],
    [[0, 0, 0, 0], 0, 0x2362f9de],
    [[0, 0, 0], 0, 0x85f0b427],
  ];
  for (const [bytes, seed, hash] of vectors) {
    assert.equal(hashBytes(Uint8Array.from(bytes), undefined, seed), hash, JSON.stringify([bytes, seed]));
  }
  assert.equal(hashString('Hello, world!', 0x9747b28c), 0x24884cba);
  assert.equal(hashString('ππππππππ', 0x9747b28c), 0xd58063c1);
  assert.equal(hashNumber(0x87654321, 0x5082edee), 0x2362f9de);
});

test('passes the verification of SMHasher', () => {
  // VerificationTest of SMHasher: hash {0}, {0,1}, … with seeds 256, 255, …; then hash the hashes. 0xB0F57EE3 is murmur3's.
  const key = new Uint8Array(256);
  const hashes = Buffer.alloc(4 * 256);
  for (let length = 0; length < 256; length++) {
    key[length] = length;
    hashes.writeUInt32LE(hashBytes(key, length, 256 - length), 4 * length);
  }
  assert.equal(hashBytes(hashes), 0xb0f57ee3);
});

test('hashes long strings like short ones', () => {
  const long = 'ä'.repeat(5000);
  assert.equal(hashString(long), hashBytes(Buffer.from(long, 'utf8')));
});
