import type { Readable } from 'node:stream';
import type { Splitter } from './records.ts';

/** More than this waits in the connection. */
const maximumWaitingBytes = 1024 * 1024;

/** Lines or messages of a stream as they come; those that came since the last were taken are taken together. */
export class Arrivals {
  readonly #body: Readable;
  readonly #splitter: Splitter;
  #bytes = 0;
  #failure: Error | undefined;
  #isOver = false;
  #wake: (() => void) | undefined;

  /** @param onHeard called whenever something came, be it a part of a line. */
  constructor(body: Readable, splitter: Splitter, onHeard: () => void) {
    this.#body = body;
    this.#splitter = splitter;
    body.on('data', (chunk: Buffer) => {
      onHeard();
      this.#arrived(chunk);
    });
    body.once('error', (error: Error) => this.#end(error));
    body.once('close', () => this.#end(undefined));
    body.resume();
    if (body.closed) this.#end(body.errored ?? undefined);
  }

  /**
   * At least one, to be read before more are taken; none at the end of the stream. Rejects with what broke it, after
   * those before were taken.
   */
  async take(): Promise<readonly Buffer[]> {
    const { records } = this.#splitter;
    records.release();
    while (records.isEmpty && !this.#isOver) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const taken = records.take();
    if (taken.length === 0 && this.#failure) throw this.#failure;
    this.#bytes = 0;
    if (this.#body.isPaused()) this.#body.resume();
    return taken;
  }

  #arrived(chunk: Buffer): void {
    const splitter = this.#splitter;
    try {
      splitter.push(chunk);
    } catch (error) {
      this.#end(error as Error);
      this.#body.destroy();
      return;
    }
    if (splitter.records.isEmpty) return;
    this.#bytes += chunk.length;
    if (this.#bytes > maximumWaitingBytes) this.#body.pause();
    this.#wakeUp();
  }

  #end(failure: Error | undefined): void {
    this.#failure ??= failure;
    this.#isOver = true;
    this.#wakeUp();
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
