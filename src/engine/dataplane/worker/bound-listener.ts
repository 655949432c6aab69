import * as net from 'node:net';

/** A TCP listener on 127.0.0.1 with the sockets it accepted. */
export class BoundListener {
  readonly port: number;
  readonly #server: net.Server;
  readonly #sockets: Set<net.Socket>;

  private constructor(server: net.Server, port: number, sockets: Set<net.Socket>) {
    this.#server = server;
    this.port = port;
    this.#sockets = sockets;
  }

  /** Binds; port 0 lets the system choose. Sockets are given paused. Rejects where the port is taken. */
  static bind(port: number, onSocket: (socket: net.Socket) => void): Promise<BoundListener> {
    return new Promise((resolve, reject) => {
      const sockets = new Set<net.Socket>();
      const server = net.createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: false }, (socket) => {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
        onSocket(socket);
      });
      server.once('error', reject);
      server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
        server.removeListener('error', reject);
        // Failed accepts (too many open files) are not the end of a listener.
        server.on('error', () => undefined);
        const address = server.address();
        resolve(new BoundListener(server, typeof address === 'object' && address ? address.port : port, sockets));
      });
    });
  }

  /** Stops accepting; sockets live on. */
  stop(): void {
    this.#server.close();
  }

  /** Stops accepting and breaks every connection. */
  close(): void {
    this.#server.close();
    for (const socket of [...this.#sockets]) socket.destroy();
  }

  get size(): number {
    return this.#sockets.size;
  }
}
