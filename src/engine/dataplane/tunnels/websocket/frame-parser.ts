/** Reads the frames a server sends (RFC 6455, 5.2), however they are cut. Nothing is put together: bytes are told as they come. */

export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** RFC 6455, 7.4.1. */
export const closeCode = { protocolError: 1002, noStatus: 1005, abnormal: 1006, tooBig: 1009 } as const;

const longestControl = 125;
/** Two bytes and the longest form of a length. */
const longestHead = 10;

export interface FrameEvents {
  /** Bytes of a binary message, never none; `begins` it. They lie in a buffer that may be overwritten after the call. */
  readonly onBytes: (bytes: Buffer, begins: boolean) => void;
  /** A text message has begun; its bytes are not told. */
  readonly onText: () => void;
  /** Its payload may be overwritten after the call. */
  readonly onPing: (payload: Buffer) => void;
  readonly onPong: () => void;
  /** 1005 where the frame has no code. Nothing is told after it. */
  readonly onClose: (code: number) => void;
  /** `code` is what to close with. Nothing is told after it. */
  readonly onViolation: (code: number, why: string) => void;
}

export class FrameParser {
  readonly #events: FrameEvents;
  readonly #longestMessage: number;
  readonly #head = Buffer.alloc(longestHead);
  #headLength = 0;
  #headWanted = 2;
  #opcode = 0;
  /** Of the payload that is being read. */
  #left = 0;
  /** Of a control frame that is not here whole. */
  #control: Buffer[] = [];
  /** Of the message that is being read, which other frames may interrupt. */
  #message: typeof opcode.text | typeof opcode.binary | undefined;
  #messageLength = 0;
  #begins = false;
  /** The frame that is being read is the last of its message. */
  #isLastFrame = false;
  #isOver = false;

  constructor(longestMessage: number, events: FrameEvents) {
    this.#longestMessage = longestMessage;
    this.#events = events;
  }

  receive(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length && !this.#isOver) {
      if (this.#left > 0) {
        const end = Math.min(bytes.length, at + this.#left);
        this.#left -= end - at;
        this.#onPayload(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end));
        at = end;
        continue;
      }
      this.#head[this.#headLength++] = bytes[at++] ?? 0;
      if (this.#headLength === 2) this.#headWanted = headLength((this.#head[1] ?? 0) & 0x7f);
      if (this.#headLength < this.#headWanted) continue;
      this.#headLength = 0;
      this.#headWanted = 2;
      this.#onHead();
    }
  }

  #onHead(): void {
    const [first = 0, second = 0] = this.#head;
    const length = payloadLength(this.#head);
    this.#opcode = first & 0x0f;
    const isFinal = (first & 0x80) !== 0;
    if ((first & 0x70) !== 0) {
      this.#violate('reserved bits that no extension was agreed for');
      return;
    }
    if ((second & 0x80) !== 0) {
      this.#violate('a frame that is masked');
      return;
    }
    switch (this.#opcode) {
      case opcode.continuation:
        if (this.#message === undefined) {
          this.#violate('a continuation of no message');
          return;
        }
        break;
      case opcode.text:
      case opcode.binary:
        if (this.#message !== undefined) {
          this.#violate('a message within another');
          return;
        }
        this.#message = this.#opcode;
        this.#messageLength = 0;
        this.#begins = true;
        if (this.#opcode === opcode.text) this.#events.onText();
        break;
      case opcode.close:
      case opcode.ping:
      case opcode.pong:
        if (!isFinal || length > longestControl) {
          this.#violate('a control frame in pieces, or too long');
          return;
        }
        this.#left = length;
        if (length === 0) this.#onControl(Buffer.alloc(0));
        return;
      default: {
        this.#violate(`a frame of unknown kind ${this.#opcode}`);
        return;
      }
    }
    this.#messageLength += length;
    if (this.#messageLength > this.#longestMessage) {
      this.#violate(`a message of more than ${this.#longestMessage} bytes`, closeCode.tooBig);
      return;
    }
    this.#left = length;
    if (!isFinal) return;
    // The rest of its bytes is told by what kind it is; the next frame begins another.
    if (length === 0) this.#message = undefined;
    else this.#isLastFrame = true;
  }

  #onPayload(bytes: Buffer): void {
    if (this.#opcode >= opcode.close) {
      if (this.#left > 0 || this.#control.length > 0) this.#control.push(Buffer.from(bytes));
      if (this.#left > 0) return;
      const whole = this.#control.length > 0 ? Buffer.concat(this.#control) : bytes;
      this.#control = [];
      this.#onControl(whole);
      return;
    }
    const { begins, message } = { begins: this.#begins, message: this.#message };
    this.#begins = false;
    if (this.#left === 0 && this.#isLastFrame) {
      this.#isLastFrame = false;
      this.#message = undefined;
    }
    if (message === opcode.binary) this.#events.onBytes(bytes, begins);
  }

  #onControl(payload: Buffer): void {
    switch (this.#opcode) {
      case opcode.ping: {
        this.#events.onPing(payload);
        return;
      }
      case opcode.pong: {
        this.#events.onPong();
        return;
      }
      default: {
        if (payload.length === 1) {
          this.#violate('half a code in a close');
          return;
        }
        const code = payload.length === 0 ? closeCode.noStatus : payload.readUInt16BE(0);
        if (payload.length > 0 && !mayBeSent(code)) {
          this.#violate(`a close with code ${code}`);
          return;
        }
        this.#isOver = true;
        this.#events.onClose(code);
        return;
      }
    }
  }

  #violate(why: string, code: number = closeCode.protocolError): void {
    this.#isOver = true;
    this.#events.onViolation(code, why);
  }
}

function headLength(length: number): number {
  return length === 126 ? 4 : length === 127 ? 10 : 2;
}

/** Beyond what a number holds exactly it is only compared with limits. */
function payloadLength(head: Buffer): number {
  const length = (head[1] ?? 0) & 0x7f;
  if (length === 126) return head.readUInt16BE(2);
  return length === 127 ? head.readUInt32BE(2) * 2 ** 32 + head.readUInt32BE(6) : length;
}

/** Codes that stand for what was not sent are in no frame (RFC 6455, 7.4), nor are those nobody has defined. */
function mayBeSent(code: number): boolean {
  return (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999);
}
