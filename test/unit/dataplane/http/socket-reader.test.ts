import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as net from 'node:net';
import { afterEach, test } from 'node:test';
import { keepable, SocketReader } from '../../../../src/engine/dataplane/http/socket-reader.ts';

const open: { destroy(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.destroy();
});

/** A connection whose bytes come through a reader, and its other end. */
async function connection(): Promise<{ socket: net.Socket; reader: SocketReader; peer: net.Socket }> {
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const reader = new SocketReader();
  const { port } = server.address() as net.AddressInfo;
  const accepted = once(server, 'connection');
  const socket = net.connect({ port, host: '127.0.0.1', onread: reader.onread });
  reader.attach(socket);
  await once(socket, 'connect');
  const [peer] = (await accepted) as [net.Socket];
  open.push(socket, peer, { destroy: () => server.close() });
  return { socket, reader, peer };
}

/** Bytes of which no two neighbouring stretches are alike. */
const pattern = (size: number): Buffer =>
  Buffer.from(Uint32Array.from({ length: size / 4 }, (_, i) => i * 2654435761).buffer);

test('what was kept of many reads, short and long, is what was sent', async () => {
  const { socket, reader, peer } = await connection();
  const sent = pattern(4_000_000);
  const kept: Buffer[] = [];
  reader.receive((data) => void kept.push(keepable(data)));
  const sizes = [1, 7, 1000, 16_383, 16_384, 16_385, 65_535, 65_536, 65_537, 300_000];
  let at = 0;
  for (let turn = 0; at < sent.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    const written = kept.reduce((sum, { length }) => sum + length, 0);
    peer.write(sent.subarray(at, at + size));
    at += size;
    // Let some of them be read alone.
    while (turn % 3 === 0 && kept.reduce((sum, { length }) => sum + length, 0) === written)
      await new Promise(setImmediate);
  }
  peer.end();
  await once(socket, 'end');
  assert.ok(Buffer.concat(kept).equals(sent));
});

test('short reads come in the same buffer, a long one is given away', async () => {
  const { reader, peer } = await connection();
  const seen: Buffer[] = [];
  reader.receive((data) => void seen.push(data));
  const arrives = async (size: number): Promise<void> => {
    const before = seen.length;
    peer.write(Buffer.alloc(size));
    while (seen.length === before) await new Promise(setImmediate);
  };
  await arrives(10);
  await arrives(20);
  const [first, second] = seen;
  assert.equal(first?.buffer, second?.buffer);
  while (seen.every(({ length }) => length <= 16_384)) await arrives(1_000_000);
  const long = seen.find(({ length }) => length > 16_384);
  assert.ok(long);
  assert.equal(keepable(long), long);
  const after = seen.slice(seen.indexOf(long) + 1);
  assert.ok(after.every(({ buffer }) => buffer !== long.buffer));
});

test('a paused socket gives nothing until it is resumed', async () => {
  const { socket, reader, peer } = await connection();
  let received = '';
  reader.receive((data) => {
    received += data.toString();
    socket.pause();
  });
  peer.write('one');
  while (received === '') await new Promise(setImmediate);
  peer.write('two');
  await new Promise<void>((resolve) => peer.write('three', () => resolve()));
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
  assert.equal(received, 'one');
  socket.resume();
  while (received === 'one') await new Promise(setImmediate);
  assert.match(received, /^onetwo/);
});

test('a released reader leaves the bytes to the socket', async () => {
  const { socket, reader, peer } = await connection();
  const received: Buffer[] = [];
  reader.receive((data) => {
    received.push(keepable(data));
    reader.release();
    socket.on('data', (more: Buffer) => void received.push(more));
  });
  const sent = pattern(1_000_000);
  peer.write(sent.subarray(0, 100));
  while (received.length === 0) await new Promise(setImmediate);
  peer.end(sent.subarray(100));
  await once(socket, 'end');
  assert.ok(Buffer.concat(received).equals(sent));
});
