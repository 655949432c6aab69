import { parseKept } from '../json/cut-json.ts';
import {
  closeBrace,
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
} from '../json/json-bytes.ts';
import { FieldsOutline, type Outline } from '../json/outline.ts';
import { digestOf, isPartAt, minimumPartBytes, Versions, type Part, type Version } from './known-parts.ts';
import { typeOf, type ReflectorTarget } from './target.ts';
import { eventOutline, namelessObject, readWatchEvent, type ChangeReader, type WatchEvent } from './watch-events.ts';

/** How API servers begin to tell of a change; whoever writes it otherwise is read all the same. */
const beginnings = ['MODIFIED', 'ADDED'].map((type) => Buffer.from(`{"type":"${type}","object":{`));

type Fields = Record<string, unknown>;

/**
 * Reads the lines of a watch. Of most changes the greater part is as it was before: the spec of a pod never changes, and is
 * most of it. What is the same byte for byte is not read again, and stays the same value.
 */
export class JsonChangeReader implements ChangeReader {
  readonly #target: ReflectorTarget;
  readonly #event: Outline;
  /** Undefined where objects are not written as they are. */
  readonly #object: FieldsOutline | undefined;
  readonly #versions = new Versions();
  // Of the line that is read: kept here, as there are hundreds a second.
  #line = nothing;
  #fields: Fields = {};
  #metadata: Fields | undefined;
  #version: Version | undefined;
  #parts: Part[] = [];
  #same: Part[] = [];

  constructor(target: ReflectorTarget) {
    const { representation, decode } = target.kind;
    this.#target = target;
    this.#event = eventOutline(target.kind);
    this.#object = representation === 'whole' && decode.reads instanceof FieldsOutline ? decode.reads : undefined;
  }

  read(line: Buffer, isInitial = false): WatchEvent | undefined {
    if (this.#object && !isInitial) {
      for (const beginning of beginnings)
        if (startsWith(line, beginning)) return this.#change(line, beginning.length, this.#object);
    }
    const event = readWatchEvent(line, this.#target, this.#event);
    if (event?.type === 'remove' && event.object.uid !== undefined) this.#versions.forget(event.object.uid);
    return event;
  }

  #change(line: Buffer, from: number, outline: FieldsOutline): WatchEvent {
    this.#line = line;
    this.#fields = Object.create(null) as Fields;
    this.#metadata = this.#version = undefined;
    this.#parts = [];
    this.#same = [];
    try {
      let at = this.#read(from, outline, this.#fields);
      at = skipSpace(line, at);
      if (line[at] !== closeBrace || skipSpace(line, at + 1) !== line.length) throw notJson();
      return this.#put();
    } finally {
      this.#line = nothing;
    }
  }

  /** Reads the fields of an object from behind its brace on; returns the place behind it. */
  #read(from: number, outline: FieldsOutline, into: Fields): number {
    const line = this.#line;
    let at = skipSpace(line, from);
    while (line[at] === quote) {
      const nameEnd = endOfText(line, at);
      const found = outline.find(line, at + 1, nameEnd - 1);
      const kept = found ? found.kept : outline.ofOther(line, at + 1, nameEnd - 1);
      const start = startOfValue(line, nameEnd);
      if (kept === undefined) at = endOfValue(line, start);
      else at = this.#field(found?.text ?? textAt(line, at, nameEnd), start, kept, into);
      at = skipSpace(line, at);
      if (line[at] !== comma) break;
      at = skipSpace(line, at + 1);
      if (line[at] !== quote) throw notJson();
    }
    if (line[at] !== closeBrace) throw notJson();
    return at + 1;
  }

  #field(name: string, from: number, kept: Outline, into: Fields): number {
    const line = this.#line;
    const first = line[from];
    if (first === quote) {
      const end = endOfText(line, from);
      const text = textAt(line, from, end);
      into[name] = text;
      if (name === 'uid' && into === this.#metadata) this.#version = this.#versions.of(text);
      return end;
    }
    if (first !== openBrace && first !== openBracket) return this.#value(name, from, kept, into);
    if (name === 'metadata' && into === this.#fields && first === openBrace && kept instanceof FieldsOutline) {
      this.#metadata = into[name] = Object.create(null) as Fields;
      return this.#read(from + 1, kept, this.#metadata);
    }
    const isOfMetadata = into === this.#metadata;
    const known = this.#version?.parts.find((part) => part.name === name && part.isOfMetadata === isOfMetadata);
    if (known && isPartAt(line, from, known)) {
      this.#parts.push(known);
      this.#same.push(known);
      return from + known.length;
    }
    const end = this.#value(name, from, kept, into);
    const length = end - from;
    // What comes before it is known of which object it is would not be found again.
    if (length >= minimumPartBytes && this.#metadata?.['uid'] !== undefined)
      this.#parts.push({ name, isOfMetadata, length, digest: digestOf(line, from, end) });
    return end;
  }

  #value(name: string, from: number, kept: Outline, into: Fields): number {
    const { value, end } = parseKept(this.#line, from, kept);
    into[name] = value;
    return end;
  }

  #put(): WatchEvent {
    const object = this.#target.kind.decode(this.#fields, typeOf(this.#target));
    if (!object) throw namelessObject();
    this.#versions.keep(object, this.#version, this.#parts, this.#same);
    return { type: 'put', object, resourceVersion: object.resourceVersion };
  }
}

const nothing: Buffer = Buffer.alloc(0);

const startsWith = (line: Buffer, beginning: Buffer): boolean =>
  line.length > beginning.length && beginning.compare(line, 0, beginning.length) === 0;

const backslash = 0x5c;

/** The text whose quotes are the first and the last byte there. */
function textAt(line: Buffer, from: number, to: number): string {
  for (let at = from; at < to; at++)
    if (line[at] === backslash) return parseJson(line.toString('utf8', from, to)) as string;
  return line.toString('utf8', from + 1, to - 1);
}
