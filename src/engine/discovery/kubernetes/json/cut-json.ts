import {
  closeBrace,
  closeBracket,
  comma,
  endOfText,
  endOfValue,
  notJson,
  openBrace,
  openBracket,
  parseJson,
  quote,
  skipSpace,
  startOfValue,
} from './json-bytes.ts';
import { ChoiceOutline, FieldsOutline, SharedOutline, type Kept, type Outline } from './outline.ts';
import { putShared, sharedMark } from './shared-values.ts';

/** What is kept is put together here, unless it is one piece; free again as soon as it was parsed. */
let joined = Buffer.allocUnsafeSlow(16 * 1024);
/** More is not held on to for the few values that are longer. */
const maximumJoinedBytes = 1024 * 1024;

/**
 * Reads the value at `start` as if the rest of it were not there: most of what a cluster says (managed fields above all)
 * nobody wants, and passing bytes costs a fraction of parsing them. Of an object with a field twice, JSON.parse and an
 * outline may take different ones. Throws `KubeFailure` where it is not JSON.
 */
export function parseKept(
  body: Buffer,
  start: number,
  outline: Outline,
): { readonly value: unknown; readonly end: number } {
  const cutter = new Cutter(body, start);
  const end = cutter.value(start, outline);
  const value = parseJson(cutter.text());
  return { value: cutter.shared.length > 0 ? putShared(value, outline, cutter.shared) : value, end };
}

class Cutter {
  /** In whose places there are marks. */
  readonly shared: unknown[] = [];
  readonly #body: Buffer;
  /** Bytes of `joined` that are in use. */
  #length = 0;
  /** Bytes that are kept and not joined yet; what follows them directly is joined with them. */
  #from: number;
  #to: number;

  constructor(body: Buffer, start: number) {
    this.#body = body;
    this.#from = this.#to = start;
  }

  /** All that is kept. */
  text(): string {
    if (this.#length === 0) return this.#body.toString('utf8', this.#from, this.#to);
    this.#join();
    const text = joined.toString('utf8', 0, this.#length);
    if (joined.length > maximumJoinedBytes) joined = Buffer.allocUnsafeSlow(maximumJoinedBytes);
    return text;
  }

  /** Keeps what the outline says of the value there; returns the place behind the value. */
  value(at: number, outline: Outline): number {
    const body = this.#body;
    if (outline !== 'whole') {
      const first = body[at];
      if (outline instanceof FieldsOutline) {
        if (first === openBrace) return this.#fields(at, outline);
      } else if (outline instanceof ChoiceOutline) {
        const chosen = this.#choose(at, outline);
        // Where it stands alone, something has to be left.
        return this.value(at, chosen ?? noFields);
      } else if (outline instanceof SharedOutline) {
        return this.#share(at, outline);
      } else if (first === openBracket) return this.#items(at, outline.items);
    }
    const end = endOfValue(body, at);
    this.#keep(at, end);
    return end;
  }

  /** Takes what is kept of the value there out again, as a value of its own. */
  #share(at: number, outline: SharedOutline): number {
    this.#join();
    const before = this.#length;
    this.#from = this.#to = at;
    const end = this.value(at, outline.part);
    const isOnePiece = this.#length === before;
    if (!isOnePiece) this.#join();
    const text = isOnePiece
      ? this.#body.toString('utf8', this.#from, this.#to)
      : joined.toString('utf8', before, this.#length);
    this.#length = before;
    const mark = sharedMark(this.shared.push(outline.valueOf(text, parseJson)) - 1);
    this.#room(mark.length);
    this.#length += joined.write(mark, before, 'latin1');
    this.#from = this.#to = end;
    return end;
  }

  #fields(start: number, outline: FieldsOutline): number {
    const body = this.#body;
    this.#keep(start, start + 1);
    let at = skipSpace(body, start + 1);
    let isFirst = true;
    while (body[at] === quote) {
      const nameEnd = endOfText(body, at);
      const kept = outline.of(body, at + 1, nameEnd - 1);
      const from = startOfValue(body, nameEnd);
      if (kept === undefined) at = endOfValue(body, from);
      else {
        if (!isFirst) this.#separate(at);
        isFirst = false;
        this.#keep(at, from);
        at = this.value(from, kept);
      }
      at = skipSpace(body, at);
      if (body[at] !== comma) break;
      at = skipSpace(body, at + 1);
      if (body[at] !== quote) throw notJson();
    }
    if (body[at] !== closeBrace) throw notJson();
    this.#keep(at, at + 1);
    return at + 1;
  }

  #items(start: number, outline: Outline): number {
    const body = this.#body;
    this.#keep(start, start + 1);
    let at = skipSpace(body, start + 1);
    let isFirst = true;
    while (body[at] !== closeBracket) {
      const kept = outline instanceof ChoiceOutline ? this.#choose(at, outline) : outline;
      if (kept === undefined) at = endOfValue(body, at);
      else {
        if (!isFirst) this.#separate(at);
        isFirst = false;
        at = this.value(at, kept);
      }
      at = skipSpace(body, at);
      if (body[at] !== comma) break;
      at = skipSpace(body, at + 1);
      if (body[at] === closeBracket) throw notJson();
    }
    if (body[at] !== closeBracket) throw notJson();
    this.#keep(at, at + 1);
    return at + 1;
  }

  #choose(start: number, outline: ChoiceOutline): Kept {
    const body = this.#body;
    if (body[start] !== openBrace) return 'whole';
    const name = skipSpace(body, start + 1);
    if (body[name] !== quote) return 'whole';
    const nameEnd = endOfText(body, name);
    if (!outline.isField(body, name + 1, nameEnd - 1)) return 'whole';
    const text = startOfValue(body, nameEnd);
    return body[text] === quote ? outline.of(body, text + 1, endOfText(body, text) - 1) : 'whole';
  }

  /** Keeps the comma before what is kept next: that before it, where it is the next byte before. */
  #separate(next: number): void {
    if (this.#body[next - 1] === comma) {
      this.#keep(next - 1, next);
      return;
    }
    this.#join();
    this.#room(1);
    joined[this.#length++] = comma;
    this.#from = this.#to = next;
  }

  #keep(from: number, to: number): void {
    if (from !== this.#to) {
      this.#join();
      this.#from = from;
    }
    this.#to = to;
  }

  #join(): void {
    const body = this.#body;
    const length = this.#to - this.#from;
    this.#room(length);
    // To call for so few costs more than to copy them.
    if (length < 16) for (let at = this.#from; at < this.#to; at++) joined[this.#length++] = body[at] ?? 0;
    else this.#length += body.copy(joined, this.#length, this.#from, this.#to);
    this.#from = this.#to;
  }

  #room(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= joined.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * joined.length));
    joined.copy(larger, 0, 0, this.#length);
    joined = larger;
  }
}

const noFields = new FieldsOutline({});
