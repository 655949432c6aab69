import { MessageCursor, ProtobufError, type WireType } from './message-cursor.ts';

/** A field of a protobuf message: its number and its value by wire type. */
export interface ProtobufField {
  readonly number: number;
  readonly wireType: WireType;
  /** Varint and fixed values; 0 for length-delimited fields. */
  readonly value: bigint;
  /** Content of a length-delimited field; empty for the others. */
  readonly bytes: Uint8Array;
}

const nothing = new Uint8Array(0);

/**
 * Reads the fields of one message in order, unknown ones included. Throws `ProtobufError` where the message is cut off or
 * uses groups. Content is a view, not a copy.
 */
export function* protobufFields(message: Uint8Array): Generator<ProtobufField> {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const end = message.length;
  const cursor = new MessageCursor(message);
  while (cursor.at < end) {
    const tag = cursor.varint();
    const number = Math.floor(tag / 8);
    if (number < 1 || number > 0x1fffffff) throw new ProtobufError(`${number} is no field number.`);
    const wireType = tag % 8;
    if (wireType === 0) {
      yield { number, wireType, value: cursor.longVarint(), bytes: nothing };
    } else if (wireType === 2) {
      const contentEnd = cursor.contentEnd(end);
      const bytes = message.subarray(cursor.at, contentEnd);
      cursor.at = contentEnd;
      yield { number, wireType, value: 0n, bytes };
    } else {
      const from = cursor.at;
      cursor.passValue(wireType, end);
      // All others were refused.
      if (wireType === 1) yield { number, wireType, value: view.getBigUint64(from, true), bytes: nothing };
      else yield { number, wireType: 5, value: BigInt(view.getUint32(from, true)), bytes: nothing };
    }
  }
}

/** Text of a `string` field; broken UTF-8 becomes U+FFFD. */
export function protobufText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** The bits of a `fixed64` field as a double. */
export function protobufDouble(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}
