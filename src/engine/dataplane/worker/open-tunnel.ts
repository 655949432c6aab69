import * as net from 'node:net';
import { announcingPath, tunnelFailed, tunnelStands } from '../tunnels/tunnel-announcement.ts';

const longestWords = 1024;

type Done = (result: net.Socket | Error) => void;

/**
 * Connects to the socket of a tunnel, and is done when the way into the pod stands. A socket that is no tunnel's is
 * connected plainly. `done` is called once, unless the returned function was called before. The socket is paused.
 */
export function openTunnel(path: string, done: Done): () => void {
  let socket = net.connect({ path: announcingPath(path), allowHalfOpen: true });
  const words: Buffer[] = [];
  let length = 0;
  const settle = (result: net.Socket | Error): void => {
    socket.removeAllListeners();
    if (result instanceof Error) abort();
    else socket.pause();
    done(result);
  };
  const abort = (): void => {
    socket.removeAllListeners();
    socket.on('error', () => undefined);
    socket.destroy();
  };
  const connectPlainly = (): void => {
    abort();
    socket = net.connect({ path, allowHalfOpen: true });
    socket.once('error', settle);
    socket.once('connect', () => settle(socket));
  };
  socket.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') connectPlainly();
    else settle(error);
  });
  socket.on('data', (chunk: Buffer) => {
    if (words.length === 0 && chunk[0] === tunnelStands) {
      const { length: size } = chunk;
      settle(socket);
      if (size > 1) socket.unshift(chunk.subarray(1));
      return;
    }
    words.push(chunk);
    length += chunk.length;
    if (length > longestWords) settle(failureOf(words));
  });
  socket.once('end', () => settle(failureOf(words)));
  return () => abort();
}

function failureOf(words: readonly Buffer[]): Error {
  const said = Buffer.concat(words);
  const text = said[0] === tunnelFailed ? said.toString('utf8', 1, longestWords) : '';
  return new Error(text || 'the tunnel was closed');
}
