import type { Socket } from 'node:net';
import { freeChunk } from '../../free-chunk.ts';
import type { SocketReader } from '../../http/socket-reader.ts';
import { closeCode, FrameParser, opcode } from './frame-parser.ts';
import { FrameWriter, type MessageFormat } from './frame-writer.ts';

/** The other side answers a close, and then closes the connection; one that does not is left. */
const closingMs = 30_000;
/** Behind so many bytes that the other side does not take, its pings are not answered: the answers would pile up. */
const mostBeforePong = 1024 * 1024;

/** A socket that is open, and the reader it was made with, if it was. */
export interface OpenSocket {
  readonly socket: Socket;
  readonly reader?: SocketReader;
}

export interface WebSocketListener {
  /** Bytes of a binary message, never none; `begins` it. They must be copied: what comes next overwrites them. */
  readonly onBytes: (bytes: Buffer, begins: boolean) => void;
  readonly onText: () => void;
  readonly onPong: () => void;
  /** Something that waited was written. */
  readonly onWritten: () => void;
  /** The other side does not keep to the protocol; a close follows. */
  readonly onViolation: (why: string) => void;
  /** Once; 1005 where no code was said, 1006 where the connection broke. */
  readonly onClose: (code: number) => void;
}

/** Our side of a WebSocket (RFC 6455) after its handshake, on a socket that is its own. */
export class WebSocketConnection {
  readonly #socket: Socket;
  readonly #reader: SocketReader | undefined;
  readonly #parser: FrameParser;
  readonly #listener: WebSocketListener;
  readonly #writer = new FrameWriter();
  #writing = 0;
  #isPaused = false;
  #closeSent = false;
  #closeReceived = false;
  #endsSocket = false;
  #code: number = closeCode.abnormal;
  #timer: NodeJS.Timeout | undefined;

  constructor({ socket, reader }: OpenSocket, longestMessage: number, listener: WebSocketListener) {
    this.#socket = socket;
    this.#reader = reader;
    this.#listener = listener;
    this.#parser = new FrameParser(longestMessage, {
      onBytes: listener.onBytes,
      onText: listener.onText,
      onPing: (payload) => this.#onPing(payload),
      onPong: listener.onPong,
      onClose: (code) => this.#onCloseFrame(code),
      onViolation: (code, why) => {
        listener.onViolation(why);
        this.close(code);
        this.#endSocket();
      },
    });
    socket.on('error', () => undefined);
    socket.on('end', () => this.#endSocket());
    socket.once('close', () => {
      clearTimeout(this.#timer);
      this.#closeSent = true;
      listener.onClose(this.#code);
    });
  }

  /** `head`: what came with the answer of the handshake. Called in the event that told it, or what comes next is lost. */
  start(head: Buffer): void {
    if (this.#reader === undefined) {
      this.#socket.on('data', (bytes) => {
        this.#parser.receive(bytes);
        freeChunk(bytes);
      });
    } else {
      this.#reader.receive((bytes) => this.#parser.receive(bytes));
    }
    if (head.length > 0) this.#parser.receive(head);
    if (!this.#isPaused) this.#socket.resume();
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Bytes may be sent. */
  get isOpen(): boolean {
    return !this.#closeSent && !this.#closeReceived && !this.#socket.destroyed;
  }

  /** Bytes that the socket has not taken yet. */
  get waiting(): number {
    return this.#writer.waiting + this.#writing;
  }

  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#socket.resume();
  }

  /** Copies the bytes before it returns. */
  send(format: MessageFormat, parts: readonly Buffer[], length: number): void {
    if (!this.isOpen) return;
    this.#writer.messages(format, parts, length);
    this.#write();
  }

  sendMessage(message: Buffer): void {
    if (!this.isOpen) return;
    this.#writer.message(message);
    this.#write();
  }

  ping(): void {
    if (!this.isOpen) return;
    this.#writer.control(opcode.ping, Buffer.alloc(0));
    this.#write();
  }

  /** Says so after all that was sent; what still comes is told. */
  close(code: number): void {
    if (this.#closeSent) return;
    this.#closeSent = true;
    this.#writer.control(opcode.close, Buffer.of(code >> 8, code & 0xff));
    this.#write();
    this.#timer = setTimeout(() => this.#socket.destroy(), closingMs);
  }

  terminate(): void {
    this.#socket.destroy();
  }

  #onPing(payload: Buffer): void {
    if (!this.isOpen || this.waiting > mostBeforePong) return;
    this.#writer.control(opcode.pong, payload);
    this.#write();
  }

  #onCloseFrame(code: number): void {
    this.#closeReceived = true;
    this.#code = code;
    this.close(code === closeCode.noStatus ? 1000 : code);
    this.#endSocket();
    // Its end must be read, whoever wanted no more bytes.
    this.resume();
  }

  /** After all that waits. */
  #endSocket(): void {
    if (this.#writing === 0) this.#socket.end();
    else this.#endsSocket = true;
  }

  /** One piece at a time: TLS would copy several into one. */
  #write(): void {
    if (this.#writing > 0 || this.#socket.destroyed) return;
    const piece = this.#writer.take();
    if (piece === undefined) {
      if (this.#endsSocket) this.#socket.end();
      return;
    }
    this.#writing = piece.length;
    this.#socket.write(piece, (error) => {
      this.#writing = 0;
      // The connection broke, which its close tells; the system may still look at the piece.
      if (error) return;
      this.#writer.giveBack(piece);
      this.#write();
      this.#listener.onWritten();
    });
  }
}
