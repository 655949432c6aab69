/** HTTP/2 with TLS in front of a server of HTTP/1.1, as API servers speak it; it can be told to misbehave. */
import { once } from 'node:events';
import { request as ask } from 'node:http';
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export interface Http2FrontOptions {
  /** Port of the server behind it, on 127.0.0.1. */
  readonly port: number;
  readonly tls: { readonly cert: string; readonly key: string };
  readonly maxStreams?: number;
}

/** Headers of HTTP/1.1 that HTTP/2 forbids. */
const ofConnection: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding']);

/** A relay of bytes before the server, as the way to it is what is cut or goes silent. */
export class Http2Front {
  readonly #port: number;
  readonly #server: Http2SecureServer;
  readonly #relay: Server;
  readonly #sockets = new Set<Socket>();
  readonly #sessions = new Set<ServerHttp2Session>();
  #streams = 0;
  #ownPort = 0;
  /** TCP connections since the start. */
  connections = 0;

  constructor({ port, tls, maxStreams }: Http2FrontOptions) {
    this.#port = port;
    this.#server = createSecureServer({
      ...tls,
      ...(maxStreams !== undefined && { settings: { maxConcurrentStreams: maxStreams } }),
    });
    this.#server.on('session', (session) => {
      this.#sessions.add(session);
      session.on('error', () => undefined);
      session.on('close', () => this.#sessions.delete(session));
    });
    this.#server.on('request', (request, response) => {
      this.#streams++;
      response.stream.once('close', () => this.#streams--);
      this.#forward(request, response);
    });
    // Neither end holds back what is short.
    this.#relay = createServer({ noDelay: true }, (client) => {
      this.connections++;
      const { port } = this.#server.address() as AddressInfo;
      const inside = connect({ port, host: '127.0.0.1', noDelay: true });
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

  get url(): string {
    return `https://127.0.0.1:${this.#ownPort}`;
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#sockets.size / 2;
  }

  /** Calls that are open now. */
  get streams(): number {
    return this.#streams;
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    await this.comeBack();
    this.#ownPort = (this.#relay.address() as AddressInfo).port;
  }

  /** Ends every connection, and nothing listens any more until `comeBack`. */
  async goAway(): Promise<void> {
    const closed = once(this.#relay, 'close');
    this.#relay.close();
    this.cut();
    await closed;
  }

  async comeBack(): Promise<void> {
    this.#relay.listen(this.#ownPort, '127.0.0.1');
    await once(this.#relay, 'listening');
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

  /** Asks clients to go to another connection with what they ask next. */
  sendAway(): void {
    for (const session of this.#sessions) session.goaway();
  }

  async stop(): Promise<void> {
    const closed = [this.#server, this.#relay].map((server) => new Promise((resolve) => server.close(resolve)));
    for (const session of this.#sessions) session.destroy();
    this.cut();
    await Promise.all(closed);
  }

  #forward(request: Http2ServerRequest, response: Http2ServerResponse): void {
    const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !name.startsWith(':')));
    const behind = ask(
      { port: this.#port, host: '127.0.0.1', method: request.method, path: request.url, headers, agent: false },
      (answer) => {
        const headers = Object.entries(answer.headers).filter(([name]) => !ofConnection.has(name));
        response.writeHead(answer.statusCode ?? 502, Object.fromEntries(headers));
        answer.pipe(response);
        // An answer that is cut off stays so.
        answer.on('close', () => {
          if (!answer.complete) response.stream.close(2);
        });
      },
    );
    behind.on('error', () => response.stream.close(2));
    response.on('close', () => behind.destroy());
    request.pipe(behind);
  }
}
