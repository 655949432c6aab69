import { FieldMemory } from './field-lines.ts';
import type { HeaderList } from './header-list.ts';
import { chunkedBody, parseTrailers, untilCloseBody } from './message-head.ts';
import { keepable } from './socket-reader.ts';
import type { SyntaxProblem } from './syntax-problem.ts';

/** Parses a head without its final empty line. */
export type HeadParser<Head> = (text: string, memory: FieldMemory) => Head | SyntaxProblem;

/** Receives the pieces of messages in order. Called from within `execute` and `resume`. */
export interface MessageHandler<Head> {
  /** Returns the length of the body that follows: bytes, `chunkedBody` or `untilCloseBody`. */
  onHead(head: Head): number;
  /** A view into the chunk that was read, see `keepable`. */
  onBody(data: Buffer): void;
  /** `more`: bytes follow that do not belong to this message. */
  onEnd(trailers: HeaderList | undefined, more: boolean): void;
  /** The bytes are not HTTP: nothing further will be parsed. */
  onSyntaxError(problem: SyntaxProblem): void;
}

type State =
  | 'head'
  | 'length'
  | 'until-close'
  | 'chunk-size'
  | 'chunk-extension'
  | 'chunk-size-lf'
  | 'chunk-data'
  | 'chunk-data-cr'
  | 'chunk-data-lf'
  | 'trailers'
  /** Switched to another protocol, or broken: bytes are not looked at any more. */
  | 'stopped';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const headEnd = Buffer.from('\r\n\r\n');

/** Envoy's limit is 60 KiB by default, Node's 16 KiB. */
const maxHeadBytes = 64 * 1024;
const maxChunkSizeDigits = 12;
/** Extensions are of no use to a proxy; an endless one is an attack. */
const maxExtensionBytes = 4096;

/**
 * Incremental parser of one direction of a connection, server and client side alike: message after message, each as one
 * head, any number of body pieces and an end. Chunk boundaries may lie anywhere. `execute` must not be called from a handler.
 */
export class MessageParser<Head extends object> {
  readonly #parseHead: HeadParser<Head>;
  readonly #memory = new FieldMemory();
  readonly #handler: MessageHandler<Head>;
  readonly #skipsEmptyLines: boolean;
  #state: State = 'head';
  #data: Buffer = Buffer.alloc(0);
  #position = 0;
  /** Bytes not consumed yet: the first `#heldLength` of `#held`, whose capacity doubles as a slow head trickles in. */
  #held: Buffer | undefined;
  #heldLength = 0;
  /** Where in the held bytes the search for the end of a head goes on. */
  #searched = 0;
  #running = false;
  #paused = false;
  #remaining = 0;
  #digits = 0;
  #extension = 0;

  constructor(
    parseHead: HeadParser<Head>,
    handler: MessageHandler<Head>,
    options: { readonly skipsEmptyLines: boolean },
  ) {
    this.#parseHead = parseHead;
    this.#handler = handler;
    this.#skipsEmptyLines = options.skipsEmptyLines;
  }

  /** Nothing of a next message has been received. */
  get idle(): boolean {
    return this.#state === 'head' && this.#held === undefined;
  }

  /** Part of a head has been received. */
  get inHead(): boolean {
    return this.#state === 'head' && this.#held !== undefined;
  }

  /** Bytes that wait: of an unfinished head, or behind a pause. */
  get heldBytes(): number {
    return this.#heldLength;
  }

  execute(chunk: Buffer): void {
    if (this.#state === 'stopped' && !this.#paused) return;
    if (this.#paused) {
      this.#hold(chunk);
      return;
    }
    if (this.#held === undefined) this.#run(chunk);
    else {
      this.#hold(chunk);
      this.#run(this.#held.subarray(0, this.#heldLength));
    }
  }

  /** Keeps what comes unparsed until `resume`. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (!this.#running && this.#held !== undefined) this.#run(this.#held.subarray(0, this.#heldLength));
  }

  /** Stops parsing for good; `takeRest` then gives what was read but not parsed. */
  stop(): void {
    this.#state = 'stopped';
  }

  /** Bytes read behind the point where parsing stopped. */
  takeRest(): Buffer {
    const rest = this.#running
      ? keepable(this.#data.subarray(this.#position))
      : (this.#held?.subarray(0, this.#heldLength) ?? Buffer.alloc(0));
    this.#position = this.#data.length;
    this.#release();
    return rest;
  }

  /** The peer sent its last byte. Ends a body that is delimited by this; reports a message that is cut short. */
  finish(): void {
    if (this.#state === 'until-close') {
      this.#state = 'head';
      this.#handler.onEnd(undefined, false);
    } else if (this.#state !== 'stopped' && !(this.#state === 'head' && this.#heldLength === 0)) {
      this.#fail('truncated message');
    }
  }

  #run(data: Buffer): void {
    this.#data = data;
    this.#position = 0;
    this.#running = true;
    while (!this.#paused && this.#state !== 'stopped' && this.#step());
    this.#running = false;
    this.#keepRest();
  }

  /** Puts what was not consumed into `#held`. */
  #keepRest(): void {
    const data = this.#data;
    const position = this.#position;
    if (position >= data.length || (this.#state === 'stopped' && !this.#paused)) {
      this.#release();
    } else if (this.#held === undefined || position > 0) {
      // At most one read: an unfinished head is small, and what comes behind a pause is bounded by its owner.
      this.#held = keepable(data.subarray(position));
      this.#heldLength = this.#held.length;
    }
    this.#data = data.subarray(data.length);
    this.#position = 0;
  }

  #release(): void {
    this.#held = undefined;
    this.#heldLength = 0;
  }

  #hold(chunk: Buffer): void {
    const needed = this.#heldLength + chunk.length;
    if (this.#held === undefined) {
      this.#held = keepable(chunk);
    } else {
      if (this.#held.length < needed) {
        const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#held.length));
        this.#held.copy(larger, 0, 0, this.#heldLength);
        this.#held = larger;
      }
      chunk.copy(this.#held, this.#heldLength);
    }
    this.#heldLength = needed;
  }

  #fail(problem: SyntaxProblem): void {
    this.#state = 'stopped';
    this.#handler.onSyntaxError(problem);
  }

  /** Makes progress; false where more bytes are needed. */
  #step(): boolean {
    if (this.#position >= this.#data.length) return false;
    switch (this.#state) {
      case 'head':
        return this.#stepHead();
      case 'length':
      case 'chunk-data':
        return this.#stepCounted();
      case 'until-close': {
        const body = this.#data.subarray(this.#position);
        this.#position = this.#data.length;
        this.#handler.onBody(body);
        return true;
      }
      case 'trailers':
        return this.#stepTrailers();
      case 'stopped':
        return false;
      default:
        return this.#stepChunkFraming();
    }
  }

  #stepHead(): boolean {
    const data = this.#data;
    if (this.#skipsEmptyLines && this.#searched === 0 && data[this.#position] === carriageReturn) {
      // RFC 9112, 2.2: a server ignores an empty line before the request line.
      if (data.length - this.#position < 2) return false;
      if (data[this.#position + 1] !== lineFeed) {
        this.#fail('malformed request line');
        return false;
      }
      this.#position += 2;
      return true;
    }
    const start = this.#position;
    const end = data.indexOf(headEnd, start + Math.max(0, this.#searched - 3));
    if ((end < 0 ? data.length : end) - start > maxHeadBytes) {
      this.#fail('head too large');
      return false;
    }
    if (end < 0) {
      if (hasBareLineFeed(data, start + this.#searched)) this.#fail('bare line feed');
      this.#searched = data.length - start;
      return false;
    }
    this.#searched = 0;
    // With the line end of the last field, so that all field lines are alike.
    const head = this.#parseHead(data.toString('latin1', start, end + 2), this.#memory);
    if (typeof head === 'string') {
      this.#fail(head);
      return false;
    }
    this.#position = end + 4;
    const length = this.#handler.onHead(head);
    // The handler may have stopped the parser: the protocol was switched, or the message refused.
    if (this.#state === 'stopped') return false;
    if (length === 0) this.#end(undefined);
    else if (length === chunkedBody) {
      this.#digits = 0;
      this.#extension = 0;
      this.#remaining = 0;
      this.#state = 'chunk-size';
    } else if (length === untilCloseBody) this.#state = 'until-close';
    else {
      this.#remaining = length;
      this.#state = 'length';
    }
    return true;
  }

  #stepCounted(): boolean {
    const available = this.#data.length - this.#position;
    const take = available < this.#remaining ? available : this.#remaining;
    const body = this.#data.subarray(this.#position, this.#position + take);
    this.#position += take;
    this.#remaining -= take;
    const counted = this.#state;
    if (this.#remaining === 0 && counted === 'chunk-data') this.#state = 'chunk-data-cr';
    this.#handler.onBody(body);
    if (this.#remaining === 0 && counted === 'length' && this.#state === 'length') this.#end(undefined);
    return true;
  }

  #stepChunkFraming(): boolean {
    const byte = this.#data[this.#position++] ?? 0;
    switch (this.#state) {
      case 'chunk-size': {
        const digit = hexDigit(byte);
        if (digit >= 0) {
          if (++this.#digits > maxChunkSizeDigits) this.#fail('malformed chunk');
          this.#remaining = this.#remaining * 16 + digit;
        } else if (this.#digits === 0) this.#fail('malformed chunk');
        else if (byte === carriageReturn) this.#state = 'chunk-size-lf';
        else if (byte === 0x3b) this.#state = 'chunk-extension';
        else this.#fail('malformed chunk');
        break;
      }
      case 'chunk-extension':
        if (byte === carriageReturn) this.#state = 'chunk-size-lf';
        else if ((byte < 0x20 && byte !== 0x09) || byte === 0x7f || ++this.#extension > maxExtensionBytes) {
          this.#fail('malformed chunk');
        }
        break;
      case 'chunk-size-lf':
        if (byte !== lineFeed) this.#fail('malformed chunk');
        else this.#state = this.#remaining === 0 ? 'trailers' : 'chunk-data';
        break;
      case 'chunk-data-cr':
        if (byte !== carriageReturn) this.#fail('malformed chunk');
        else this.#state = 'chunk-data-lf';
        break;
      case 'chunk-data-lf':
        if (byte !== lineFeed) this.#fail('malformed chunk');
        else {
          this.#digits = 0;
          this.#remaining = 0;
          this.#state = 'chunk-size';
        }
        break;
      default:
        break;
    }
    return true;
  }

  #stepTrailers(): boolean {
    const data = this.#data;
    const start = this.#position;
    if (data[start] === carriageReturn) {
      if (data.length - start < 2) return false;
      if (data[start + 1] !== lineFeed) {
        this.#fail('malformed trailer');
        return false;
      }
      this.#position = start + 2;
      this.#end(undefined);
      return true;
    }
    const end = data.indexOf(headEnd, start + Math.max(0, this.#searched - 3));
    if ((end < 0 ? data.length : end) - start > maxHeadBytes) {
      this.#fail('head too large');
      return false;
    }
    if (end < 0) {
      this.#searched = data.length - start;
      return false;
    }
    this.#searched = 0;
    const trailers = parseTrailers(data.toString('latin1', start, end));
    if (typeof trailers === 'string') {
      this.#fail(trailers);
      return false;
    }
    this.#position = end + 4;
    this.#end(trailers);
    return true;
  }

  #end(trailers: HeaderList | undefined): void {
    this.#state = 'head';
    this.#handler.onEnd(trailers, this.#position < this.#data.length);
  }
}

/** A line feed without a carriage return before it: waiting for the end of such a head would wait for ever. */
function hasBareLineFeed(data: Buffer, from: number): boolean {
  for (let at = data.indexOf(lineFeed, from); at >= 0; at = data.indexOf(lineFeed, at + 1)) {
    if (at === 0 || data[at - 1] !== carriageReturn) return true;
  }
  return false;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
