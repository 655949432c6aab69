import { connect, type ClientHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Dialer } from './dialer.ts';

/** Of a connection that was quiet for longer it is asked whether it lives, when it is used again. */
const quietMs = 5000;
/** One that was quiet for longer is not used again: the machine slept, and routers have forgotten its connections. */
const staleMs = 30_000;
const pingTimeoutMs = 5000;
/** Servers allow at least as many (RFC 9113 §6.5.2); they say how many. */
const usualStreams = 100;

/** What one stream may send before it is read. Of the connection as a whole it is ours to say so as it comes. */
const streamWindowBytes = 1024 * 1024;
const sessionMemoryMegabytes = 512;

/** An HTTP/2 connection that carries many calls at once. */
export class SharedConnection {
  readonly session: ClientHttp2Session;
  #running = 0;
  #isRetired = false;
  #heardAt = Date.now();
  #isAsked = false;

  constructor(socket: Socket, shown: string) {
    this.session = connect(shown, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: streamWindowBytes },
      maxSessionMemory: sessionMemoryMegabytes,
    });
    const retire = (): void => void (this.#isRetired = true);
    this.session.on('goaway', retire);
    this.session.on('close', retire);
    // Its streams say what broke; without any there is nobody to tell.
    this.session.on('error', retire);
  }

  get isUsable(): boolean {
    const { session } = this;
    return !this.#isRetired && !session.closed && !session.destroyed;
  }

  get hasRoom(): boolean {
    return this.#running < (this.session.remoteSettings?.maxConcurrentStreams ?? usualStreams);
  }

  /** A call begins to use it; the answer ends that. */
  use(): () => void {
    this.#running++;
    this.#check();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#running--;
      this.#closeIfUnused();
    };
  }

  heard(): void {
    this.#heardAt = Date.now();
  }

  /** By the clock on the wall, which also runs while the machine sleeps. */
  dropIfStale(): void {
    const age = Date.now() - this.#heardAt;
    if (age > staleMs || age < 0) {
      this.#ask();
      this.retire();
    }
  }

  /** Lets what runs run to its end, and takes nothing new. */
  retire(): void {
    this.#isRetired = true;
    this.#closeIfUnused();
  }

  destroy(): void {
    this.#isRetired = true;
    this.session.destroy();
  }

  #closeIfUnused(): void {
    if (this.#isRetired && this.#running === 0 && !this.session.destroyed) this.session.destroy();
  }

  #check(): void {
    if (Date.now() - this.#heardAt > quietMs) this.#ask();
  }

  /** Ends it where it does not answer: all who wait for something are told so. */
  #ask(): void {
    if (this.#isAsked || !this.isUsable) return;
    this.#isAsked = true;
    const timer = setTimeout(() => this.destroy(), pingTimeoutMs);
    const answered = (): void => {
      clearTimeout(timer);
      this.#isAsked = false;
      this.heard();
    };
    if (!this.session.ping(answered)) answered();
  }
}

/** HTTP/2 connections of one dialer: as few as carry what runs. */
export class SharedConnections {
  readonly #dialer: Dialer;
  readonly #ending = new AbortController();
  readonly #connections = new Set<SharedConnection>();
  #isRetired = false;
  #dialing: Promise<SharedConnection | Socket> | undefined;

  constructor(dialer: Dialer) {
    this.#dialer = dialer;
  }

  /** One with room for another call; a plain connection where the server does not speak HTTP/2. Rejects with `KubeFailure`. */
  async get(): Promise<SharedConnection | Socket> {
    for (;;) {
      for (const connection of this.#connections) if (connection.isUsable && connection.hasRoom) return connection;
      this.#dialing ??= this.#dial().finally(() => (this.#dialing = undefined));
      const dialed = await this.#dialing;
      if (!(dialed instanceof SharedConnection)) return dialed;
    }
  }

  dropStale(): void {
    for (const connection of this.#connections) connection.dropIfStale();
  }

  retire(): void {
    this.#isRetired = true;
    for (const connection of this.#connections) connection.retire();
  }

  destroy(): void {
    this.#ending.abort();
    for (const connection of this.#connections) connection.destroy();
  }

  async #dial(): Promise<SharedConnection | Socket> {
    const socket = await this.#dialer.dial(this.#ending.signal, ['h2', 'http/1.1']);
    if (!(socket instanceof TLSSocket) || socket.alpnProtocol !== 'h2') return socket;
    const connection = new SharedConnection(socket, this.#dialer.plan.server.shown);
    this.#connections.add(connection);
    // Who waited for it uses it all the same.
    if (this.#isRetired) setImmediate(() => connection.retire());
    connection.session.once('close', () => this.#connections.delete(connection));
    return connection;
  }
}
