import { MessageCursor } from '../../../protobuf/message-cursor.ts';
import type { Span } from './envelope.ts';
import { chosenAt, keptOfRun } from './kept-bytes.ts';
import { textAt, timeText, wordAt } from './known-texts.ts';
import { MessageType, TextsType, type FieldType, type MessageField } from './message-type.ts';

export type Fields = Record<string, unknown>;

/** As many values of a shared field are known at once; then all are forgotten. */
const maximumKnown = 4096;
const maximumKnownLength = 4096;

/**
 * Asked of a field that is one message, with the cursor behind its tag, before it is read; `before` holds what was read of
 * the fields before it. Where it is true, the cursor is behind the field, which is not read.
 */
export type Passes = (field: MessageField, cursor: MessageCursor, end: number, before: Fields) => boolean;

const isMessage = ({ type, isList }: MessageField): boolean => type instanceof MessageType && !isList;

/** The fields of the message there. Throws `ProtobufError`. */
export function fieldsOf(bytes: Buffer, { from, to }: Span, type: MessageType, passes?: Passes): Fields {
  const reader = new MessageReader(bytes);
  reader.cursor.at = from;
  return reader.read(to, type, passes);
}

/**
 * Reads protobuf messages as the values that JSON would have, and of them only what their types name: all else is passed
 * over by its length, which is why it costs a fraction of JSON. Throws `ProtobufError`.
 */
export class MessageReader {
  readonly cursor: MessageCursor;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.cursor = new MessageCursor(bytes);
  }

  /** The message from the cursor to `end`. */
  read(end: number, type: MessageType, passes?: Passes): Fields {
    const { cursor } = this;
    const fields: Fields = {};
    for (const name of type.nulls) fields[name] = null;
    while (cursor.at < end) {
      const start = cursor.at;
      const tag = cursor.varint();
      const field = type.fields[tag >>> 3];
      if (field?.wireType !== (tag & 7)) cursor.passValue(tag & 7, end);
      else if (!(passes && isMessage(field) && passes(field, cursor, end, fields)))
        this.#field(field, fields, start, end);
    }
    return fields;
  }

  /** Puts the field whose tag, which begins at `start`, was read into the fields of a message that ends at `end`. */
  #field(field: MessageField, fields: Fields, start: number, end: number): void {
    if (field.known) fields[field.name] = this.#shared(field, field.known, start, end);
    else this.#put(field, fields, end);
  }

  /** All values of a shared field that stand together. */
  #shared(field: MessageField, known: Map<string, unknown>, start: number, end: number): unknown {
    const { cursor } = this;
    const run = keptOfRun(this.#bytes, field, start, end);
    const before = known.get(run.kept);
    if (before !== undefined) {
      cursor.at = run.end;
      return before;
    }
    const own: Fields = {};
    cursor.at = start;
    while (cursor.at < run.end) {
      cursor.varint();
      this.#put(field, own, end);
    }
    const value = own[field.name];
    if (run.kept.length <= maximumKnownLength) {
      if (known.size >= maximumKnown) known.clear();
      known.set(run.kept, value);
    }
    return value;
  }

  #put(field: MessageField, fields: Fields, end: number): void {
    const { name, type } = field;
    if (type instanceof TextsType) {
      this.#putEntry(type, (fields[name] ??= {}) as Record<string, string>, end);
      return;
    }
    const value = this.#value(type, end);
    if (field.isList) {
      const list = fields[name] as unknown[] | null | undefined;
      // Most lists have one item, and a list that grows makes room for many.
      if (!list) fields[name] = value === undefined ? [] : [value];
      else if (value !== undefined) list.push(value);
    } else {
      if (value !== undefined && !(field.omitsZero && (value === '' || value === 0 || value === false)))
        fields[name] = value;
    }
  }

  #putEntry(type: TextsType, texts: Record<string, string>, end: number): void {
    const { cursor } = this;
    const { key, value } = this.read(cursor.contentEnd(end), textsEntry);
    if (typeof key !== 'string' || typeof value !== 'string' || !type.keeps(key)) return;
    // Set, it would be another prototype.
    if (key === '__proto__')
      Object.defineProperty(texts, key, { value, enumerable: true, configurable: true, writable: true });
    else texts[key] = value;
  }

  /** Undefined: it is left out. */
  #value(type: Exclude<FieldType, TextsType>, end: number): unknown {
    const { cursor } = this;
    if (type === 'number') return cursor.varint();
    if (type === 'flag') return cursor.varint() !== 0;
    const contentEnd = cursor.contentEnd(end);
    if (type === 'text' || type === 'word') {
      const from = cursor.at;
      cursor.at = contentEnd;
      return type === 'word' ? wordAt(this.#bytes, from, contentEnd) : textAt(this.#bytes, from, contentEnd);
    }
    if (type === 'time') {
      const seconds = Number(this.read(contentEnd, timestamp)['seconds'] ?? 0);
      return seconds === 0 ? undefined : timeText(seconds);
    }
    if (type instanceof MessageType) return this.read(contentEnd, type);
    const chosen = chosenAt(this.#bytes, cursor.at, contentEnd, type);
    if (chosen) return this.read(contentEnd, chosen);
    cursor.at = contentEnd;
    return undefined;
  }
}

/** An entry of a map field (https://protobuf.dev/programming-guides/encoding/#maps). */
const textsEntry = new MessageType({ 1: ['key', 'word'], 2: ['value', 'word'] });
/** Kubernetes writes no parts of seconds in JSON. */
const timestamp = new MessageType({ 1: ['seconds', 'number'] });
