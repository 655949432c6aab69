/** Frames of a client, read by a reader written here after RFC 6455, 5.2 and 5.3. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SpdyProtocol } from '../../../../../src/engine/dataplane/tunnels/worker/spdy-protocol.ts';
import { FrameWriter, type MessageFormat } from '../../../../../src/engine/dataplane/tunnels/websocket/frame-writer.ts';
import { mask } from '../../../../../src/engine/dataplane/tunnels/websocket/mask.ts';

interface Frame {
  readonly head: string;
  readonly key: string;
  readonly payload: Buffer;
}

function read(bytes: Buffer): readonly Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length;) {
    const short = (bytes[at + 1] ?? 0) & 0x7f;
    const keyAt = at + (short === 126 ? 4 : short === 127 ? 10 : 2);
    const length =
      short === 126 ? bytes.readUInt16BE(at + 2) : short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short;
    const key = bytes.subarray(keyAt, keyAt + 4);
    const payload = Buffer.from(bytes.subarray(keyAt + 4, keyAt + 4 + length));
    assert.equal(payload.length, length, 'a frame is cut off');
    for (let i = 0; i < length; i++) payload[i] = (payload[i] ?? 0) ^ (key[i % 4] ?? 0);
    frames.push({ head: bytes.toString('hex', at, keyAt), key: key.toString('hex'), payload });
    at = keyAt + 4 + length;
  }
  return frames;
}

/** All that waits, as a socket that is slow would take it. */
function written(writer: FrameWriter): Buffer {
  const pieces: Buffer[] = [];
  for (let piece = writer.take(); piece !== undefined; piece = writer.take()) {
    pieces.push(Buffer.from(piece));
    writer.giveBack(piece);
  }
  assert.equal(writer.waiting, 0);
  return Buffer.concat(pieces);
}

const plain: MessageFormat = { headBytes: 0, writeHead: () => undefined };

test('the mask of the RFC, at every place and length', () => {
  const hello = Buffer.from('37fa213d' + Buffer.from('Hello').toString('hex'), 'hex');
  mask(hello, undefined, 0, 4, 9);
  assert.equal(hello.toString('hex'), '37fa213d7f9f4d5158');
  const key = Buffer.from('37fa213d', 'hex');
  for (let start = 4; start < 12; start++) {
    for (let length = 0; length < 40; length++) {
      const bytes = Buffer.alloc(64, 0x5a);
      key.copy(bytes, start - 4);
      mask(bytes, new Int32Array(bytes.buffer, bytes.byteOffset, 16), start - 4, start, start + length);
      const expected = Buffer.alloc(64, 0x5a);
      key.copy(expected, start - 4);
      for (let i = 0; i < length; i++) expected[start + i] = 0x5a ^ (key[i % 4] ?? 0);
      assert.deepEqual(bytes, expected, `from ${start}, ${length} bytes`);
    }
  }
});

const heads: readonly { readonly length: number; readonly head: string }[] = [
  { length: 1, head: '8281' },
  { length: 125, head: '82fd' },
  { length: 126, head: '82fe007e' },
  { length: 65_535, head: '82feffff' },
  { length: 65_536, head: '82ff0000000000010000' },
];
for (const { length, head } of heads) {
  test(`a message of ${length} bytes is one frame with the shortest length there is`, () => {
    const writer = new FrameWriter();
    const sent = Buffer.alloc(length, 'meshlens');
    writer.messages(plain, [sent], length);
    assert.equal(writer.waiting, head.length / 2 + 4 + length);
    const frames = read(written(writer));
    assert.deepEqual(
      frames.map((frame) => frame.head),
      [head],
    );
    assert.deepEqual(frames[0]?.payload, sent);
  });
}

test('pings, pongs and closes', () => {
  const writer = new FrameWriter();
  writer.control(9, Buffer.alloc(0));
  writer.control(10, Buffer.from('Hello'));
  writer.control(8, Buffer.of(0x03, 0xe8));
  const frames = read(written(writer)).map(({ head, payload }) => `${head} ${payload.toString('latin1')}`);
  assert.deepEqual(frames, ['8980 ', '8a85 Hello', '8882 \x03\xe8']);
});

test('each frame has a key of its own', () => {
  const writer = new FrameWriter();
  for (let i = 0; i < 3000; i++) writer.message(Buffer.of(1));
  const keys = new Set(read(written(writer)).map(({ key }) => key));
  // Of 3000 among four milliards two are alike once in a thousand runs, three never.
  assert.ok(keys.size >= 2998, `${keys.size} keys`);
});

test('bytes of SPDY: small ones together, 64 KiB at most in one message', () => {
  const spdy = new SpdyProtocol(80);
  const writer = new FrameWriter();
  writer.messages(spdy, [Buffer.from('ab'), Buffer.from('c')], 3);
  assert.deepEqual(
    read(written(writer)).map(({ payload }) => payload.toString('hex')),
    ['0000000300000003616263'],
  );
  writer.messages(spdy, [Buffer.alloc(100_000, 1)], 100_000);
  assert.deepEqual(
    read(written(writer)).map(({ payload }) => [payload.length, payload.toString('hex', 0, 8)]),
    [
      [65_544, '0000000300010000'],
      [34_472, '00000003000086a0'],
    ],
  );
  assert.deepEqual(spdy.ending, Buffer.from('0000000301000000', 'hex'));
});

test('whatever is sent, in whatever pieces it is taken, arrives in order; the memory of the sender is its own again', () => {
  const message = fc.array(fc.integer({ min: 1, max: 90_000 }), { minLength: 1, maxLength: 4 });
  const step = fc.oneof(
    message.map((lengths) => ({ lengths })),
    fc.constant('take' as const),
    fc.constant('ping' as const),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 14 }), (steps) => {
      const writer = new FrameWriter();
      const expected: Buffer[] = [];
      const came: Buffer[] = [];
      let seed = 1;
      for (const each of steps) {
        if (each === 'ping') writer.control(9, Buffer.alloc(0));
        else if (each === 'take') {
          const piece = writer.take();
          if (piece === undefined) continue;
          came.push(Buffer.from(piece));
          writer.giveBack(piece);
        } else {
          const parts = each.lengths.map((length) => Buffer.alloc(length, `${(seed = (seed * 7919) % 104_729)} `));
          expected.push(...parts.map((part) => Buffer.from(part)));
          writer.messages(
            plain,
            parts,
            parts.reduce((sum, { length }) => sum + length, 0),
          );
          for (const part of parts) part.fill(0xee);
        }
      }
      came.push(written(writer));
      const frames = read(Buffer.concat(came));
      const data = frames.filter(({ head }) => head.startsWith('82')).map(({ payload }) => payload);
      assert.ok(data.every(({ length }) => length <= 65_536));
      assert.ok(Buffer.concat(data).equals(Buffer.concat(expected)));
      assert.equal(frames.length - data.length, steps.filter((each) => each === 'ping').length);
    }),
    { numRuns: 60 },
  );
});
