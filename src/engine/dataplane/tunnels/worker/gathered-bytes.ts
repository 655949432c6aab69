import { slabs } from '../websocket/slab-pool.ts';

/** So little is copied once more, into memory of its size: a reader that is slow would hold a slab for it. */
const longestSmall = 32 * 1024;

/**
 * Puts together what comes within one turn of the event loop: TLS gives 16 KiB at most, and each piece that is passed on has
 * a price.
 */
export class GatheredBytes {
  readonly #pass: (bytes: Buffer) => void;
  #slab: Buffer | undefined;
  #length = 0;
  #turn: NodeJS.Immediate | undefined;

  /** `pass` takes bytes that are its own; those of bulk data lie in a slab. */
  constructor(pass: (bytes: Buffer) => void) {
    this.#pass = pass;
  }

  /** Copies the bytes before it returns. */
  add(bytes: Buffer): void {
    for (let from = 0; from < bytes.length;) {
      this.#slab ??= slabs.take().bytes;
      const copied = bytes.copy(this.#slab, this.#length, from);
      from += copied;
      this.#length += copied;
      if (this.#length === this.#slab.length) this.flush();
    }
    if (this.#length > 0) this.#turn ??= setImmediate(() => this.flush());
  }

  /** Passes on what there is. */
  flush(): void {
    clearImmediate(this.#turn);
    this.#turn = undefined;
    const [slab, length] = [this.#slab, this.#length];
    if (slab === undefined) return;
    this.#slab = undefined;
    this.#length = 0;
    if (length > longestSmall) {
      this.#pass(slab.subarray(0, length));
      return;
    }
    const bytes = Buffer.from(slab.subarray(0, length));
    slabs.giveBack(slab);
    this.#pass(bytes);
  }

  /** Nobody wants it. */
  drop(): void {
    clearImmediate(this.#turn);
    this.#turn = undefined;
    if (this.#slab !== undefined) slabs.giveBack(this.#slab);
    this.#slab = undefined;
    this.#length = 0;
  }
}
