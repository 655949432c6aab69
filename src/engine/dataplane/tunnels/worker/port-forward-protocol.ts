/** What a port-forward's server tells, in whichever protocol. */
export interface PortForwardEvents {
  readonly onData: (bytes: Buffer) => void;
  /** Words about what is wrong; they may come in pieces. */
  readonly onErrorText: (text: string) => void;
  /** From now on bytes may be sent. */
  readonly onReady: () => void;
  /** No more bytes will come; words about why may. */
  readonly onLastByte: () => void;
  /** Nothing more will come; the pod's side was broken off where `isReset`. */
  readonly onEnd: (isReset: boolean) => void;
  /** Must be sent back. */
  readonly onReply: (message: Buffer) => void;
  /** The server does not keep to the protocol. */
  readonly onNonsense: (why: string) => void;
}

/** How the bytes of one port-forward are put into the messages of a WebSocket, and how they are read from them. */
export interface PortForwardProtocol {
  /** Sent at once. */
  readonly opening: readonly Buffer[];
  /** Whether bytes may be sent already; otherwise `onReady` tells. */
  readonly isReady: boolean;
  /** Says that nothing more will be sent; undefined where the protocol has no such word. */
  readonly ending: Buffer | undefined;
  /** Messages with these bytes. */
  messagesOf(parts: readonly Buffer[], length: number): Buffer[];
  receive(message: Buffer, events: PortForwardEvents): void;
}

/** Measured: kubelets read slower with less, and with more. */
const longestMessage = 64 * 1024;
/** Whole messages that were sent, to be filled again: fresh memory for each costs more than the copy into it. */
const spare: Buffer[] = [];
const mostSpare = 32;

function fresh(headBytes: number, payload: number): Buffer {
  const size = headBytes + payload;
  const known = payload === longestMessage ? spare.pop() : undefined;
  return known?.length === size ? known : Buffer.allocUnsafe(size);
}

/** A message of `messagesOf` is on its way, and nobody looks at it any more. */
export function reuse(message: Buffer): void {
  if (message.length > longestMessage && spare.length < mostSpare) spare.push(message);
}

/** Bytes in messages that begin with a head of that size each. Small chunks are put together, for each message has a price. */
export function joinMessages(
  parts: readonly Buffer[],
  length: number,
  headBytes: number,
  writeHead: (message: Buffer) => void,
): Buffer[] {
  const messages: Buffer[] = [];
  let left = length;
  let message: Buffer | undefined;
  let at = 0;
  for (const part of parts) {
    for (let from = 0; from < part.length;) {
      if (message === undefined) {
        message = fresh(headBytes, Math.min(left, longestMessage));
        writeHead(message);
        at = headBytes;
      }
      const copied = part.copy(message, at, from);
      from += copied;
      at += copied;
      left -= copied;
      if (at === message.length) {
        messages.push(message);
        message = undefined;
      }
    }
  }
  return messages;
}
