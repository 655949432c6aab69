import { MessageCursor } from '../../../protobuf/message-cursor.ts';
import { wordAt } from './known-texts.ts';
import { ChosenType, MessageType, TextsType, type MessageField } from './message-type.ts';

/** What is kept is put together here; free again as soon as its text was made. */
let joined = Buffer.allocUnsafeSlow(16 * 1024);
let length = 0;

/** Stands where a message ends in what is kept of its bytes: no tag is written so. */
const messageEnd = 0x04;

/**
 * What is kept of all values of a length-delimited field that stand together, from the first one's tag on, as a text that is
 * the same for what is read alike and for nothing else; and the place behind them.
 */
export function keptOfRun(
  bytes: Buffer,
  field: MessageField,
  start: number,
  end: number,
): { readonly kept: string; readonly end: number } {
  const cursor = new MessageCursor(bytes, start);
  const tag = cursor.varint();
  length = 0;
  let from = start;
  let runEnd: number;
  do {
    runEnd = cursor.contentEnd(end);
    keepValue(cursor, field, from, runEnd);
    from = cursor.at = runEnd;
  } while (runEnd < end && cursor.varint() === tag);
  return { kept: joined.toString('latin1', 0, length), end: runEnd };
}

/** The type of a message there whose first field, a text, chooses it. */
export function chosenAt(bytes: Buffer, from: number, to: number, type: ChosenType): MessageType | undefined {
  return type.of(firstText(new MessageCursor(bytes, from), to));
}

/** Empty where another field is the first. */
function firstText(cursor: MessageCursor<Buffer>, end: number): string {
  if (cursor.at === end || cursor.varint() !== firstTextTag) return '';
  const textEnd = cursor.contentEnd(end);
  return wordAt(cursor.bytes, cursor.at, textEnd);
}

/** Of field 1, length-delimited. */
const firstTextTag = 0x0a;

/** The cursor is at the content of a field whose tag is at `from`, and which ends at `end`. */
function keepValue(cursor: MessageCursor<Buffer>, { type }: MessageField, from: number, end: number): void {
  const content = cursor.at;
  const { bytes } = cursor;
  const message = type instanceof ChosenType ? chosenAt(bytes, content, end, type) : type;
  if (message instanceof MessageType) {
    // Its length would tell what else was sent of it.
    keep(bytes, from, from + 1);
    keepFields(cursor, message, end);
    room(1);
    joined[length++] = messageEnd;
  } else if (type instanceof TextsType ? type.keeps(firstText(cursor, end)) : message !== undefined) {
    keep(bytes, from, end);
  }
}

function keepFields(cursor: MessageCursor<Buffer>, type: MessageType, end: number): void {
  while (cursor.at < end) {
    const from = cursor.at;
    const tag = cursor.varint();
    const field = type.fields[tag >>> 3];
    if (field?.wireType !== (tag & 7)) cursor.passValue(tag & 7, end);
    else if (field.wireType === 0) {
      cursor.varint();
      keep(cursor.bytes, from, cursor.at);
    } else {
      const contentEnd = cursor.contentEnd(end);
      keepValue(cursor, field, from, contentEnd);
      cursor.at = contentEnd;
    }
  }
}

function keep(bytes: Buffer, from: number, to: number): void {
  room(to - from);
  // To call for so few costs more than to copy them.
  if (to - from < 32) for (let at = from; at < to; at++) joined[length++] = bytes[at] ?? 0;
  else length += bytes.copy(joined, length, from, to);
}

function room(more: number): void {
  if (length + more <= joined.length) return;
  const larger = Buffer.allocUnsafeSlow(2 * (length + more));
  joined.copy(larger, 0, 0, length);
  joined = larger;
}
