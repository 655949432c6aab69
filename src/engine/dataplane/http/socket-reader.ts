import type { OnReadOpts, Socket } from 'node:net';

/** Reads up to this size lie in a buffer that the next read overwrites. */
const maxTransient = 16 * 1024;
const bufferSize = 64 * 1024;

/**
 * What was read, fit to be kept: a copy where the next read may overwrite it. Only a short view can lie in such a buffer, so
 * that long ones are never copied.
 */
export function keepable(data: Buffer): Buffer {
  return data.length <= maxTransient ? Buffer.from(data) : data;
}

/**
 * Reads a socket into a buffer of its own, where a stream makes one for each read: for short messages that costs more than
 * parsing them. A long read gives its buffer away, and the next one gets another.
 *
 * Until `receive` is called, and after `release`, bytes go the way of a stream: the socket emits them as `data`.
 */
export class SocketReader {
  /** For the options of the socket. */
  readonly onread: OnReadOpts;
  #socket: Socket | undefined;
  #receiver: ((data: Buffer) => void) | undefined;
  #buffer: Buffer | undefined;

  constructor() {
    this.onread = {
      buffer: () => (this.#buffer ??= Buffer.allocUnsafeSlow(bufferSize)),
      callback: (size) => this.#onRead(size),
    };
  }

  /** The socket that was made with `onread`. */
  attach(socket: Socket): void {
    this.#socket = socket;
  }

  /** Gives all bytes to `receiver`; what it keeps of them must be made `keepable`. */
  receive(receiver: (data: Buffer) => void): void {
    this.#receiver = receiver;
  }

  release(): void {
    this.#receiver = undefined;
  }

  #onRead(size: number): boolean {
    const buffer = this.#buffer;
    if (buffer === undefined) return true;
    const data = buffer.subarray(0, size);
    if (size > maxTransient) this.#buffer = undefined;
    if (this.#receiver === undefined) return this.#socket?.push(keepable(data)) ?? true;
    this.#receiver(data);
    return true;
  }
}
