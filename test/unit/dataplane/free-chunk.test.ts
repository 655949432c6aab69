import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freeChunk } from '../../../src/engine/dataplane/free-chunk.ts';

const size = 64 * 1024;

test('a long chunk that has its memory for itself gives it up', () => {
  const chunk = Buffer.allocUnsafeSlow(size);
  freeChunk(chunk);
  assert.equal(chunk.length, 0);
  assert.doesNotThrow(() => freeChunk(chunk));
});

test('what others may look at stays', () => {
  const whole = Buffer.alloc(size, 'x');
  freeChunk(whole.subarray(0, size - 1));
  const pooled = Buffer.from('short');
  freeChunk(pooled);
  const shared = Buffer.from(new SharedArrayBuffer(size));
  freeChunk(shared);
  assert.deepEqual([whole.length, pooled.toString(), shared.length], [size, 'short', size]);
});
