import type { Socket } from 'node:net';
import type { HeaderList } from './header-list.ts';
import { chunkedBody, parseRequestHead, untilCloseBody, type RequestHead } from './message-head.ts';
import { MessageParser, type MessageHandler } from './message-parser.ts';
import { MessageWriter } from './message-writer.ts';
import { reasonPhrase } from './reason-phrases.ts';
import type { SyntaxProblem } from './syntax-problem.ts';

/** One request on a server connection, from its head on. */
export interface ServerExchange {
  /** Called once, when the connection knows its exchange. */
  begin(): void;
  onRequestBody(data: Buffer): void;
  onRequestEnd(trailers: HeaderList | undefined): void;
  /** Everything that was read at once has been delivered. */
  onRequestReadDone(): void;
  onDownstreamDrain(): void;
  /** The client went away before the response ended, or the rest of its request is not HTTP. */
  onDownstreamClosed(problem?: SyntaxProblem): void;
}

export interface ServerHandler {
  open(connection: ServerConnection, head: RequestHead): ServerExchange;
  /** The connection answers 4xx and closes; this is for the log. */
  onMalformed(connection: ServerConnection, problem: SyntaxProblem, status: number): void;
  onClosed(connection: ServerConnection): void;
}

/** What is known of who sits at the other end. */
export interface ConnectionPeer {
  readonly secure: boolean;
  /** SPIFFE id, where authenticated. */
  readonly principal: string | undefined;
  readonly certificateHash: string | undefined;
}

export const plaintextPeer: ConnectionPeer = { secure: false, principal: undefined, certificateHash: undefined };

/** Milliseconds. */
export interface ServerTimeouts {
  /** From the first byte of a head to its last. */
  readonly head: number;
  /** Between requests. */
  readonly idle: number;
  /** For the client to read a last response and to close. */
  readonly linger: number;
}

function statusOf(problem: SyntaxProblem): number {
  return problem === 'head too large' || problem === 'too many headers' ? 431 : 400;
}

/** A body that was not asked for is still read when it is at most this long: that keeps the connection usable. */
const maxDiscardedBody = 64 * 1024;

type Phase = 'open' | 'lingering' | 'closed';

/** The server side of one HTTP/1.1 connection: requests one after the other, answers in order. */
export class ServerConnection implements MessageHandler<RequestHead> {
  readonly socket: Socket;
  readonly peer: ConnectionPeer;
  readonly remoteAddress: string;
  /** The address without port. */
  readonly remoteHost: string;
  readonly localAddress: string;
  readonly #handler: ServerHandler;
  readonly #timeouts: ServerTimeouts;
  readonly #parser: MessageParser<RequestHead>;
  readonly #writer: MessageWriter;
  #exchange: ServerExchange | undefined;
  #head: RequestHead | undefined;
  #phase: Phase = 'open';
  #requestEnded = true;
  #responseStarted = false;
  #responseEnded = true;
  #keepAlive = true;
  #draining = false;
  #continued = false;
  #requestPaused = false;
  #reading = true;
  /** Since when the connection is in the phase that `sweep` watches; 0: since the next sweep. */
  #since: number;

  constructor(
    socket: Socket,
    options: {
      readonly handler: ServerHandler;
      readonly peer: ConnectionPeer;
      readonly timeouts: ServerTimeouts;
      readonly now: number;
    },
  ) {
    this.socket = socket;
    this.peer = options.peer;
    this.remoteHost = socket.remoteAddress ?? '';
    this.remoteAddress = `${socket.remoteAddress ?? '-'}:${socket.remotePort ?? 0}`;
    this.localAddress = `${socket.localAddress ?? '-'}:${socket.localPort ?? 0}`;
    this.#handler = options.handler;
    this.#timeouts = options.timeouts;
    this.#since = options.now;
    this.#parser = new MessageParser(parseRequestHead, this, { skipsEmptyLines: true });
    this.#writer = new MessageWriter(socket);
    socket.on('data', this.#onData);
    socket.on('drain', this.#onDrain);
    socket.on('end', this.#onEnd);
    socket.on('error', this.#onError);
    socket.on('close', this.#onClose);
  }

  /** Gives bytes that were read before the connection was known to be HTTP. */
  start(head: Buffer): void {
    if (head.length > 0) this.#onData(head);
  }

  get responseStarted(): boolean {
    return this.#responseStarted;
  }

  /** Body bytes of the current response so far. */
  get responseBytes(): number {
    return this.#writer.bodyBytes;
  }

  /** The client is slower than the response. */
  get needsDrain(): boolean {
    return this.#writer.needsDrain;
  }

  onHead(head: RequestHead): number {
    this.#head = head;
    this.#requestEnded = false;
    this.#responseStarted = false;
    this.#responseEnded = false;
    this.#continued = false;
    this.#keepAlive = head.keepAlive;
    const exchange = this.#handler.open(this, head);
    this.#exchange = exchange;
    exchange.begin();
    return head.bodyLength;
  }

  onBody(data: Buffer): void {
    if (!this.#responseEnded) this.#exchange?.onRequestBody(data);
  }

  onEnd(trailers: HeaderList | undefined): void {
    this.#requestEnded = true;
    if (!this.#responseEnded) {
      // The next request waits for this one's answer: that is what keeps pipelined answers in order.
      this.#parser.pause();
      this.#exchange?.onRequestEnd(trailers);
    }
    this.#next();
  }

  onSyntaxError(problem: SyntaxProblem): void {
    if (this.#phase !== 'open') return;
    const exchange = this.#exchange;
    if (exchange !== undefined && !this.#responseEnded) {
      // The body of a request that is being forwarded is broken: there is no way to finish it.
      if (this.#responseStarted) {
        this.destroy();
        return;
      }
      this.#responseEnded = true;
      this.#exchange = undefined;
      exchange.onDownstreamClosed(problem);
    } else this.#handler.onMalformed(this, problem, statusOf(problem));
    const status = statusOf(problem);
    const body = status === 431 ? 'Request Header Fields Too Large' : 'Bad Request';
    this.#refuse(status, body);
  }

  /** Sends `100 Continue` to a client that waits for it. */
  sendContinue(): void {
    if (this.#head?.expect === undefined || this.#continued || this.#responseStarted) return;
    this.#continued = true;
    this.socket.write('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');
  }

  /** Passes an interim response on. HTTP/1.0 clients do not know them. */
  sendInformational(status: number, headers: HeaderList): void {
    if (this.#head?.minorVersion !== 1 || this.#responseStarted || this.socket.destroyed) return;
    this.socket.write(`HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n${headers.serialize()}\r\n`, 'latin1');
  }

  /**
   * Starts the response. `bodyLength` as in a parsed head; `declaredLength` is a Content-Length without a body (HEAD, 304).
   * `headers` must hold end-to-end fields only.
   */
  startResponse(
    status: number,
    reason: string,
    headers: HeaderList,
    bodyLength: number,
    declaredLength?: number,
  ): void {
    const head = this.#head;
    if (head === undefined || this.#responseStarted) return;
    this.#responseStarted = true;
    let text = `HTTP/1.1 ${status} ${reason}\r\n${headers.serialize()}`;
    let chunked = false;
    if (status === 101 || (head.method === 'CONNECT' && status < 300)) {
      // Switched: what follows is not HTTP.
    } else if (head.method === 'HEAD' || status === 204 || status === 304) {
      if (declaredLength !== undefined && status !== 204) text += `content-length: ${declaredLength}\r\n`;
    } else if (bodyLength >= 0) {
      text += `content-length: ${bodyLength}\r\n`;
    } else if (head.minorVersion === 0) {
      this.#keepAlive = false;
    } else {
      chunked = true;
      text += 'transfer-encoding: chunked\r\n';
    }
    if (this.#draining || (!this.#requestEnded && !this.#willDiscardRest(head))) this.#keepAlive = false;
    if (status !== 101) {
      if (!this.#keepAlive) text += 'connection: close\r\n';
      else if (head.minorVersion === 0) text += 'connection: keep-alive\r\n';
    }
    this.#writer.beginMessage(`${text}\r\n`, chunked);
  }

  /** Adds a piece of the body; `flush` or `endResponse` sends it. */
  writeResponse(data: Buffer): void {
    this.#writer.body(data);
  }

  flush(): void {
    this.#writer.flush();
  }

  endResponse(trailers: HeaderList | undefined): void {
    if (this.#responseEnded) return;
    this.#writer.end(trailers);
    this.#responseEnded = true;
    this.#exchange = undefined;
    this.resumeRequest();
    this.#next();
  }

  /** The response cannot be completed: the client must not take it for a whole one. */
  abortResponse(): void {
    this.#responseEnded = true;
    this.#exchange = undefined;
    this.#writer.flush();
    // Without a length or chunks only a reset tells the client; TLS has its close_notify, which `destroy` does not send.
    if (this.#head?.minorVersion === 0 && !('encrypted' in this.socket)) this.socket.resetAndDestroy();
    else this.destroy();
  }

  pauseRequest(): void {
    this.#requestPaused = true;
    this.#updateReading();
  }

  resumeRequest(): void {
    if (!this.#requestPaused) return;
    this.#requestPaused = false;
    this.#updateReading();
  }

  /** Hands the socket over to another protocol, with the bytes read ahead. */
  detach(): { readonly socket: Socket; readonly rest: Buffer } {
    const rest = this.#parser.takeRest();
    this.#parser.stop();
    this.#writer.flush();
    this.#phase = 'closed';
    this.#exchange = undefined;
    this.socket.removeListener('data', this.#onData);
    this.socket.removeListener('drain', this.#onDrain);
    this.socket.removeListener('end', this.#onEnd);
    this.socket.removeListener('error', this.#onError);
    this.socket.removeListener('close', this.#onClose);
    this.#handler.onClosed(this);
    return { socket: this.socket, rest };
  }

  /** Lets the current request finish, then closes. */
  drain(): void {
    this.#draining = true;
    if (this.#responseEnded && this.#parser.idle) this.#linger();
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** Ends what takes too long. Called about once a second. */
  sweep(now: number): void {
    if (this.#since === 0) this.#since = now;
    const waited = now - this.#since;
    if (this.#phase === 'lingering') {
      if (waited > this.#timeouts.linger) this.destroy();
      return;
    }
    if (!this.#responseEnded) return;
    if (this.#parser.inHead) {
      if (waited > this.#timeouts.head) {
        this.#handler.onMalformed(this, 'truncated message', 408);
        this.#refuse(408, 'Request Timeout');
      }
    } else if (waited > this.#timeouts.idle) this.#linger();
  }

  readonly #onData = (data: Buffer): void => {
    if (this.#phase !== 'open') return;
    const wasIdle = this.#parser.idle;
    this.#parser.execute(data);
    if (this.#exchange !== undefined) this.#exchange.onRequestReadDone();
    // A head that is not complete yet: its time starts at the next sweep.
    else if (wasIdle) this.#since = 0;
    if (this.#parser.heldBytes > 0) this.#updateReading();
  };

  readonly #onDrain = (): void => {
    this.#exchange?.onDownstreamDrain();
  };

  readonly #onEnd = (): void => {
    // As in Envoy and in Node's server, a client that closes its sending side has gone.
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.onDownstreamClosed();
    if (exchange !== undefined || this.#phase !== 'open') this.destroy();
    else this.socket.end();
  };

  readonly #onError = (): void => {
    // 'close' follows and does the rest.
  };

  readonly #onClose = (): void => {
    this.#phase = 'closed';
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.onDownstreamClosed();
    this.#handler.onClosed(this);
  };

  /** Whether the rest of a body nobody wants is short enough to be read and thrown away. */
  #willDiscardRest(head: RequestHead): boolean {
    // A client that was not told to continue may send the body or not: nobody knows where the next request starts.
    if (head.expect !== undefined && !this.#continued) return false;
    return head.bodyLength !== chunkedBody && head.bodyLength !== untilCloseBody && head.bodyLength <= maxDiscardedBody;
  }

  #next(): void {
    if (!this.#responseEnded || this.#phase !== 'open') return;
    if (!this.#keepAlive) {
      this.#linger();
      return;
    }
    if (!this.#requestEnded) return;
    this.#head = undefined;
    this.#since = 0;
    if (this.#draining && this.#parser.idle) {
      this.#linger();
      return;
    }
    this.#parser.resume();
    this.#updateReading();
  }

  #refuse(status: number, body: string): void {
    this.#keepAlive = false;
    this.#responseEnded = true;
    if (!this.socket.destroyed) {
      this.socket.write(
        `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\ncontent-type: text/plain\r\ncontent-length: ${body.length}\r\n` +
          `connection: close\r\n\r\n${body}`,
        'latin1',
      );
    }
    this.#linger();
  }

  /**
   * Sends FIN and reads on for a while without looking: closing with unread bytes would make the kernel send a reset, which
   * can overtake the response.
   */
  #linger(): void {
    if (this.#phase !== 'open') return;
    this.#phase = 'lingering';
    this.#since = 0;
    this.#parser.stop();
    this.#requestPaused = false;
    this.socket.end();
    this.socket.resume();
  }

  #updateReading(): void {
    const wanted = !this.#requestPaused && !(this.#requestEnded && !this.#responseEnded && this.#parser.heldBytes > 0);
    if (wanted === this.#reading || this.#phase !== 'open') return;
    this.#reading = wanted;
    if (wanted) this.socket.resume();
    else this.socket.pause();
  }
}
