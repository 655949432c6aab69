/**
 * The hash behind ring hash, maglev and their keys: MurmurHash3 x86_32, 32 bits.
 *
 * Envoy uses xxHash64 here. 64-bit arithmetic needs BigInt in JavaScript, about a hundred times slower than `Math.imul`, and
 * nothing outside one proxy ever sees the value, so equal placement with a real Envoy would be worth nothing. Murmur3 has
 * full avalanche on 32 bits and published test vectors; with the 2^10 to 2^20 positions of a ring, 32 bits leave a handful
 * of collisions, which only shorten one arc.
 */

const scratch = new Uint8Array(4096);
const encoder = new TextEncoder();

function scramble(block: number): number {
  const multiplied = Math.imul(block, 0xcc9e2d51);
  return Math.imul((multiplied << 15) | (multiplied >>> 17), 0x1b873593);
}

function absorb(hash: number, block: number): number {
  const mixed = hash ^ scramble(block);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number, length: number): number {
  let mixed = hash ^ length;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Of bytes; unsigned. */
export function hashBytes(bytes: Uint8Array, length = bytes.length, seed = 0): number {
  const at = (index: number): number => bytes[index] ?? 0;
  let hash = seed | 0;
  const blocksEnd = length & ~3;
  for (let index = 0; index < blocksEnd; index += 4) {
    hash = absorb(hash, at(index) | (at(index + 1) << 8) | (at(index + 2) << 16) | (at(index + 3) << 24));
  }
  const rest = length & 3;
  if (rest > 0) {
    let tail = at(blocksEnd);
    if (rest > 1) tail |= at(blocksEnd + 1) << 8;
    if (rest > 2) tail |= at(blocksEnd + 2) << 16;
    hash ^= scramble(tail);
  }
  return finish(hash, length);
}

/** Of the UTF-8 bytes of a string; unsigned. */
export function hashString(text: string, seed = 0): number {
  // One UTF-16 unit takes at most three bytes.
  if (text.length * 3 > scratch.length) return hashBytes(encoder.encode(text), undefined, seed);
  return hashBytes(scratch, encoder.encodeInto(text, scratch).written, seed);
}

/** Of one 32-bit number, little-endian; unsigned. Derives further hashes from one (`seed`) without building strings. */
export function hashNumber(value: number, seed: number): number {
  return finish(absorb(seed | 0, value), 4);
}
