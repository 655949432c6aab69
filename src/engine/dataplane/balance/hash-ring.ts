/**
 * Ring hash (Ketama), after Envoy's `source/extensions/load_balancing_policies/ring_hash`: every member has points on a
 * ring of 2^32 in proportion to its weight; a key belongs to the first point at or after its hash.
 */
import { hashNumber, hashString } from './hash32.ts';
import { operationsPerStep, type HashTable, type Member, type TableBuild } from './hash-table.ts';

/** Envoy allows 8 M. A million points (12 MB) already place a hundred thousand members within a few percent. */
const maximumRingSize = 1 << 20;
/** Points are sorted in buckets by their upper bits, so that no single sort is long. */
const bucketBits = 12;
/** Points to step over before giving up, reached only when nearly all members are out of use. */
const longestWalk = 1024;
/** Room for the member's index beside a 32-bit position within the 53 bits of a double. */
const memberRange = 2 ** 20;

/**
 * Points for each unit of weight: a power of two, so that members keep their very points while others come and go, until
 * their total weight changes by a factor of two. Large enough for the minimum size and for one point of the lightest.
 */
function pointsPerWeight(members: readonly Member[], minimumRingSize: number): number {
  let total = 0;
  let lightest = Infinity;
  for (const { weight } of members) {
    total += weight;
    lightest = Math.min(lightest, weight);
  }
  const minimum = Math.min(Math.max(1, minimumRingSize), maximumRingSize / 2);
  let points = 2 ** Math.ceil(Math.log2(Math.max(minimum / total, 1 / lightest)));
  while (points * total > maximumRingSize) points /= 2;
  return points;
}

/** `members` sorted by the caller; the result does not depend on their order but for colliding points. */
export function* buildHashRing(members: readonly Member[], minimumRingSize: number): TableBuild {
  const perWeight = pointsPerWeight(members, minimumRingSize);
  const pointsOf = (member: Member): number => Math.max(1, Math.round(perWeight * member.weight));
  const size = members.reduce((sum, member) => sum + pointsOf(member), 0);

  const unsorted = new Float64Array(size);
  const bucketEnds = new Uint32Array((1 << bucketBits) + 1);
  let written = 0;
  for (const [index, member] of members.entries()) {
    const seed = hashString(member.id);
    for (let point = 0, count = pointsOf(member); point < count; point++) {
      const position = hashNumber(point, seed);
      const bucket = (position >>> (32 - bucketBits)) + 1;
      bucketEnds[bucket] = (bucketEnds[bucket] ?? 0) + 1;
      unsorted[written++] = position * memberRange + index;
      if (written % operationsPerStep === 0) yield;
    }
  }
  for (let bucket = 1; bucket < bucketEnds.length; bucket++) {
    bucketEnds[bucket] = (bucketEnds[bucket] ?? 0) + (bucketEnds[bucket - 1] ?? 0);
  }
  const bucketStarts = bucketEnds.slice(0, -1);
  const cursor = bucketStarts.slice();
  const sorted = new Float64Array(size);
  for (let point = 0; point < size; point++) {
    const value = unsorted[point] ?? 0;
    const bucket = Math.floor(value / memberRange) >>> (32 - bucketBits);
    const slot = cursor[bucket] ?? 0;
    sorted[slot] = value;
    cursor[bucket] = slot + 1;
    if ((point + 1) % operationsPerStep === 0) yield;
  }
  const positions = new Uint32Array(size);
  const owners = new Uint32Array(size);
  let sinceYield = 0;
  for (let bucket = 0; bucket < bucketStarts.length; bucket++) {
    const start = bucketStarts[bucket] ?? 0;
    const end = bucketEnds[bucket + 1] ?? 0;
    if (start === end) continue;
    sorted.subarray(start, end).sort();
    for (let slot = start; slot < end; slot++) {
      const value = sorted[slot] ?? 0;
      const position = Math.floor(value / memberRange);
      positions[slot] = position;
      owners[slot] = value - position * memberRange;
    }
    sinceYield += end - start;
    if (sinceYield >= operationsPerStep / 4) {
      sinceYield = 0;
      yield;
    }
  }
  return new HashRing(positions, owners);
}

class HashRing implements HashTable {
  readonly #positions: Uint32Array;
  readonly #owners: Uint32Array;
  readonly attempts: number;

  constructor(positions: Uint32Array, owners: Uint32Array) {
    this.#positions = positions;
    this.#owners = owners;
    this.attempts = Math.min(positions.length, longestWalk);
  }

  ownerOf(hash: number, attempt: number): number {
    const positions = this.#positions;
    let low = 0;
    let high = positions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((positions[middle] ?? 0) < hash) low = middle + 1;
      else high = middle;
    }
    return this.#owners[(low + attempt) % positions.length] ?? -1;
  }
}
