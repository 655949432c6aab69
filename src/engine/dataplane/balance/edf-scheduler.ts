/**
 * Earliest deadline first, the weighted scheduler of Envoy (`source/common/upstream/edf_scheduler.h`): entry `i` of weight
 * `w` is due every `1/w`, and the one due first is served. Shares are exact and spread evenly, a pick costs O(log n), and
 * nothing is allocated after the build.
 */
export class EdfScheduler {
  readonly #deadlines: Float64Array;
  /** Breaks ties: who was queued first is served first. */
  readonly #order: Float64Array;
  /** Binary heap of entries. */
  readonly #heap: Uint32Array;
  #queued: number;

  /** The first deadline is half a period away, so that a heavy entry's turns lie around, not before, those of light ones. */
  constructor(weights: readonly number[]) {
    const size = weights.length;
    this.#deadlines = Float64Array.from(weights, (weight) => 0.5 / weight);
    this.#order = Float64Array.from(weights, (_, index) => index);
    this.#heap = Uint32Array.from(weights, (_, index) => index);
    this.#queued = size;
    for (let slot = (size >> 1) - 1; slot >= 0; slot--) this.#sink(slot);
  }

  /** The entry that is due; -1 when there is none. Follow with `requeue`. */
  next(): number {
    return this.#heap.length === 0 ? -1 : (this.#heap[0] ?? -1);
  }

  /** Puts the entry that `next` named back, with its weight of now. */
  requeue(weight: number): void {
    const entry = this.#heap[0] ?? 0;
    this.#deadlines[entry] = (this.#deadlines[entry] ?? 0) + 1 / weight;
    this.#order[entry] = this.#queued++;
    this.#sink(0);
  }

  #before(left: number, right: number): boolean {
    const difference = (this.#deadlines[left] ?? 0) - (this.#deadlines[right] ?? 0);
    return difference === 0 ? (this.#order[left] ?? 0) < (this.#order[right] ?? 0) : difference < 0;
  }

  #sink(from: number): void {
    const heap = this.#heap;
    const entry = heap[from] ?? 0;
    let slot = from;
    for (;;) {
      let child = 2 * slot + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#before(heap[child + 1] ?? 0, heap[child] ?? 0)) child++;
      const candidate = heap[child] ?? 0;
      if (!this.#before(candidate, entry)) break;
      heap[slot] = candidate;
      slot = child;
    }
    heap[slot] = entry;
  }
}
