/** Programs that send and take bulk data, and their clients. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as net from 'node:net';

/** A program that sends as many bytes as it is told, in a line of text. */
export function serveDownloads(socket: net.Socket): void {
  const chunk = Buffer.alloc(64 * 1024, 'meshlens');
  socket.on('error', () => undefined);
  let asked = '';
  let left = 0;
  const send = (): void => {
    while (left > 0) {
      const size = Math.min(left, chunk.length);
      left -= size;
      if (!socket.write(size === chunk.length ? chunk : chunk.subarray(0, size))) return;
    }
  };
  socket.on('drain', send);
  socket.on('data', (data: Buffer) => {
    asked += data.toString();
    if (!asked.endsWith('\n')) return;
    left = Number(asked);
    asked = '';
    send();
  });
}

/** A program that answers with a dot each time it has taken `size` bytes. */
export function serveUploads(size: number): (socket: net.Socket) => void {
  return (socket) => {
    socket.on('error', () => undefined);
    let taken = 0;
    socket.on('data', (chunk: Buffer) => {
      taken += chunk.length;
      if (taken < size) return;
      taken -= size;
      socket.write('.');
    });
  };
}

/** Megabytes a second. */
export async function download(to: net.NetConnectOpts, size: number): Promise<number> {
  const socket = net.connect(to);
  const startedAt = performance.now();
  socket.write(`${size}\n`);
  let taken = 0;
  for await (const chunk of socket) {
    taken += (chunk as Buffer).length;
    if (taken >= size) break;
  }
  assert.equal(taken, size);
  return size / 1000 / (performance.now() - startedAt);
}

/** Megabytes a second, to a program that `serveUploads` of that size. */
export async function upload(to: net.NetConnectOpts, size: number): Promise<number> {
  const socket = net.connect(to);
  const chunk = Buffer.alloc(64 * 1024, 'meshlens');
  const startedAt = performance.now();
  let left = size;
  const send = (): void => {
    while (left > 0) {
      const bytes = Math.min(left, chunk.length);
      left -= bytes;
      if (!socket.write(bytes === chunk.length ? chunk : chunk.subarray(0, bytes))) return;
    }
  };
  socket.on('drain', send);
  send();
  await once(socket, 'data');
  const took = performance.now() - startedAt;
  socket.destroy();
  return size / 1000 / took;
}
