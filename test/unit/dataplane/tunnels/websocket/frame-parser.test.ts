/** Frames by hand, after RFC 6455, 5.2 to 5.7. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FrameParser } from '../../../../../src/engine/dataplane/tunnels/websocket/frame-parser.ts';

const longestMessage = 70_000;
const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');

/** What is told; bytes that follow one another within a message as one text. */
function told(pieces: readonly Buffer[]): readonly string[] {
  const said: string[] = [];
  const parser = new FrameParser(longestMessage, {
    onBytes(bytes, begins) {
      const last = said.at(-1);
      const text = bytes.length > 200 ? `${bytes.length} bytes of ${bytes[0]}` : bytes.toString('latin1');
      if (bytes.length === 0) said.push('nothing');
      else if (begins) said.push(`message ${text}`);
      else if (last !== undefined && /^(?:message|more) /.test(last)) said[said.length - 1] = last + text;
      else said.push(`more ${text}`);
    },
    onText: () => said.push('text'),
    onPing: (payload) => said.push(`ping ${payload.toString('latin1')}`),
    onPong: () => said.push('pong'),
    onClose: (code) => said.push(`close ${code}`),
    onViolation: (code, why) => said.push(`violation ${code}: ${why}`),
  });
  // As a socket does that reads all into the same buffer.
  const shared = Buffer.alloc(Math.max(...pieces.map(({ length }) => length)));
  for (const piece of pieces) {
    piece.copy(shared);
    parser.receive(shared.subarray(0, piece.length));
    shared.fill(0xaa);
  }
  return said;
}

const conversations: readonly { readonly name: string; readonly frames: string; readonly says: readonly string[] }[] = [
  { name: 'a message', frames: '82 05 48656c6c6f', says: ['message Hello'] },
  { name: 'two messages', frames: '82 02 4865 82 03 6c6c6f', says: ['message He', 'message llo'] },
  { name: 'a message in two frames', frames: '02 03 48656c 80 02 6c6f', says: ['message Hello'] },
  { name: 'a message that begins with nothing', frames: '02 00 00 00 80 02 6c6f', says: ['message lo'] },
  { name: 'messages of nothing', frames: '82 00 02 00 80 00 82 01 41', says: ['message A'] },
  { name: 'a message that ends with nothing', frames: '02 01 41 80 00 82 01 42', says: ['message A', 'message B'] },
  { name: 'a message of text', frames: '81 05 48656c6c6f 82 01 41', says: ['text', 'message A'] },
  { name: 'text in two frames', frames: '01 03 48656c 80 02 6c6f 82 01 41', says: ['text', 'message A'] },
  { name: 'a ping', frames: '89 05 48656c6c6f', says: ['ping Hello'] },
  { name: 'a ping and a pong without payload', frames: '89 00 8a 00', says: ['ping ', 'pong'] },
  { name: 'a pong with payload', frames: '8a 05 48656c6c6f 82 01 41', says: ['pong', 'message A'] },
  {
    name: 'a ping amid a message',
    frames: '02 02 4865 89 01 50 80 03 6c6c6f',
    says: ['message He', 'ping P', 'more llo'],
  },
  { name: 'a length in 16 bits', frames: '82 7e 0003 414243', says: ['message ABC'] },
  { name: 'a length in 64 bits', frames: '82 7f 0000000000000003 414243', says: ['message ABC'] },
  { name: 'a close', frames: '88 02 03e8', says: ['close 1000'] },
  { name: 'a close with a reason', frames: '88 05 03f3 627965', says: ['close 1011'] },
  { name: 'a close without a code', frames: '88 00', says: ['close 1005'] },
  { name: 'a close with a code of an application', frames: '88 02 0fa0', says: ['close 4000'] },
  { name: 'nothing is heard after a close', frames: '88 00 82 01 41 ff', says: ['close 1005'] },
  {
    name: 'reserved bits',
    frames: 'c2 01 41 82 01 41',
    says: ['violation 1002: reserved bits that no extension was agreed for'],
  },
  { name: 'a mask', frames: '82 85 37fa213d 7f9f4d5158', says: ['violation 1002: a frame that is masked'] },
  { name: 'a kind nobody knows', frames: '83 00', says: ['violation 1002: a frame of unknown kind 3'] },
  { name: 'a control frame nobody knows', frames: '8b 00', says: ['violation 1002: a frame of unknown kind 11'] },
  { name: 'a continuation of nothing', frames: '80 01 41', says: ['violation 1002: a continuation of no message'] },
  {
    name: 'a continuation after the end',
    frames: '02 01 41 80 01 42 80 01 43',
    says: ['message AB', 'violation 1002: a continuation of no message'],
  },
  {
    name: 'a message within another',
    frames: '02 01 41 82 01 42',
    says: ['message A', 'violation 1002: a message within another'],
  },
  {
    name: 'a ping in pieces',
    frames: '09 01 41',
    says: ['violation 1002: a control frame in pieces, or too long'],
  },
  {
    name: 'a ping that is too long',
    frames: '89 7e 007e',
    says: ['violation 1002: a control frame in pieces, or too long'],
  },
  { name: 'half a code', frames: '88 01 03', says: ['violation 1002: half a code in a close'] },
  ...[999, 1004, 1005, 1006, 1015, 2999, 5000].map((code) => ({
    name: `a close with code ${code}`,
    frames: `88 02 ${code.toString(16).padStart(4, '0')}`,
    says: [`violation 1002: a close with code ${code}`],
  })),
  {
    name: 'a message that is too long',
    frames: '82 7f 0000000000011171',
    says: ['violation 1009: a message of more than 70000 bytes'],
  },
  {
    name: 'a message longer than numbers go',
    frames: '82 7f ffffffffffffffff',
    says: ['violation 1009: a message of more than 70000 bytes'],
  },
  {
    name: 'a message that grows too long',
    frames: '02 01 41 00 01 42 80 7f 000000000001116f',
    says: ['message AB', 'violation 1009: a message of more than 70000 bytes'],
  },
];
for (const { name, frames, says } of conversations) {
  test(`however it is cut: ${name}`, () => {
    const bytes = hex(frames);
    assert.deepEqual(told([bytes]), says);
    assert.deepEqual(told(Array.from(bytes, (byte) => Buffer.of(byte))), says);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: bytes.length }), { maxLength: 8 }), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        assert.deepEqual(told(at.slice(1).map((end, index) => bytes.subarray(at[index], end))), says);
      }),
    );
  });
}

test('long messages are told as they come, not put together', () => {
  const head = hex('82 7f 0000000000011170');
  assert.deepEqual(told([head, Buffer.alloc(30_000, 1), Buffer.alloc(40_000, 1)]), [
    'message 30000 bytes of 140000 bytes of 1',
  ]);
});

test('any bytes at all are told of or refused, never thrown at', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 20 }), (pieces) => {
      const said = told(pieces.map((piece) => Buffer.from(piece)));
      const end = said.findIndex((each) => /^(?:close|violation)/.test(each));
      assert.ok(end < 0 || end === said.length - 1, said.join('; '));
    }),
  );
});
