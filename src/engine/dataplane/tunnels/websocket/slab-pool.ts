/** A piece of memory that bulk data passes through, again and again: fresh memory for each costs more than the copies. */
export interface Slab {
  readonly bytes: Buffer;
  /** The same memory, for what is done four bytes at a time. */
  readonly words: Int32Array;
}

const mostSpare = 16;

/** Slabs of one size that nobody uses now. What is not given back is left to the garbage collector. */
export class SlabPool {
  readonly size: number;
  readonly #spare: Slab[] = [];
  /** Those in use, by their memory. */
  readonly #used = new WeakMap<ArrayBufferLike, Slab>();

  /** `size` is a multiple of 4. */
  constructor(size: number) {
    this.size = size;
  }

  take(): Slab {
    const slab = this.#spare.pop() ?? this.#create();
    this.#used.set(slab.bytes.buffer, slab);
    return slab;
  }

  /** Takes back the slab that `bytes` lie in, which nobody looks at any more; false where they lie in none. */
  giveBack(bytes: Buffer): boolean {
    const slab = this.#used.get(bytes.buffer);
    if (slab === undefined) return false;
    // Given back twice it would be used by two at once.
    this.#used.delete(bytes.buffer);
    if (this.#spare.length < mostSpare) this.#spare.push(slab);
    return true;
  }

  #create(): Slab {
    const bytes = Buffer.allocUnsafeSlow(this.size);
    return { bytes, words: new Int32Array(bytes.buffer, 0, this.size / 4) };
  }
}

/** Room for two messages of 64 KiB with their heads: as much as is worth a turn of the event loop. */
export const slabs = new SlabPool(2 * (64 * 1024 + 64));
