/** SPDY/3.1 as kubelets speak it: frames by hand after the drafts, and answers that a real kubelet's library gave. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constants, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import type { PortForwardEvents } from '../../../../src/engine/dataplane/tunnels/worker/port-forward-protocol.ts';
import { SpdyProtocol } from '../../../../src/engine/dataplane/tunnels/worker/spdy-protocol.ts';

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');

/** What is told, with bytes that follow one another as one text. */
function told(messages: readonly Buffer[], protocol = new SpdyProtocol(8080)): readonly string[] {
  const said: string[] = [];
  const say = (what: string, text = ''): void => {
    const last = said.at(-1);
    if (text !== '' && last?.startsWith(`${what} `) === true) said[said.length - 1] = last + text;
    else said.push(text === '' ? what : `${what} ${text}`);
  };
  const events: PortForwardEvents = {
    onData: (bytes) => say('data', bytes.toString('latin1')),
    onErrorText: (text) => say('error', text),
    onReady: () => say('ready'),
    onLastByte: () => say('last byte'),
    onEnd: (isReset) => say(isReset ? 'reset' : 'end'),
    onReply: (message) => say('reply', message.toString('hex')),
    onNonsense: (why) => say('nonsense', why),
  };
  for (const message of messages) protocol.receive(message, true, events);
  return said;
}

const reply = (id: number): string => `80030002 00000014 0000000${id} 78f9e3c6a7c26260606000000000ffff`;
const data = (id: number, text: string, flags = '00'): string =>
  `0000000${id} ${flags} ${text.length.toString(16).padStart(6, '0')} ${Buffer.from(text).toString('hex')}`;
const reset = (id: number): string => `80030003 00000008 0000000${id} 00000005`;

test('opens a stream for errors, of which our side is over, and one for data', () => {
  const { opening } = new SpdyProtocol(9080);
  const heads = opening.map((frame) => frame.subarray(0, 18).toString('hex'));
  const length = (at: number): string => ((opening[at]?.length ?? 0) - 8).toString(16).padStart(6, '0');
  assert.deepEqual(heads, [
    `80030001 01${length(0)} 00000001 00000000 0000`.replaceAll(' ', ''),
    `80030001 00${length(1)} 00000003 00000000 0000`.replaceAll(' ', ''),
  ]);
  // Both blocks are one flow of zlib; what was read of it until the end of the first frame must be the whole first block.
  const blocks = opening.map((frame) => frame.subarray(18));
  const inflated = (parts: readonly Buffer[]): Buffer =>
    inflateSync(Buffer.concat(parts), { finishFlush: constants.Z_SYNC_FLUSH });
  const first = inflated(blocks.slice(0, 1));
  const second = inflated(blocks).subarray(first.length);
  const pairs = (block: Buffer): readonly string[] => {
    const texts: string[] = [];
    for (let at = 4; at < block.length; at += 4 + block.readUInt32BE(at))
      texts.push(block.toString('latin1', at + 4, at + 4 + block.readUInt32BE(at)));
    assert.equal(texts.length, 2 * block.readUInt32BE(0));
    return texts;
  };
  assert.deepEqual(pairs(first), ['port', '9080', 'requestid', '0', 'streamtype', 'error']);
  assert.deepEqual(pairs(second), ['port', '9080', 'requestid', '0', 'streamtype', 'data']);
});

const conversations: readonly { readonly name: string; readonly frames: string; readonly says: readonly string[] }[] = [
  {
    name: 'an answer, then both ends',
    frames: reply(1) + reply(3) + data(3, 'hello ') + data(3, 'world') + data(1, '', '01') + data(3, '', '01'),
    says: ['ready', 'data hello world', 'end'],
  },
  {
    name: 'the end with the last bytes',
    frames: reply(3) + data(1, '', '01') + data(3, 'bye', '01'),
    says: ['ready', 'data bye', 'end'],
  },
  {
    name: 'words that come after the end of the data',
    frames: reply(3) + data(3, '', '01') + data(1, 'connection refused') + reset(3) + reset(1),
    says: ['ready', 'last byte', 'error connection refused', 'reset'],
  },
  {
    name: 'words, then resets',
    frames: reply(3) + reply(1) + data(1, 'no such pod') + reset(3) + reset(1),
    says: ['ready', 'error no such pod', 'last byte', 'reset'],
  },
  {
    name: 'pings of the server are sent back, answers to ours are not; what else there is means nothing',
    frames: `${reply(3)} 80030006 00000004 00000002 80030006 00000004 00000001
      80030004 0000000c 00000001 00000004 00000064 80030007 00000008 00000003 00000000 80030009 00000008 00000003 00010000
      ${data(5, 'of nobody')} ${data(3, 'ours')}`,
    says: ['ready', 'reply 800300060000000400000002', 'data ours'],
  },
  { name: 'a second answer', frames: reply(3) + reply(3) + data(3, 'x'), says: ['ready', 'data x'] },
  {
    name: 'a control frame without a stream',
    frames: '80030002 00000002 0000',
    says: ['nonsense a control frame that is cut off'],
  },
  {
    name: 'a control frame without bounds',
    frames: '80030002 00ffffff 00000003',
    says: ['nonsense a control frame of 16777215 bytes'],
  },
];
for (const { name, frames, says } of conversations) {
  test(`however it is cut: ${name}`, () => {
    const bytes = hex(frames);
    assert.deepEqual(told([bytes]), says);
    assert.deepEqual(told(Array.from(bytes, (byte) => Buffer.of(byte))).slice(0, says.length), says);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: bytes.length }), { maxLength: 8 }), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
        assert.deepEqual(told(pieces).slice(0, says.length), says);
      }),
    );
  });
}

test('nothing may be sent before the server has answered for the data', () => {
  const protocol = new SpdyProtocol(80);
  told([hex(reply(1))], protocol);
  assert.equal(protocol.isReady, false);
  told([hex(reply(3))], protocol);
  assert.equal(protocol.isReady, true);
});
