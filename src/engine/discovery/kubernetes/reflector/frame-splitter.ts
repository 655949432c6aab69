import { Records, type Splitter } from './records.ts';

const headBytes = 4;

/** Cuts a stream into messages, each of which comes behind its length: four bytes, the highest first. */
export class FrameSplitter implements Splitter {
  readonly records: Records;
  /** What came of a length. */
  #head = 0;
  #headBytes = 0;
  /** Of the message that is not complete. */
  #missing = 0;

  constructor(maximumBytes: number) {
    this.records = new Records(maximumBytes);
  }

  push(chunk: Buffer): void {
    const { records } = this;
    for (let at = 0; at < chunk.length; ) {
      if (this.#missing === 0) {
        this.#head = this.#head * 256 + (chunk[at++] ?? 0);
        if (++this.#headBytes < headBytes) continue;
        records.check(this.#head);
        this.#missing = this.#head;
        this.#head = this.#headBytes = 0;
        continue;
      }
      const to = Math.min(chunk.length, at + this.#missing);
      records.add(chunk, at, to);
      this.#missing -= to - at;
      at = to;
      if (this.#missing === 0) records.complete();
    }
  }
}
