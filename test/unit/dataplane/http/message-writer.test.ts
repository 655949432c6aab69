import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as net from 'node:net';
import { afterEach, test } from 'node:test';
import { HeaderList } from '../../../../src/engine/dataplane/http/header-list.ts';
import { MessageWriter } from '../../../../src/engine/dataplane/http/message-writer.ts';

const open: { destroy(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.destroy();
});

/** A writer, and the other end of its socket, which reads nothing yet. */
async function connection(): Promise<{ writer: MessageWriter; socket: net.Socket; peer: net.Socket }> {
  const server = net.createServer({ pauseOnConnect: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const socket = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  const [peer] = (await accepted) as [net.Socket];
  open.push(socket, peer, { destroy: () => server.close() });
  return { writer: new MessageWriter(socket), socket, peer };
}

async function readAll(peer: net.Socket): Promise<string> {
  const received: Buffer[] = [];
  peer.on('data', (data: Buffer) => void received.push(data));
  peer.resume();
  await once(peer, 'end');
  return Buffer.concat(received).toString('latin1');
}

test('messages of all sizes are written whole, in order', async () => {
  const { writer, socket, peer } = await connection();
  let expected = '';
  for (const size of [0, 1, 16_380, 16_383, 16_384, 16_385, 131_072, 131_073, 400_000]) {
    writer.beginMessage(`<${size}>\xe4`, false);
    writer.body(Buffer.alloc(size, 'b'));
    assert.equal(writer.bodyBytes, size);
    writer.end(undefined);
    expected += `<${size}>\xe4${'b'.repeat(size)}`;
  }
  socket.end();
  assert.equal(await readAll(peer), expected);
});

test('chunks are framed, empty ones left out, trailers added', async () => {
  const { writer, socket, peer } = await connection();
  writer.beginMessage('head ', true);
  writer.body(Buffer.from('abc'));
  writer.body(Buffer.alloc(0));
  writer.body(Buffer.alloc(20_000, 'x'));
  writer.flush();
  writer.body(Buffer.from('d'));
  writer.end(HeaderList.of([['x-sum', '1']]));
  writer.beginMessage('next ', true);
  writer.end(undefined);
  socket.end();
  const expected = `head 3\r\nabc\r\n4e20\r\n${'x'.repeat(20_000)}\r\n1\r\nd\r\n0\r\nx-sum: 1\r\n\r\nnext 0\r\n\r\n`;
  assert.equal(await readAll(peer), expected);
});

test('what waits for a slow receiver does not change when the buffer it came in is read into again', async () => {
  const { writer, socket, peer } = await connection();
  const buffer = Buffer.alloc(64 * 1024);
  let expected = '';
  for (let turn = 0; !writer.needsDrain || turn % 26 !== 0; turn++) {
    const letter = String.fromCharCode(0x61 + (turn % 26));
    // As long as a read may be whose buffer is used again: with the head more than what is joined into one write.
    const size = 16 * 1024 - (turn % 3) * 100;
    buffer.fill(letter);
    writer.beginMessage('head of a message', false);
    writer.body(buffer.subarray(0, size));
    writer.end(undefined);
    expected += `head of a message${letter.repeat(size)}`;
  }
  buffer.fill('!');
  socket.end();
  assert.equal(await readAll(peer), expected);
});
