/**
 * What an output channel shows of a stream that never ends: text is added until there are `limit` lines, then the channel
 * is refilled with the newest half. The editor keeps channels in files that grow without end.
 */
export class LogBuffer {
  readonly #limit: number;
  #lines: string[] = [];
  #shown = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** What to do with the channel: add `append`, or show `replace` instead of everything. */
  add(lines: readonly string[]): { readonly append: string } | { readonly replace: string } {
    const half = Math.floor(this.#limit / 2);
    this.#lines.push(...lines);
    if (this.#lines.length > this.#limit) this.#lines = this.#lines.slice(-half);
    this.#shown += lines.length;
    if (this.#shown <= this.#limit) return { append: toText(lines) };
    this.#lines = this.#lines.slice(-half);
    this.#shown = this.#lines.length;
    return { replace: toText(this.#lines) };
  }

  /** Everything that is kept. */
  get text(): string {
    return toText(this.#lines);
  }
}

function toText(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
