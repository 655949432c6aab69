/** A field of a protobuf message: its number and its value by wire type. */
export interface ProtobufField {
  readonly number: number;
  readonly wireType: 0 | 1 | 2 | 5;
  /** Varint and fixed values; 0 for length-delimited fields. */
  readonly value: bigint;
  /** Content of a length-delimited field; empty for the others. */
  readonly bytes: Uint8Array;
}

/** The bytes are no protobuf message. */
export class ProtobufError extends Error {}

const nothing = new Uint8Array(0);

/**
 * Reads the fields of one message in order, unknown ones included (https://protobuf.dev/programming-guides/encoding/).
 * Throws `ProtobufError` where the message is cut off or uses groups. Content is a view, not a copy.
 */
export function* protobufFields(message: Uint8Array): Generator<ProtobufField> {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    // A varint of 64 bits takes at most 10 bytes.
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined) throw new ProtobufError('A varint is cut off.');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new ProtobufError('A varint is longer than 10 bytes.');
  };
  const need = (length: number): void => {
    if (at + length > message.length) throw new ProtobufError('A field is cut off.');
  };
  while (at < message.length) {
    const tag = varint();
    const number = Number(tag >> 3n);
    if (number === 0 || number > 0x1fffffff) throw new ProtobufError(`${number} is no field number.`);
    const wireType = Number(tag & 7n);
    if (wireType === 0) {
      yield { number, wireType, value: varint(), bytes: nothing };
    } else if (wireType === 1) {
      need(8);
      yield { number, wireType, value: view.getBigUint64(at, true), bytes: nothing };
      at += 8;
    } else if (wireType === 2) {
      const length = varint();
      if (length > BigInt(message.length)) throw new ProtobufError('A field is cut off.');
      need(Number(length));
      yield { number, wireType, value: 0n, bytes: message.subarray(at, at + Number(length)) };
      at += Number(length);
    } else if (wireType === 5) {
      need(4);
      yield { number, wireType, value: BigInt(view.getUint32(at, true)), bytes: nothing };
      at += 4;
    } else {
      throw new ProtobufError(`Wire type ${wireType} is not read.`);
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
