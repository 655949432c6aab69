import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlabPool } from '../../../../../src/engine/dataplane/tunnels/websocket/slab-pool.ts';

test('what is given back is used again, by one at a time', () => {
  const pool = new SlabPool(64);
  const first = pool.take();
  assert.equal(first.bytes.length, 64);
  assert.equal(first.words.length, 16);
  first.words[1] = 0;
  assert.deepEqual(first.bytes.subarray(4, 8), Buffer.alloc(4));
  assert.equal(pool.giveBack(first.bytes.subarray(3, 9)), true);
  assert.equal(pool.giveBack(first.bytes), false);
  const second = pool.take();
  assert.equal(second.bytes.buffer, first.bytes.buffer);
  assert.notEqual(pool.take().bytes.buffer, second.bytes.buffer);
});

test('what lies in no slab of the pool is not taken', () => {
  const pool = new SlabPool(64);
  assert.equal(pool.giveBack(Buffer.alloc(64)), false);
  assert.equal(pool.giveBack(new SlabPool(64).take().bytes), false);
});
