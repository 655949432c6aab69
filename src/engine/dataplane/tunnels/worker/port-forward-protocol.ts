import type { MessageFormat } from '../websocket/frame-writer.ts';

/** What a port-forward's server tells, in whichever protocol. */
export interface PortForwardEvents {
  /** They must be copied: what comes next overwrites them. */
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
export interface PortForwardProtocol extends MessageFormat {
  /** Messages that are sent at once. */
  readonly opening: readonly Buffer[];
  /** Whether bytes may be sent already; otherwise `onReady` tells. */
  readonly isReady: boolean;
  /** Says that nothing more will be sent; undefined where the protocol has no such word. */
  readonly ending: Buffer | undefined;
  /** Bytes of messages, as they come, never none; `begins`: the first of a message. */
  receive(bytes: Buffer, begins: boolean, events: PortForwardEvents): void;
}
