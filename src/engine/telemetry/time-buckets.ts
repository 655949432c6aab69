/** Called for each row of a window; `values[offset + column]` are its numbers. Must not keep `values`. */
export type RowVisitor = (second: number, tag: number, values: Float32Array, offset: number) => void;

/** Rows of numbers in a ring that overwrites its oldest row. Grows by doubling up to its capacity. */
class RowRing {
  readonly width: number;
  readonly capacity: number;
  #seconds = new Uint32Array(0);
  #tags = new Uint32Array(0);
  #values = new Float32Array(0);
  #start = 0;
  #size = 0;

  constructor(width: number, capacity: number) {
    this.width = width;
    this.capacity = capacity;
  }

  get size(): number {
    return this.#size;
  }

  get full(): boolean {
    return this.#size >= this.capacity;
  }

  secondAt(row: number): number {
    return this.#seconds[this.#slot(row)] ?? 0;
  }

  tagAt(row: number): number {
    return this.#tags[this.#slot(row)] ?? 0;
  }

  setTag(row: number, tag: number): void {
    this.#tags[this.#slot(row)] = tag;
  }

  add(row: number, column: number, amount: number): void {
    const index = this.#slot(row) * this.width + column;
    this.#values[index] = (this.#values[index] ?? 0) + amount;
  }

  push(second: number, tag: number): number {
    if (this.full) this.shift();
    if (this.#size === this.#seconds.length) this.#grow();
    const slot = this.#slot(this.#size);
    this.#seconds[slot] = second;
    this.#tags[slot] = tag;
    this.#values.fill(0, slot * this.width, (slot + 1) * this.width);
    return this.#size++;
  }

  shift(): void {
    this.#start = (this.#start + 1) % this.#seconds.length;
    this.#size--;
  }

  visit(row: number, visitor: RowVisitor): void {
    const slot = this.#slot(row);
    visitor(this.#seconds[slot] ?? 0, this.#tags[slot] ?? 0, this.#values, slot * this.width);
  }

  #slot(row: number): number {
    const length = this.#seconds.length;
    return length === 0 ? 0 : (this.#start + row) % length;
  }

  #grow(): void {
    const length = Math.min(this.capacity, Math.max(4, this.#seconds.length * 2));
    const seconds = new Uint32Array(length);
    const tags = new Uint32Array(length);
    const values = new Float32Array(length * this.width);
    for (let row = 0; row < this.#size; row++) {
      const slot = this.#slot(row);
      seconds[row] = this.#seconds[slot] ?? 0;
      tags[row] = this.#tags[slot] ?? 0;
      values.set(this.#values.subarray(slot * this.width, (slot + 1) * this.width), row * this.width);
    }
    this.#seconds = seconds;
    this.#tags = tags;
    this.#values = values;
    this.#start = 0;
  }
}

export interface TimeBucketOptions {
  /** Numbers a row has. */
  readonly width: number;
  /** Seconds of one fine row. */
  readonly step: number;
  /** How many fine rows are kept before they are merged into coarse ones. */
  readonly fineRows: number;
  /** Seconds of one coarse row. */
  readonly coarseStep: number;
  readonly coarseRows: number;
}

/**
 * What happened when, as rows of sums: a row for each second in which anything happened, and coarser rows for what is
 * older. A row carries a tag (the config generation); a second in which two tags occur has two rows. Single precision
 * counts exactly up to 16 million a row.
 */
export class TimeBuckets {
  readonly #options: TimeBucketOptions;
  readonly #fine: RowRing;
  readonly #coarse: RowRing;

  constructor(options: TimeBucketOptions) {
    this.#options = options;
    this.#fine = new RowRing(options.width, options.fineRows);
    this.#coarse = new RowRing(options.width, options.coarseRows);
  }

  /** The function that adds to the row of this second and tag. A straggler is counted with the newest second. */
  row(second: number, tag: number): (column: number, amount: number) => void {
    const newest = this.#fine.size === 0 ? 0 : this.#fine.secondAt(this.#fine.size - 1);
    const at = Math.max(second - (second % this.#options.step), newest);
    const row = this.#find(at, tag) ?? this.#append(at, tag);
    return (column, amount) => {
      this.#fine.add(row, column, amount);
    };
  }

  /** Visits the rows with `after < second <= until`, oldest first. */
  visit(after: number, until: number, visitor: RowVisitor): void {
    for (const ring of [this.#coarse, this.#fine]) {
      let first = ring.size;
      while (first > 0 && ring.secondAt(first - 1) > after) first--;
      for (let row = first; row < ring.size; row++) {
        if (ring.secondAt(row) <= until) ring.visit(row, visitor);
      }
    }
  }

  #find(at: number, tag: number): number | undefined {
    for (let row = this.#fine.size - 1; row >= 0 && this.#fine.secondAt(row) === at; row--) {
      if (this.#fine.tagAt(row) === tag) return row;
    }
    return undefined;
  }

  #append(at: number, tag: number): number {
    if (this.#fine.full) this.#moveOldest();
    return this.#fine.push(at, tag);
  }

  #moveOldest(): void {
    const { coarseStep, width } = this.#options;
    this.#fine.visit(0, (second, tag, values, offset) => {
      const at = second - (second % coarseStep);
      let row = this.#coarse.size - 1;
      if (row < 0 || this.#coarse.secondAt(row) !== at) row = this.#coarse.push(at, tag);
      // Of several tags the lowest: what is asked for by tag is never older than that tag.
      this.#coarse.setTag(row, Math.min(tag, this.#coarse.tagAt(row)));
      for (let column = 0; column < width; column++) this.#coarse.add(row, column, values[offset + column] ?? 0);
    });
    this.#fine.shift();
  }
}
