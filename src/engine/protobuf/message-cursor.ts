/** The bytes are no protobuf message. */
export class ProtobufError extends Error {}

/** How the value of a field is written (https://protobuf.dev/programming-guides/encoding/). */
export type WireType = 0 | 1 | 2 | 5;

/** A varint of 64 bits takes at most 10 bytes. */
const longestVarint = 10;
/** So many bytes of a varint make a number that no operation on numbers cuts. */
const exactBytes = 7;

/** A place in a protobuf message, and how to get on from there. Methods throw `ProtobufError` where the bytes are cut off. */
export class MessageCursor<Bytes extends Uint8Array = Uint8Array> {
  readonly bytes: Bytes;
  at: number;

  constructor(bytes: Bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  /** A varint as the signed number that an `int32` or `int64` is; rounded where it is beyond 2^53. */
  varint(): number {
    const { bytes } = this;
    const start = this.at;
    let byte = bytes[this.at++];
    if (byte === undefined) throw cutOff();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let scale = 0x80;
    for (let read = 1; read < exactBytes; read++) {
      byte = bytes[this.at++];
      if (byte === undefined) throw cutOff();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
    this.at = start;
    return Number(BigInt.asIntN(64, this.longVarint()));
  }

  /** A varint as its 64 bits. */
  longVarint(): bigint {
    let value = 0n;
    for (let read = 0; read < longestVarint; read++) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw cutOff();
      value |= BigInt(byte & 0x7f) << BigInt(7 * read);
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new ProtobufError('A varint is longer than 10 bytes.');
  }

  /** Passes the length of a length-delimited field; returns the place behind its content, which ends at `end` or before. */
  contentEnd(end: number): number {
    const length = this.varint();
    const contentEnd = this.at + length;
    if (length < 0 || contentEnd > end) throw cutOff();
    return contentEnd;
  }

  /** Passes the value of a field whose tag was read, in a message that ends at `end`. */
  passValue(wireType: number, end: number): void {
    if (wireType === 0) this.varint();
    else if (wireType === 2) this.at = this.contentEnd(end);
    else if (wireType === 1) this.at += 8;
    else if (wireType === 5) this.at += 4;
    else throw new ProtobufError(`Wire type ${wireType} is not read.`);
    if (this.at > end) throw cutOff();
  }
}

const cutOff = (): ProtobufError => new ProtobufError('The message is cut off.');
