import type { Position } from '../../../shared/text.ts';

/** Converts offsets of one text to positions and back. Line ends as in YAML and LSP: `\n`, `\r\n` and a lone `\r`. */
export class LineIndex {
  readonly #starts: number[] = [0];
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    if (!text.includes('\r')) {
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
      return;
    }
    for (let offset = 0; offset < text.length; offset++) {
      const code = text.charCodeAt(offset);
      if (code === 10 || (code === 13 && text.charCodeAt(offset + 1) !== 10)) this.#starts.push(offset + 1);
    }
  }

  get lineCount(): number {
    return this.#starts.length;
  }

  /** Offsets outside the text are moved to its nearest end. */
  positionAt(offset: number): Position {
    let wanted = Math.max(0, Math.min(offset, this.#text.length));
    // Between the two characters of one line end there is no position.
    if (this.#text.charCodeAt(wanted) === 10 && this.#text.charCodeAt(wanted - 1) === 13) wanted--;
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= wanted) low = middle;
      else high = middle - 1;
    }
    return { line: low, character: wanted - (this.#starts[low] ?? 0) };
  }

  /** Characters beyond the line end up at the start of the next one; lines beyond the text at its end. */
  offsetAt(position: Position): number {
    const start = this.lineStart(position.line);
    return Math.max(start, Math.min(start + position.character, this.lineStart(position.line + 1)));
  }

  /** Offset of the first character of a line; the length of the text for lines beyond it. */
  lineStart(line: number): number {
    if (line < 0) return 0;
    return this.#starts[line] ?? this.#text.length;
  }
}
