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
import type { AddressInfo } from 'node:net';
import { CountedRelay } from './counted-relay.ts';

export interface Http2FrontOptions {
  /** Port of the server behind it, on 127.0.0.1. */
  readonly port: number;
  readonly tls: { readonly cert: string; readonly key: string };
  readonly maxStreams?: number;
  /** Also HTTP/1.1, for who asks for it. */
  readonly http1?: boolean;
}

/** Headers of HTTP/1.1 that HTTP/2 forbids. */
const ofConnection: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding']);

/** A relay of bytes before the server, as the way to it is what is cut or goes silent. */
export class Http2Front {
  readonly #port: number;
  readonly #server: Http2SecureServer;
  readonly #relay: CountedRelay;
  readonly #sessions = new Set<ServerHttp2Session>();
  #streams = 0;

  constructor({ port, tls, maxStreams, http1 = false }: Http2FrontOptions) {
    this.#port = port;
    this.#server = createSecureServer({
      ...tls,
      allowHTTP1: http1,
      ...(maxStreams !== undefined && { settings: { maxConcurrentStreams: maxStreams } }),
    });
    this.#server.on('session', (session) => {
      this.#sessions.add(session);
      session.on('error', () => undefined);
      session.on('close', () => this.#sessions.delete(session));
    });
    this.#server.on('request', (request, response) => {
      this.#streams++;
      response.once('close', () => this.#streams--);
      this.#forward(request, response);
    });
    this.#relay = new CountedRelay(() => {
      const { port } = this.#server.address() as AddressInfo;
      return { host: '127.0.0.1', port };
    });
  }

  get url(): string {
    return `https://127.0.0.1:${this.#relay.port}`;
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#relay.open;
  }

  /** TCP connections since the start. */
  get connections(): number {
    return this.#relay.made;
  }

  /** Calls that are open now. */
  get streams(): number {
    return this.#streams;
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    await this.#relay.start();
  }

  /** Ends every connection, and nothing listens any more until `comeBack`. */
  async goAway(): Promise<void> {
    await this.#relay.stop();
  }

  async comeBack(): Promise<void> {
    await this.#relay.start();
  }

  /** Ends every connection without a word. */
  cut(): void {
    this.#relay.cut();
  }

  /** Nothing goes over the connections that are open now, as if the way there were gone. */
  freeze(): void {
    this.#relay.freeze();
  }

  /** Asks clients to go to another connection with what they ask next. */
  sendAway(): void {
    for (const session of this.#sessions) session.goaway();
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const session of this.#sessions) session.destroy();
    await Promise.all([closed, this.#relay.stop()]);
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
          if (!answer.complete) breakOff(response);
        });
      },
    );
    behind.on('error', () => breakOff(response));
    response.on('close', () => behind.destroy());
    request.pipe(behind);
  }
}

/** The stream where there is one, the connection of its own otherwise. */
function breakOff(response: Http2ServerResponse): void {
  if (response.req.httpVersionMajor === 2) response.stream.close(2);
  else response.destroy();
}
