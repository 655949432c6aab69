import type { PortForwardEvents, PortForwardProtocol } from './port-forward-protocol.ts';

/** Streams that a client opens have odd numbers. */
const errorStream = 1;
const dataStream = 3;

const headBytes = 8;
const finished = 0x01;
/** Control frames of version 3 by their first four bytes. */
const control = { synStream: 0x80030001, synReply: 0x80030002, rstStream: 0x80030003, ping: 0x80030006 } as const;
/** Of a control frame; what servers answer is far shorter. */
const longestControl = 64 * 1024;
const none = Buffer.alloc(0);

/**
 * SPDY/3.1 within the messages of a WebSocket, as far as a port-forward needs it: the protocol of kubectl. The messages are one
 * flow of bytes, however they are cut. The API server unwraps it, and kubelets read it several times as fast as channels.
 */
export class SpdyProtocol implements PortForwardProtocol {
  readonly opening: readonly Buffer[];
  readonly ending = Buffer.of(0, 0, 0, dataStream, finished, 0, 0, 0);
  readonly headBytes = headBytes;
  #isReady = false;
  /** The start of a frame that is not here whole. */
  #begun: Buffer = none;
  /** Of the data frame that is being read. */
  #stream = 0;
  #left = 0;
  #isLast = false;
  /** Streams that the server has ended. */
  readonly #over = new Set<number>();
  #isReset = false;

  constructor(port: number) {
    const headers = (type: string): readonly (readonly [string, string])[] => [
      ['port', String(port)],
      ['requestid', '0'],
      ['streamtype', type],
    ];
    // Nothing is ever sent on the stream of errors.
    this.opening = [
      synStream(errorStream, finished, headers('error'), true),
      synStream(dataStream, 0, headers('data'), false),
    ];
  }

  /** What comes before the server has answered is thrown away by it. */
  get isReady(): boolean {
    return this.#isReady;
  }

  writeHead(target: Buffer, at: number, payload: number): void {
    target.writeUInt32BE(dataStream, at);
    target.writeUInt32BE(payload, at + 4);
  }

  receive(bytes: Buffer, _begins: boolean, events: PortForwardEvents): void {
    let rest = this.#begun.length === 0 ? bytes : Buffer.concat([this.#begun, bytes]);
    this.#begun = none;
    while (rest.length > 0) {
      if (this.#left > 0) {
        const payload = rest.subarray(0, this.#left);
        rest = rest.subarray(payload.length);
        this.#left -= payload.length;
        this.#onBytes(payload, events);
        continue;
      }
      const length = rest.length < headBytes ? 0 : rest.readUIntBE(5, 3);
      const isControl = ((rest[0] ?? 0) & 0x80) !== 0;
      if (isControl && length > longestControl) {
        events.onNonsense(`a control frame of ${length} bytes`);
        return;
      }
      if (rest.length < headBytes + (isControl ? length : 0)) {
        this.#begun = Buffer.from(rest);
        return;
      }
      if (isControl) {
        this.#onControl(rest.subarray(0, headBytes + length), events);
        rest = rest.subarray(headBytes + length);
      } else {
        this.#stream = rest.readUInt32BE(0);
        this.#isLast = ((rest[4] ?? 0) & finished) !== 0;
        this.#left = length;
        rest = rest.subarray(headBytes);
        if (length === 0) this.#onFrameEnd(events);
      }
    }
  }

  #onBytes(bytes: Buffer, events: PortForwardEvents): void {
    if (this.#stream === dataStream) events.onData(bytes);
    else if (this.#stream === errorStream) events.onErrorText(bytes.toString('utf8'));
    if (this.#left === 0) this.#onFrameEnd(events);
  }

  #onFrameEnd(events: PortForwardEvents): void {
    if (this.#isLast) this.#onStreamEnd(this.#stream, events);
  }

  /** Some kubelets say only after the end of the data what was wrong: the stream of errors must be at its end, too. */
  #onStreamEnd(stream: number, events: PortForwardEvents): void {
    if (this.#over.has(stream)) return;
    this.#over.add(stream);
    if (!this.#over.has(dataStream)) return;
    if (this.#over.has(errorStream)) events.onEnd(this.#isReset);
    else events.onLastByte();
  }

  #onControl(frame: Buffer, events: PortForwardEvents): void {
    const kind = frame.readUInt32BE(0);
    // Settings, windows and headers mean nothing here; that the connection goes away is told by its close.
    if (kind !== control.synReply && kind !== control.rstStream && kind !== control.ping) return;
    if (frame.length < headBytes + 4) {
      events.onNonsense('a control frame that is cut off');
      return;
    }
    const subject = frame.readUInt32BE(headBytes);
    if (kind === control.ping) {
      // Those with odd numbers would be answers to ours, and there are none.
      if (subject % 2 === 0) events.onReply(Buffer.from(frame));
      return;
    }
    if (kind === control.rstStream) {
      if (subject === dataStream) this.#isReset = true;
      this.#onStreamEnd(subject, events);
      return;
    }
    if (subject === dataStream && !this.#isReady) {
      this.#isReady = true;
      events.onReady();
    }
    if (((frame[4] ?? 0) & finished) !== 0) this.#onStreamEnd(subject, events);
  }
}

/** `isFirst`: the block begins the connection's flow of headers. */
function synStream(
  id: number,
  flags: number,
  headers: readonly (readonly [string, string])[],
  isFirst: boolean,
): Buffer {
  const block = headerBlock(headers, isFirst);
  const head = Buffer.alloc(headBytes + 10);
  head.writeUInt32BE(control.synStream, 0);
  head.writeUInt32BE(10 + block.length, 4);
  head[4] = flags;
  head.writeUInt32BE(id, headBytes);
  return Buffer.concat([head, block]);
}

/**
 * Names and values as the flow of zlib that SPDY wants, in blocks that are stored and not compressed: there is nothing to be
 * saved in sixty bytes. An empty block behind them makes readers give out what they have.
 */
function headerBlock(headers: readonly (readonly [string, string])[], isFirst: boolean): Buffer {
  const size = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const texts = headers.flat().flatMap((text) => [size(text.length), Buffer.from(text, 'latin1')]);
  const content = Buffer.concat([size(headers.length), ...texts]);
  return Buffer.concat([
    ...(isFirst ? [Buffer.of(0x78, 0x01)] : []),
    storedHead(content.length),
    content,
    storedHead(0),
  ]);
}

function storedHead(length: number): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt16LE(length, 1);
  head.writeUInt16LE(length ^ 0xffff, 3);
  return head;
}
