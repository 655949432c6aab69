import type { HeaderList } from '../http/header-list.ts';
import type { ClientConnection } from '../http/client-connection.ts';

/** Bodies up to this size can be sent again; a longer one is not retried. */
const maxReplayBytes = 64 * 1024;

const noChunks: readonly Buffer[] = [];

/** A request body on its way upstream: kept while it may have to be sent again, or has nowhere to go yet. */
export class ReplayBuffer {
  /** Body bytes received. */
  bytes = 0;
  ended = false;
  trailers: HeaderList | undefined;
  /** Most requests have no body: the list is made for the first piece. */
  #chunks: Buffer[] | undefined;
  /** Everything received so far is still here. */
  #complete = true;

  /** The request can be sent (again) from its start. */
  get replayable(): boolean {
    return this.#complete;
  }

  /** The whole body, once ended. */
  get chunks(): readonly Buffer[] {
    return this.#chunks ?? noChunks;
  }

  /** Too much waits: the sender should be paused. */
  get full(): boolean {
    return this.bytes > maxReplayBytes;
  }

  /** Takes a piece and passes it to `connection`, if there is one. */
  add(data: Buffer, connection: ClientConnection | undefined): void {
    this.bytes += data.length;
    connection?.writer.body(data);
    if (this.#complete) (this.#chunks ??= []).push(data);
    if (connection !== undefined && this.full) this.#forget();
  }

  /** Writes everything received so far to a fresh connection. */
  replay(connection: ClientConnection): void {
    for (const chunk of this.#chunks ?? noChunks) connection.writer.body(chunk);
    if (this.full) this.#forget();
  }

  #forget(): void {
    this.#complete = false;
    this.#chunks = undefined;
  }
}
