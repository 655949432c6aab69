import { Readable } from 'node:stream';
import type { Socket } from 'node:net';
import { parseResponseHead, type ResponseHead } from '../../../dataplane/http/message-head.ts';
import { MessageParser, type MessageHandler } from '../../../dataplane/http/message-parser.ts';
import type { SyntaxProblem } from '../../../dataplane/http/syntax-problem.ts';
import type { Answer } from './answer.ts';
import type { ConnectionPool } from './connection-pool.ts';
import type { Dialer } from './dialer.ts';
import type { ExchangeRequest, ExchangeResult } from './exchange-request.ts';
import { failureOf, notHttp } from './failure-words.ts';
import { requestHead } from './request-head.ts';

/** TLS gives no more at once. */
const bufferBytes = 16 * 1024;
/** As long as what comes may gather, unless it comes so fast that it must be read on. */
const gatherMs = 100;
const fastBytes = 64 * 1024;

/**
 * Sends a request without a body over a connection of HTTP/1.1 that carries nothing else, and resolves with the head of its
 * answer. What comes is read into memory that is used again: what HTTP/2 reads lies in new memory each time, outside of the
 * heap, and so much of it has the whole heap collected every few seconds. Undefined where there can be no such connection.
 * `signal` ends it, then and later.
 */
export async function exchangeAlone(
  pool: ConnectionPool,
  request: ExchangeRequest,
  signal: AbortSignal,
): Promise<ExchangeResult | undefined> {
  const leave = pool.takeOwn();
  if (!leave) return undefined;
  const { dialer } = pool;
  const { shown } = dialer.plan.server;
  try {
    const head = requestHead(request);
    return await new OwnConnection(signal, shown, leave).ask(dialer, head);
  } catch (error) {
    leave();
    if (!dialer.mayReadAlone) return undefined;
    return { failure: failureOf(signal.aborted ? signal.reason : error, shown), error, isStale: false };
  }
}

class OwnConnection implements MessageHandler<ResponseHead> {
  readonly #signal: AbortSignal;
  readonly #shown: string;
  readonly #leave: () => void;
  readonly #parser = new MessageParser(parseResponseHead, this, { skipsEmptyLines: false });
  readonly #body = new Readable({
    read: () => this.#wanted(),
    destroy: (error, done) => {
      this.#end();
      done(error);
    },
  });
  #socket: Socket | undefined;
  #resolve: ((result: ExchangeResult) => void) | undefined;
  #error: unknown;
  /** What the socket reads into, again and again, unless something of it is kept. */
  #buffer = Buffer.allocUnsafeSlow(bufferBytes);
  #isKept = false;
  #isInterim = false;
  #isAnswered = false;
  #isComplete = false;
  /** Whoever reads has enough for now. */
  #isFull = false;
  #gathers = false;
  #pause: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | undefined;
  /** Came in this turn of the event loop. */
  #turnBytes = 0;

  /** `leave` is called at its end. */
  constructor(signal: AbortSignal, shown: string, leave: () => void) {
    this.#signal = signal;
    this.#shown = shown;
    this.#leave = leave;
    // Who reads it is told by what is around it; before that nobody listens.
    this.#body.on('error', () => undefined);
  }

  async ask(dialer: Dialer, head: string): Promise<ExchangeResult> {
    const socket = await dialer.dialAlone(this.#signal, {
      buffer: () => this.#buffer,
      callback: (length) => this.#arrived(length),
    });
    this.#socket = socket;
    socket.on('error', (error) => (this.#error = error));
    socket.on('end', () => this.#parser.finish());
    socket.on('close', () => this.#broke(this.#error));
    this.#signal.addEventListener('abort', this.#onAbort, { once: true });
    return new Promise((resolve) => {
      this.#resolve = resolve;
      if (this.#signal.aborted) this.#onAbort();
      else socket.write(head, 'latin1');
    });
  }

  onHead(head: ResponseHead): number {
    this.#isInterim = head.status < 200;
    if (this.#isInterim) return 0;
    this.#isAnswered = true;
    this.#resolve?.({ answer: this.#answerOf(head) });
    return head.bodyLength;
  }

  onBody(data: Buffer): void {
    if (!this.#body.push(data)) this.#isFull = true;
  }

  onEnd(): void {
    if (this.#isInterim) return;
    this.#isComplete = true;
    this.#parser.stop();
    this.#body.push(null);
    this.#end();
  }

  onSyntaxError(problem: SyntaxProblem): void {
    this.#broke(problem === 'truncated message' ? this.#error : notHttp(this.#shown, problem));
  }

  #answerOf({ status, headers }: ResponseHead): Answer {
    return {
      status,
      headers: Object.fromEntries(headers.names.map((name) => [name, headers.get(name) ?? ''])),
      body: this.#body,
      isComplete: () => this.#isComplete,
      destroy: () => void this.#body.destroy(),
      gather: () => {
        this.#gathers = true;
        return true;
      },
      keep: () => (this.#isKept = true),
    };
  }

  /** False: nothing more is read until `resume`. */
  #arrived(length: number): boolean {
    this.#parser.execute(this.#buffer.subarray(0, length));
    if (this.#isKept || this.#body.readableLength > 0) {
      this.#isKept = false;
      this.#buffer = Buffer.allocUnsafeSlow(bufferBytes);
    }
    this.#turnBytes += length;
    if (this.#gathers) this.#turn ??= setImmediate(this.#turned);
    return !this.#isFull;
  }

  /** What does not come fast is over for now. */
  readonly #turned = (): void => {
    this.#turn = undefined;
    const isFast = this.#turnBytes >= fastBytes;
    this.#turnBytes = 0;
    if (this.#socket?.destroyed !== false) return;
    if (isFast) {
      this.#turn = setImmediate(this.#turned);
      return;
    }
    this.#socket.pause();
    this.#pause ??= setTimeout(() => {
      this.#pause = undefined;
      if (!this.#isFull) this.#socket?.resume();
    }, gatherMs);
  };

  #wanted(): void {
    if (!this.#isFull) return;
    this.#isFull = false;
    if (!this.#pause) this.#socket?.resume();
  }

  readonly #onAbort = (): void => this.#broke(this.#signal.reason);

  #broke(error: unknown): void {
    if (this.#isComplete || this.#body.destroyed) return;
    if (this.#isAnswered) {
      this.#body.destroy(error instanceof Error ? error : Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
      return;
    }
    this.#end();
    this.#resolve?.({ failure: failureOf(error ?? {}, this.#shown), error: error ?? {}, isStale: false });
  }

  #end(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    clearTimeout(this.#pause);
    clearImmediate(this.#turn);
    this.#parser.stop();
    this.#socket?.destroy();
    this.#leave();
  }
}
