import { Agent, type ClientRequestArgs } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Dialer } from './dialer.ts';

/** A connection that was idle longer is not used again: load balancers and sleep end connections without a word. */
const maxIdleMs = 30_000;
const maxIdleConnections = 8;

/** Node's own decision; its type leaves out that it answers. */
const nodeAgent = Agent.prototype as unknown as { keepSocketAlive(this: Agent, socket: Duplex): boolean };

/** Connections of one dialer, kept alive between requests. */
export class ConnectionPool extends Agent {
  readonly dialer: Dialer;
  readonly #ending = new AbortController();
  readonly #idleSince = new WeakMap<Duplex, number>();
  #isRetired = false;

  constructor(dialer: Dialer) {
    super({ keepAlive: true, maxFreeSockets: maxIdleConnections, timeout: 0, scheduling: 'lifo' });
    this.dialer = dialer;
  }

  override createConnection(
    _options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    this.dialer.dial(this.#ending.signal).then(
      (socket) => callback?.(null, socket),
      // The stream is absent when there is an error, whatever the type says.
      (error: unknown) => (callback as ((error: unknown) => void) | undefined)?.(error),
    );
    return undefined;
  }

  override keepSocketAlive(socket: Duplex): boolean {
    if (this.#isRetired) return false;
    this.#idleSince.set(socket, Date.now());
    return nodeAgent.keepSocketAlive.call(this, socket);
  }

  /** Ends idle connections that are too old by the clock on the wall, which also runs while the machine sleeps. */
  dropStale(): void {
    const now = Date.now();
    for (const socket of this.#idle()) {
      const age = now - (this.#idleSince.get(socket) ?? now);
      if (age > maxIdleMs || age < 0) socket.destroy();
    }
  }

  /** Ends idle connections, all of them suspect once one was found dead. */
  dropIdle(): void {
    for (const socket of this.#idle()) socket.destroy();
  }

  /** Lets what runs run to its end, and keeps nothing after it. */
  retire(): void {
    this.#isRetired = true;
    this.dropIdle();
  }

  override destroy(): void {
    this.#isRetired = true;
    this.#ending.abort();
    super.destroy();
  }

  #idle(): readonly Duplex[] {
    return Object.values(this.freeSockets).flatMap((sockets) => sockets ?? []);
  }
}
