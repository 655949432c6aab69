import { Records, type Splitter } from './records.ts';

const newline = 0x0a;

/** Cuts a stream into its lines, which come without their ends; empty ones are left out. */
export class LineSplitter implements Splitter {
  readonly records: Records;

  constructor(maximumBytes: number) {
    this.records = new Records(maximumBytes);
  }

  push(chunk: Buffer): void {
    const { records } = this;
    let from = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      if (from < end) records.add(chunk, from, end);
      records.complete();
      from = end + 1;
    }
    if (from < chunk.length) records.add(chunk, from, chunk.length);
  }
}
