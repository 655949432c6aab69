import { StringDecoder } from 'node:string_decoder';

export interface LineLimits {
  /** Characters of a line that are kept. */
  readonly maxLine: number;
  /** Characters that pass within a second; the rest is counted and dropped, so that a runaway log cannot stall the engine. */
  readonly maxPerSecond: number;
  readonly now?: () => number;
}

/** Cuts one output stream of a process into lines. */
export class LineSplitter {
  readonly #emit: (line: string) => void;
  readonly #limits: LineLimits;
  readonly #now: () => number;
  readonly #decoder = new StringDecoder('utf8');
  #partial = '';
  #cut = false;
  #second = 0;
  #passed = 0;
  #dropped = 0;

  constructor(limits: LineLimits, emit: (line: string) => void) {
    this.#limits = limits;
    this.#now = limits.now ?? Date.now;
    this.#emit = emit;
  }

  push(chunk: Buffer): void {
    const text = this.#decoder.write(chunk);
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.#append(text.slice(start, end));
      this.#finishLine();
      start = end + 1;
    }
    this.#append(text.slice(start));
  }

  /** The stream ended: what is left is the last line. */
  end(): void {
    this.#append(this.#decoder.end());
    if (this.#partial !== '' || this.#cut) this.#finishLine();
    this.#reportDropped();
  }

  #append(text: string): void {
    const room = this.#limits.maxLine - this.#partial.length;
    if (text.length > room) this.#cut = true;
    this.#partial += text.slice(0, room);
  }

  #finishLine(): void {
    const line = this.#partial.endsWith('\r') ? this.#partial.slice(0, -1) : this.#partial;
    const text = this.#cut ? `${line}… (cut)` : line;
    this.#partial = '';
    this.#cut = false;
    const second = Math.floor(this.#now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#passed = 0;
      this.#reportDropped();
    }
    this.#passed += text.length + 1;
    if (this.#passed > this.#limits.maxPerSecond) this.#dropped += 1;
    else this.#emit(text);
  }

  #reportDropped(): void {
    if (this.#dropped === 0) return;
    this.#emit(`… ${this.#dropped} lines left out: the process writes too much`);
    this.#dropped = 0;
  }
}
