import type { Socket } from 'node:net';
import type { HeaderList } from './header-list.ts';
import { parseResponseHead, untilCloseBody, type ResponseHead } from './message-head.ts';
import { MessageParser, type MessageHandler } from './message-parser.ts';
import { MessageWriter } from './message-writer.ts';
import type { SocketReader } from './socket-reader.ts';
import type { SyntaxProblem } from './syntax-problem.ts';

/** Why an exchange on a client connection cannot go on. */
export type ClientFailure = 'closed' | 'local-reset' | 'protocol-error';

/** Receives one response. After `onResponseEnd`, `onUpstreamClosed` or a switch of protocols nothing more comes. */
export interface ResponseSink {
  onInformational(head: ResponseHead): void;
  /** A final head, or 101. */
  onResponseHead(head: ResponseHead): void;
  onResponseBody(data: Buffer): void;
  onResponseEnd(trailers: HeaderList | undefined): void;
  /** Everything that was read at once has been delivered. */
  onResponseReadDone(): void;
  onUpstreamDrain(): void;
  onUpstreamClosed(failure: ClientFailure, detail: string): void;
}

export interface ClientConnectionOwner {
  /** The response ended and the connection can carry another request. */
  onReusable(connection: ClientConnection): void;
  /** Closed, or given to another protocol: count it out. Called once. */
  onGone(connection: ClientConnection): void;
}

/** The client side of one HTTP/1.1 connection: one request at a time. */
export class ClientConnection implements MessageHandler<ResponseHead> {
  readonly socket: Socket;
  readonly localAddress: string;
  /** Authenticated SPIFFE id of the server. */
  readonly principal: string | undefined;
  readonly secure: boolean;
  readonly writer: MessageWriter;
  /** Requests sent so far. */
  requests = 0;
  /** When it last became idle; owner's clock. */
  idleSince = 0;
  /** For how long the server keeps it idle, as far as it said. */
  keepAliveMs = Number.POSITIVE_INFINITY;
  readonly #owner: ClientConnectionOwner;
  readonly #reader: SocketReader | undefined;
  readonly #parser: MessageParser<ResponseHead>;
  #sink: ResponseSink | undefined;
  #headRequest = false;
  #requestEnded = true;
  #interim = false;
  #reusable = false;
  #received = false;
  #gone = false;
  #retired = false;
  #error = '';

  constructor(
    socket: Socket,
    owner: ClientConnectionOwner,
    peer: { readonly secure: boolean; readonly principal: string | undefined; readonly reader?: SocketReader },
  ) {
    this.socket = socket;
    this.localAddress = `${socket.localAddress ?? '-'}:${socket.localPort ?? 0}`;
    this.secure = peer.secure;
    this.principal = peer.principal;
    this.#owner = owner;
    this.#reader = peer.reader;
    this.writer = new MessageWriter(socket);
    this.#parser = new MessageParser(parseResponseHead, this, { skipsEmptyLines: false });
    if (this.#reader === undefined) socket.on('data', this.#onData);
    else this.#reader.receive(this.#onData);
    socket.on('drain', this.#onDrain);
    socket.on('end', this.#onEnd);
    socket.on('error', this.#onError);
    socket.on('close', this.#onClose);
  }

  get usable(): boolean {
    return !this.#gone && !this.#retired && !this.socket.destroyed && this.socket.writable;
  }

  /** Bytes of a response to the current request have come. */
  get received(): boolean {
    return this.#received;
  }

  /** Starts a request: what is written next belongs to it. */
  begin(sink: ResponseSink, method: string): void {
    this.#sink = sink;
    this.#headRequest = method === 'HEAD';
    this.#requestEnded = false;
    this.#reusable = false;
    this.#received = false;
    this.requests++;
  }

  endRequest(trailers: HeaderList | undefined): void {
    this.writer.end(trailers);
    this.#requestEnded = true;
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Gives the current request up. Its sink hears nothing more. */
  abort(): void {
    this.#sink = undefined;
    this.socket.destroy();
    this.#leave();
  }

  /** Closes at once if idle, else after the current response. */
  retire(): void {
    this.#retired = true;
    if (this.#sink === undefined) this.abort();
  }

  /** Breaks it off; the sink of a current request is told. */
  reset(): void {
    const sink = this.#sink;
    this.abort();
    sink?.onUpstreamClosed('local-reset', 'connection drained');
  }

  /** Hands the socket over to another protocol, with the bytes read ahead. Call from `onResponseHead`. */
  detach(): { readonly socket: Socket; readonly rest: Buffer } {
    const rest = this.#parser.takeRest();
    this.#parser.stop();
    this.#sink = undefined;
    this.#reader?.release();
    this.socket.removeListener('data', this.#onData);
    this.socket.removeListener('drain', this.#onDrain);
    this.socket.removeListener('end', this.#onEnd);
    this.socket.removeListener('error', this.#onError);
    this.socket.removeListener('close', this.#onClose);
    this.#leave();
    return { socket: this.socket, rest };
  }

  onHead(head: ResponseHead): number {
    if (this.#sink === undefined) {
      this.abort();
      return 0;
    }
    if (head.status < 200 && head.status !== 101) {
      this.#interim = true;
      this.#sink.onInformational(head);
      return 0;
    }
    const length = this.#headRequest ? 0 : head.bodyLength;
    this.#reusable = head.keepAlive && length !== untilCloseBody;
    if (head.keepAliveMs !== undefined) this.keepAliveMs = head.keepAliveMs;
    this.#sink.onResponseHead(head);
    return length;
  }

  onBody(data: Buffer): void {
    this.#sink?.onResponseBody(data);
  }

  onEnd(trailers: HeaderList | undefined, more: boolean): void {
    if (this.#interim) {
      this.#interim = false;
      return;
    }
    const sink = this.#sink;
    this.#sink = undefined;
    if (sink === undefined) return;
    // Bytes nobody asked for would be taken for the answer to the next request.
    const reusable = this.#reusable && this.#requestEnded && !more && this.usable;
    // First the connection goes back, so that a next request that starts while this one ends finds it.
    if (reusable) this.#owner.onReusable(this);
    sink.onResponseEnd(trailers);
    sink.onResponseReadDone();
    if (!reusable) this.abort();
  }

  onSyntaxError(problem: SyntaxProblem): void {
    this.#fail(problem === 'truncated message' ? 'closed' : 'protocol-error', problem);
  }

  readonly #onData = (data: Buffer): void => {
    if (this.#sink === undefined) {
      this.abort();
      return;
    }
    this.#received = true;
    this.#parser.execute(data);
    this.#sink?.onResponseReadDone();
  };

  readonly #onDrain = (): void => {
    this.#sink?.onUpstreamDrain();
  };

  readonly #onEnd = (): void => {
    if (this.#sink !== undefined && this.#received) this.#parser.finish();
    this.#fail('closed', 'connection closed');
  };

  readonly #onError = (error: NodeJS.ErrnoException): void => {
    this.#error = error.code ?? error.message;
  };

  readonly #onClose = (): void => {
    this.#fail('closed', this.#error === '' ? 'connection closed' : this.#error);
  };

  #fail(failure: ClientFailure, detail: string): void {
    const sink = this.#sink;
    this.abort();
    sink?.onUpstreamClosed(failure, detail);
  }

  #leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#owner.onGone(this);
  }
}
