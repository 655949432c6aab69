import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageCursor, ProtobufError } from '../../../src/engine/protobuf/message-cursor.ts';

const at = (...bytes: readonly number[]): MessageCursor => new MessageCursor(Buffer.from(bytes));
const ff = (count: number): number[] => Array.from({ length: count }, () => 0xff);

test('varints', () => {
  // From the description of the encoding, or by hand.
  const cases: readonly (readonly [number[], number])[] = [
    [[0x00], 0],
    [[0x7f], 127],
    [[0x96, 0x01], 150],
    [[...ff(4), 0x0f], 2 ** 32 - 1],
    [[...ff(6), 0x7f], 2 ** 49 - 1],
    [[...ff(7), 0x0f], 2 ** 53 - 1],
    [[...ff(9), 0x01], -1],
    [[0xfe, ...ff(8), 0x01], -2],
    // Longer than need be, as some writers make room for a length before they know it.
    [[0x81, 0x80, 0x00], 1],
  ];
  for (const [bytes, value] of cases) {
    const cursor = at(...bytes, 0x55);
    assert.equal(cursor.varint(), value);
    assert.equal(cursor.at, bytes.length, 'the place behind it');
  }
  assert.equal(at(...ff(9), 0x01).longVarint(), 2n ** 64n - 1n);
});

test('what is cut off or no message is refused', () => {
  const refused: readonly (readonly [string, () => unknown])[] = [
    ['an empty varint', () => at().varint()],
    ['a varint without its last byte', () => at(0x80).varint()],
    ['a long one', () => at(...ff(8)).varint()],
    ['one of eleven bytes', () => at(...ff(10), 0x01).varint()],
    ['content longer than the message', () => at(0x02, 0x61).contentEnd(2)],
    ['content longer than what is around it', () => at(0x02, 0x61, 0x62).contentEnd(2)],
    ['content of a negative length', () => at(...ff(9), 0x01).contentEnd(10)],
    ['a fixed value', () => at(0x01, 0x02, 0x03).passValue(5, 3)],
    ['a long fixed value', () => at(0x01, 0x02, 0x03).passValue(1, 3)],
    ['a group', () => at(0x01).passValue(3, 1)],
    ['a wire type that there is not', () => at(0x01).passValue(7, 1)],
  ];
  for (const [what, read] of refused) assert.throws(read, ProtobufError, what);
});
