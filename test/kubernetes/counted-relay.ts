/** Passes bytes on to a server, and counts who connects. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class CountedRelay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #port = 0;
  /** Connections since the start. */
  made = 0;

  /** `target` is asked for with each connection: a server may get its port later than its relay is made. */
  constructor(target: () => { readonly host: string; readonly port: number }) {
    // Neither end holds back what is short.
    this.#server = createServer({ noDelay: true }, (client) => {
      this.made++;
      const inside = connect({ ...target(), noDelay: true });
      for (const [socket, other] of [
        [client, inside],
        [inside, client],
      ] as const) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          this.#sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
      }
    });
  }

  /** 0 before the first start. */
  get port(): number {
    return this.#port;
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#sockets.size / 2;
  }

  /** Listens on 127.0.0.1; again on the same port after it was stopped. */
  async start(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Ends every connection, and listens no more. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut();
    await closed;
  }

  /** Ends every connection without a word. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Nothing goes over the connections that are open now, as if the way there were gone. */
  freeze(): void {
    for (const socket of this.#sockets) {
      socket.unpipe();
      // What is sent is lost; that one side gave up is still seen.
      socket.resume();
    }
  }
}
