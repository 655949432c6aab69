import type { Socket } from 'node:net';
import type { HeaderList } from './header-list.ts';
import { keepable } from './socket-reader.ts';

/**
 * Pieces up to this size are copied together: one small copy costs less than a second system call. As one string, because
 * Node writes strings of less than 16 KiB from its stack, with no buffer to be made and collected.
 */
const maxCopied = 16 * 1024 - 1;
/** More is not gathered. */
const maxGathered = 128 * 1024;

/**
 * Writes messages to a socket. Pieces are gathered until `flush`, so that a head and a body that came in one read leave in
 * one write. Strings are bytes (latin1), as the parser made them.
 */
export class MessageWriter {
  readonly #socket: Socket;
  /** What was gathered, while it is short. */
  #text = '';
  /** What was gathered since it is not short any more. */
  #pieces: (string | Buffer)[] | undefined;
  #size = 0;
  #chunked = false;
  /** Bytes of bodies handed over since `beginMessage`, without framing. */
  bodyBytes = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Starts a message with a serialized head, its final empty line included. */
  beginMessage(head: string, chunked: boolean): void {
    this.#add(head);
    this.#chunked = chunked;
    this.bodyBytes = 0;
  }

  body(data: Buffer): void {
    // An empty chunk would end the message.
    if (data.length === 0) return;
    this.bodyBytes += data.length;
    if (this.#chunked) this.#add(`${data.length.toString(16)}\r\n`);
    this.#add(data);
    if (this.#chunked) this.#add('\r\n');
    if (this.#size > maxGathered) this.flush();
  }

  /** Ends a message. Trailers go only where the body is chunked. */
  end(trailers: HeaderList | undefined): void {
    if (this.#chunked) this.#add(`0\r\n${trailers?.serialize() ?? ''}\r\n`);
    this.flush();
  }

  /** Hands everything gathered to the socket. */
  flush(): void {
    if (this.#size === 0) return;
    const socket = this.#socket;
    const text = this.#text;
    const pieces = this.#pieces;
    this.#text = '';
    this.#pieces = undefined;
    this.#size = 0;
    // The connection may have broken in the middle of a message; its owner hears of it from the socket.
    if (socket.destroyed || socket.writableEnded) return;
    if (pieces === undefined) {
      socket.write(text, 'latin1');
      return;
    }
    socket.cork();
    for (const piece of pieces) {
      if (typeof piece === 'string') socket.write(piece, 'latin1');
      else socket.write(piece);
    }
    socket.uncork();
  }

  /** The receiver is slower than the sender: no more should be read until the socket drains. */
  get needsDrain(): boolean {
    return this.#socket.writableNeedDrain;
  }

  #add(piece: string | Buffer): void {
    this.#size += piece.length;
    if (this.#pieces === undefined && this.#size <= maxCopied) {
      this.#text += typeof piece === 'string' ? piece : piece.toString('latin1');
      return;
    }
    this.#pieces ??= this.#text === '' ? [] : [this.#text];
    this.#pieces.push(typeof piece === 'string' ? piece : keepable(piece));
  }
}
