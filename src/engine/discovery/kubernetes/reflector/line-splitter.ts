import { KubeFailure } from '../transport/kube-transport.ts';

const newline = 0x0a;

/** Cuts a stream into lines. A line longer than the limit is a failure: it would be kept in memory while it grows. */
export class LineSplitter {
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that are complete now, without their ends; empty ones are left out. */
  push(chunk: Buffer): readonly Buffer[] {
    const lines: Buffer[] = [];
    let from = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      const line = this.#complete(chunk.subarray(from, end));
      if (line.length > 0) lines.push(line);
      from = end + 1;
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
    return lines;
  }

  #complete(last: Buffer): Buffer {
    if (this.#parts.length === 0) {
      this.#check(last.length);
      return last;
    }
    this.#keep(last);
    const line = Buffer.concat(this.#parts, this.#length);
    this.#parts = [];
    this.#length = 0;
    return line;
  }

  #keep(part: Buffer): void {
    this.#length += part.length;
    this.#check(this.#length);
    this.#parts.push(part);
  }

  #check(length: number): void {
    if (length > this.#maxBytes) {
      const size = `${Math.round(this.#maxBytes / 1024 / 1024)} MiB`;
      throw new KubeFailure('too-large', `The API server sent one event of more than ${size}.`);
    }
  }
}
