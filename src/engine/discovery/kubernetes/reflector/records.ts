import { KubeFailure } from '../transport/kube-transport.ts';

const nothing: Buffer = Buffer.alloc(0);

/** Cuts a stream. */
export interface Splitter {
  readonly records: Records;
  /** Throws `KubeFailure` where it cannot be cut. */
  push(chunk: Buffer): void;
}

/**
 * What a stream was cut into, be it lines or messages. It is put together in memory that is used again, as what it came in
 * may be: records are there until the next ones are taken.
 */
export class Records {
  readonly #maxBytes: number;
  #complete: Buffer[] = [];
  #memory = nothing;
  /** Of the record that is not complete, in `memory`. */
  #start = 0;
  #end = 0;
  /** Records that were not taken yet lie in `memory`, too. */
  #isHeld = false;
  /** Earlier memory in which such records lie. */
  #held: Buffer[] = [];
  #taken: Buffer[] = [];

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get isEmpty(): boolean {
    return this.#complete.length === 0;
  }

  /** A part of the record that is not complete. Longer than the limit it is a failure: it would be kept in memory while it grows. */
  add(chunk: Buffer, from: number, to: number): void {
    const length = this.#end - this.#start + to - from;
    this.#check(length);
    if (this.#end + to - from > this.#memory.length) {
      const before = this.#memory;
      const isHeld = this.#isHeld;
      // A record that grows is not moved again and again.
      this.#move(this.#start === this.#end ? length : 2 * length);
      if (isHeld) this.#held.push(before);
      else giveBack(before);
    }
    this.#end += chunk.copy(this.#memory, this.#end, from, to);
  }

  /** The record that was not complete ends; of an empty one nothing is told. */
  complete(): void {
    if (this.#start === this.#end) return;
    this.#complete.push(this.#memory.subarray(this.#start, this.#end));
    this.#start = this.#end;
    this.#isHeld = true;
  }

  /** Those that are complete now. */
  take(): readonly Buffer[] {
    this.release();
    const records = this.#complete;
    this.#complete = [];
    this.#taken = this.#held;
    this.#held = [];
    if (this.#isHeld) {
      this.#taken.push(this.#memory);
      this.#move(this.#end - this.#start);
    }
    return records;
  }

  /** Nobody looks at the records any more that were taken last. */
  release(): void {
    for (const memory of this.#taken) giveBack(memory);
    this.#taken = [];
  }

  #check(length: number): void {
    if (length > this.#maxBytes) {
      const size = `${Math.round(this.#maxBytes / 1024 / 1024)} MiB`;
      throw new KubeFailure('too-large', `The API server sent one event of more than ${size}.`);
    }
  }

  /** To other memory; what the record came to so far goes along. */
  #move(bytes: number): void {
    const memory = bytes > 0 ? borrow(bytes) : nothing;
    this.#end = this.#memory.copy(memory, 0, this.#start, this.#end);
    this.#start = 0;
    this.#memory = memory;
    this.#isHeld = false;
  }
}

const usualBytes = 128 * 1024;
const spareAtMost = 12;
/** Memory that nobody uses: left to the garbage collector, it costs more than what lies in it, and is new each time. */
const spare: Buffer[] = [];

function borrow(bytes: number): Buffer {
  return (bytes <= usualBytes ? spare.pop() : undefined) ?? Buffer.allocUnsafeSlow(Math.max(bytes, usualBytes));
}

function giveBack(memory: Buffer): void {
  if (memory.length === usualBytes && spare.length < spareAtMost) spare.push(memory);
}
