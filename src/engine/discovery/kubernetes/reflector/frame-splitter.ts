import { ProtobufError } from '../../../protobuf/message-cursor.ts';
import { protobufFailure } from '../protobuf/protobuf-failure.ts';
import { Records, type Splitter } from './records.ts';

const headBytes = 4;

/** Cuts a stream into messages, each of which comes behind its length: four bytes, the highest first. */
export class FrameSplitter implements Splitter {
  readonly records: Records;
  readonly #maximumBytes: number;
  /** What came of a length. */
  #head = 0;
  #headBytes = 0;
  /** Of the message that is not complete. */
  #missing = 0;

  constructor(maximumBytes: number) {
    this.#maximumBytes = maximumBytes;
    this.records = new Records(maximumBytes);
  }

  push(chunk: Buffer): void {
    const { records } = this;
    for (let at = 0; at < chunk.length;) {
      if (this.#missing === 0) {
        this.#head = this.#head * 256 + (chunk[at++] ?? 0);
        if (++this.#headBytes < headBytes) continue;
        // Taken for a length, text is one of a gigabyte and more.
        if (this.#head > this.#maximumBytes)
          throw protobufFailure(new ProtobufError(`A message of ${this.#head} bytes is announced.`));
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
