import { opcode } from './frame-parser.ts';
import { mask, maskBytes, writeMaskKey } from './mask.ts';
import { slabs, type Slab } from './slab-pool.ts';

/** Measured: kubelets read slower with less, and with more. */
const longestPayload = 64 * 1024;
/** A shorter piece gets memory of its own; slabs are for bulk data. */
const longestSmall = 16 * 1024;

/** How bytes become messages: each begins with a head of that size. */
export interface MessageFormat {
  readonly headBytes: number;
  readonly writeHead: (target: Buffer, at: number, payload: number) => void;
}

const noHead: MessageFormat = { headBytes: 0, writeHead: () => undefined };

interface Piece {
  readonly bytes: Buffer;
  readonly words: Slab['words'] | undefined;
  /** What is written of it. */
  length: number;
}

/**
 * Puts messages into masked frames, and frames that wait into pieces of memory that are written whole: each write has a price,
 * and so has each piece. Bytes are copied as they are given, so that who gave them may use their memory again.
 */
export class FrameWriter {
  readonly #pieces: Piece[] = [];
  #waiting = 0;

  /** Bytes that were not taken yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Small parts are put together, for each message has a price. Messages are one frame each, of 64 KiB at most. */
  messages({ headBytes, writeHead }: MessageFormat, parts: readonly Buffer[], length: number): void {
    let index = 0;
    let from = 0;
    for (let left = length; left > 0;) {
      const payload = Math.min(left, longestPayload);
      const frame = this.#begin(opcode.binary, headBytes + payload, left);
      writeHead(frame.piece.bytes, frame.start, payload);
      for (let at = frame.start + headBytes; at < frame.end;) {
        const part = parts[index] as Buffer;
        const copied = part.copy(frame.piece.bytes, at, from, from + frame.end - at);
        at += copied;
        from += copied;
        if (from === part.length) {
          index++;
          from = 0;
        }
      }
      left -= payload;
      finish(frame);
    }
  }

  /** One message, as it is. */
  message(payload: Buffer): void {
    this.messages(noHead, [payload], payload.length);
  }

  control(kind: typeof opcode.close | typeof opcode.ping | typeof opcode.pong, payload: Buffer): void {
    const frame = this.#begin(kind, payload.length, payload.length);
    payload.copy(frame.piece.bytes, frame.start);
    finish(frame);
  }

  /** The next piece to write, which is not added to any more; undefined where there is none. */
  take(): Buffer | undefined {
    const piece = this.#pieces.shift();
    if (piece === undefined) return undefined;
    this.#waiting -= piece.length;
    return piece.bytes.subarray(0, piece.length);
  }

  /** A piece was written. */
  giveBack(piece: Buffer): void {
    slabs.giveBack(piece);
  }

  /** Room for one frame, with its head. `toCome`: bytes that will follow, those of this frame included. */
  #begin(kind: number, length: number, toCome: number): Frame {
    const head = (length < 126 ? 2 : length < 65_536 ? 4 : 10) + maskBytes;
    let piece = this.#pieces.at(-1);
    if (piece === undefined || piece.length + head + length > piece.bytes.length) {
      const isSmall = this.#pieces.length === 0 && toCome <= longestSmall;
      piece = isSmall
        ? { bytes: Buffer.allocUnsafe(head + length), words: undefined, length: 0 }
        : { ...slabs.take(), length: 0 };
      this.#pieces.push(piece);
    }
    const { bytes } = piece;
    const at = piece.length;
    bytes[at] = 0x80 | kind;
    if (length < 126) bytes[at + 1] = 0x80 | length;
    else if (length < 65_536) {
      bytes[at + 1] = 0x80 | 126;
      bytes.writeUInt16BE(length, at + 2);
    } else {
      bytes[at + 1] = 0x80 | 127;
      bytes.writeUInt32BE(0, at + 2);
      bytes.writeUInt32BE(length, at + 6);
    }
    const start = at + head;
    const end = start + length;
    writeMaskKey(bytes, start - maskBytes);
    piece.length = end;
    this.#waiting += head + length;
    return { piece, start, end };
  }
}

interface Frame {
  readonly piece: Piece;
  /** Of its payload. */
  readonly start: number;
  readonly end: number;
}

function finish({ piece, start, end }: Frame): void {
  mask(piece.bytes, piece.words, start - maskBytes, start, end);
}
