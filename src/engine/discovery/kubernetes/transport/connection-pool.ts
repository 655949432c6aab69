import { Agent, type ClientRequestArgs } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Dialer } from './dialer.ts';
import { SharedConnections, type Place } from './shared-connections.ts';

/** A connection that was idle longer is not used again: load balancers and sleep end connections without a word. */
const maxIdleMs = 30_000;
const maxIdleConnections = 8;
/** Connections that carry one answer each, at once: more of them do not repay what they cost the server. */
const maxOwnConnections = 4;

/** Node's own decision; its type leaves out that it answers. */
const nodeAgent = Agent.prototype as unknown as { keepSocketAlive(this: Agent, socket: Duplex): boolean };

/** Connections of one dialer, kept alive between requests: few that are shared by all where the server speaks HTTP/2. */
export class ConnectionPool extends Agent {
  readonly dialer: Dialer;
  readonly #ending = new AbortController();
  readonly #idleSince = new WeakMap<Duplex, number>();
  readonly #shared: SharedConnections;
  /** False once the server is known not to speak HTTP/2. */
  #mayShare: boolean;
  /** Made to find out what the server speaks; the next request of HTTP/1.1 takes it. */
  #spare: Socket | undefined;
  /** Connections that carry one answer each. */
  #own = 0;
  #isRetired = false;

  constructor(dialer: Dialer) {
    super({ keepAlive: true, maxFreeSockets: maxIdleConnections, timeout: 0, scheduling: 'lifo' });
    this.dialer = dialer;
    this.#mayShare = dialer.mayShare;
    this.#shared = new SharedConnections(dialer);
  }

  /** A place on a connection that others use too; undefined where each call needs its own. Rejects with `KubeFailure`. */
  async shared(): Promise<Place | undefined> {
    if (!this.#mayShare) return undefined;
    const found = await this.#shared.take();
    if ('leave' in found) return found;
    // Many may have waited for it.
    if (this.#mayShare) this.#keepSpare(found);
    return undefined;
  }

  /** A place for a connection that is used for one call; to be left at its end. Undefined where there is none. */
  takeOwn(): (() => void) | undefined {
    if (!this.dialer.mayReadAlone || this.#own >= maxOwnConnections) return undefined;
    this.#own++;
    let isLeft = false;
    return () => {
      if (!isLeft) this.#own--;
      isLeft = true;
    };
  }

  override createConnection(
    _options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const spare = this.#spare;
    this.#spare = undefined;
    const dialed = spare?.writable === true ? Promise.resolve(spare) : this.dialer.dial(this.#ending.signal);
    dialed.then(
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
    this.#shared.dropStale();
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
    this.#shared.retire();
    this.dropIdle();
  }

  override destroy(): void {
    this.#isRetired = true;
    this.#ending.abort();
    this.#shared.destroy();
    this.#spare?.destroy();
    super.destroy();
  }

  #keepSpare(socket: Socket): void {
    this.#mayShare = false;
    this.#spare = socket;
    // Who waited for it may have given up, so that nobody listens to it.
    socket.on('error', () => undefined);
    setImmediate(() => {
      if (this.#spare === socket) socket.destroy();
    });
  }

  #idle(): readonly Duplex[] {
    return Object.values(this.freeSockets).flatMap((sockets) => sockets ?? []);
  }
}
