import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';

export interface AccessServer {
  /** `https://127.0.0.1:port`. */
  readonly url: string;
  readonly port: number;
  /** TCP connections since the start, and those open now. */
  readonly connections: () => number;
  readonly open: () => number;
  /** TLS handshakes that came to an end. */
  readonly handshakes: () => number;
  readonly server: Server;
  close(): Promise<void>;
}

/** A server on loopback that answers as the test says, and counts who connects. */
export async function startAccessServer(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  tls?: TlsOptions,
): Promise<AccessServer> {
  let connections = 0;
  let handshakes = 0;
  const sockets = new Set<Socket>();
  const server: Server = tls ? createHttps({ keepAliveTimeout: 60_000, ...tls }, handle) : createHttp(handle);
  server.keepAliveTimeout = 60_000;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  server.on('secureConnection', () => (handshakes += 1));
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    connections: () => connections,
    open: () => sockets.size,
    handshakes: () => handshakes,
    server,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
