/**
 * Maglev (Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load Balancer", NSDI 2016, section 3.4), with
 * weights as in Envoy's `source/extensions/load_balancing_policies/maglev`: members fill a table of prime size in turns,
 * each by its own permutation; a lighter member skips turns.
 */
import { hashNumber, hashString } from './hash32.ts';
import { operationsPerStep, type HashTable, type Member, type TableBuild } from './hash-table.ts';

/** Envoy's default and Istio's. */
const defaultTableSize = 65_537;
/** Envoy's limit. */
const maximumTableSize = 5_000_011;
const skipSeed = 0x9747b28c;
/** The chance that so many draws all hit members out of use is negligible unless nearly all of them are. */
const attempts = 64;

function isPrime(value: number): boolean {
  if (value < 4) return value > 1;
  if (value % 2 === 0) return false;
  for (let divisor = 3; divisor * divisor <= value; divisor += 2) if (value % divisor === 0) return false;
  return true;
}

/** The size to use: at least one slot for each member, prime (or the permutations would not be), at most Envoy's limit. */
export function maglevTableSize(wanted: number, members: number): number {
  let size = Math.min(
    Math.max(Number.isFinite(wanted) ? Math.floor(wanted) : defaultTableSize, members, 3),
    maximumTableSize,
  );
  while (!isPrime(size)) size++;
  return size;
}

/** `members` must come in the same order everywhere, sorted, or tables of the same members would differ. */
export function* buildMaglevTable(members: readonly Member[], wantedSize: number): TableBuild {
  const size = maglevTableSize(wantedSize, members.length);
  const table = new Int32Array(size).fill(-1);
  const heaviest = members.reduce((most, { weight }) => Math.max(most, weight), 0);
  const next = new Uint32Array(members.length);
  const skip = new Uint32Array(members.length);
  const due = new Float64Array(members.length);
  for (const [index, member] of members.entries()) {
    const hash = hashString(member.id);
    next[index] = hash % size;
    skip[index] = (hashString(member.id, skipSeed) % (size - 1)) + 1;
  }

  let filled = 0;
  let operations = 0;
  for (let turn = 1; filled < size; turn++) {
    for (const [index, member] of members.entries()) {
      operations++;
      // The heaviest fills a slot each turn, one of half its weight each second turn.
      if (turn * member.weight < (due[index] ?? 0)) continue;
      due[index] = (due[index] ?? 0) + heaviest;
      let slot = next[index] ?? 0;
      const step = skip[index] ?? 1;
      while (table[slot] !== -1) {
        operations++;
        slot += step;
        if (slot >= size) slot -= size;
      }
      table[slot] = index;
      next[index] = slot;
      if (++filled === size) break;
      if (operations >= operationsPerStep) {
        operations = 0;
        yield;
      }
    }
  }
  return new MaglevTable(table);
}

class MaglevTable implements HashTable {
  readonly #table: Int32Array;
  readonly attempts = attempts;

  constructor(table: Int32Array) {
    this.#table = table;
  }

  ownerOf(hash: number, attempt: number): number {
    const key = attempt === 0 ? hash : hashNumber(attempt, hash);
    return this.#table[key % this.#table.length] ?? -1;
  }
}
