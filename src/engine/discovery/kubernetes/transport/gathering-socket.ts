import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** Whoever reads more often than this pays more for waking up than for what it reads. */
const gatherMs = 100;
const bufferBytes = 64 * 1024;

/**
 * A TCP connection that can be told to let what arrives gather for a moment. The first that comes after a quiet time is
 * read at once; what follows waits in the system, without waking anybody, so that many changes come with one read.
 */
export class GatheringSocket extends Duplex {
  readonly tcp: Socket;
  #gathers = false;
  #pause: NodeJS.Timeout | undefined;
  /** Whoever reads has enough for now. */
  #isFull = false;
  /** What the system reads into, again and again while whoever reads takes it at once, as TLS does. */
  #buffer = Buffer.allocUnsafeSlow(bufferBytes);

  constructor(host: string, port: number) {
    super({ allowHalfOpen: false });
    this.tcp = connect({
      host,
      port,
      noDelay: true,
      onread: {
        buffer: () => this.#buffer,
        callback: (length) => this.#arrived(length),
      },
    });
    this.tcp.setKeepAlive(true, 30_000);
    // Who is told of it is told by what is above it.
    this.on('error', () => undefined);
    this.tcp.on('end', () => this.push(null));
    this.tcp.on('error', (error) => this.destroy(error));
    this.tcp.on('close', () => this.destroy());
  }

  /** From now on, or no more: then what waits is read now. */
  gather(gathers: boolean): void {
    if (this.#gathers === gathers) return;
    this.#gathers = gathers;
    if (!gathers) this.#goOn();
  }

  override _read(): void {
    this.#isFull = false;
    if (!this.#pause) this.tcp.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.tcp.write(chunk, done);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.tcp.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: () => void): void {
    this.tcp.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#pause);
    this.tcp.destroy();
    done(error);
  }

  /** False: nothing more is read until `resume`. */
  #arrived(length: number): boolean {
    this.#isFull = !this.push(this.#buffer.subarray(0, length));
    // The next read would overwrite what was not taken yet.
    if (this.readableLength > 0) this.#buffer = Buffer.allocUnsafeSlow(bufferBytes);
    // What fills the buffer is not over.
    if (this.#gathers && length < bufferBytes) this.#pause ??= setTimeout(() => this.#goOn(), gatherMs);
    return !this.#isFull && !this.#pause;
  }

  #goOn(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    if (!this.#isFull && !this.destroyed) this.tcp.resume();
  }
}
