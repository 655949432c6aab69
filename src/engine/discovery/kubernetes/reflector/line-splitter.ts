import { KubeFailure } from '../transport/kube-transport.ts';

const newline = 0x0a;
const nothing: Buffer = Buffer.alloc(0);

/**
 * Cuts a stream into lines. They are put together in memory that is used again, as what they came in may be: lines are there
 * until the next ones are taken. A line longer than the limit is a failure: it would be kept in memory while it grows.
 */
export class LineSplitter {
  readonly #maxBytes: number;
  #lines: Buffer[] = [];
  #memory = nothing;
  /** Of the line that is not complete, in `memory`. */
  #start = 0;
  #end = 0;
  /** Lines that were not taken yet lie in `memory`, too. */
  #isHeld = false;
  /** Earlier memory in which such lines lie. */
  #held: Buffer[] = [];
  #taken: Buffer[] = [];

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get hasLines(): boolean {
    return this.#lines.length > 0;
  }

  push(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      this.#complete(chunk, from, end);
      from = end + 1;
    }
    if (from < chunk.length) this.#keep(chunk, from, chunk.length);
  }

  /** The lines that are complete now, without their ends; empty ones are left out. */
  take(): readonly Buffer[] {
    this.release();
    const lines = this.#lines;
    this.#lines = [];
    this.#taken = this.#held;
    this.#held = [];
    if (this.#isHeld) {
      this.#taken.push(this.#memory);
      this.#move(this.#end - this.#start);
    }
    return lines;
  }

  /** Nobody looks at the lines any more that were taken last. */
  release(): void {
    for (const memory of this.#taken) giveBack(memory);
    this.#taken = [];
  }

  #complete(chunk: Buffer, from: number, end: number): void {
    if (from < end) this.#keep(chunk, from, end);
    if (this.#start === this.#end) return;
    this.#lines.push(this.#memory.subarray(this.#start, this.#end));
    this.#start = this.#end;
    this.#isHeld = true;
  }

  #keep(chunk: Buffer, from: number, to: number): void {
    const length = this.#end - this.#start + to - from;
    this.#check(length);
    if (this.#end + to - from > this.#memory.length) {
      const before = this.#memory;
      const isHeld = this.#isHeld;
      // A line that grows is not moved again and again.
      this.#move(this.#start === this.#end ? length : 2 * length);
      if (isHeld) this.#held.push(before);
      else giveBack(before);
    }
    this.#end += chunk.copy(this.#memory, this.#end, from, to);
  }

  /** To other memory; what the line came to so far goes along. */
  #move(bytes: number): void {
    const memory = bytes > 0 ? borrow(bytes) : nothing;
    this.#end = this.#memory.copy(memory, 0, this.#start, this.#end);
    this.#start = 0;
    this.#memory = memory;
    this.#isHeld = false;
  }

  #check(length: number): void {
    if (length > this.#maxBytes) {
      const size = `${Math.round(this.#maxBytes / 1024 / 1024)} MiB`;
      throw new KubeFailure('too-large', `The API server sent one event of more than ${size}.`);
    }
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
