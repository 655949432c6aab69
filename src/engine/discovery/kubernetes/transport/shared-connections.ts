import { connect, type ClientHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Dialer, SharedDial } from './dialer.ts';
import { failureOf, noConnection } from './failure-words.ts';

/** Of a connection that was quiet for longer it is asked whether it lives, when it is used again. */
const quietMs = 5000;
/** One that was quiet for longer is not used again: the machine slept, and routers have forgotten its connections. */
const staleMs = 30_000;
const pingTimeoutMs = 5000;

/** What one stream may send before it is read. */
const streamWindowBytes = 1024 * 1024;
/** What all of them may send before we say that it came: Node says so at once, but the word takes its time to get there. */
const connectionWindowBytes = 16 * 1024 * 1024;
const sessionMemoryMegabytes = 512;

/** A place for one call on a connection. */
export interface Place {
  readonly connection: SharedConnection;
  /** The call is over, or was not made. */
  readonly leave: () => void;
  /** The call does not mind if what comes gathers for a moment; it does where none of the connection's calls minds. */
  readonly gather: () => void;
}

/** An HTTP/2 connection that carries many calls at once. */
export class SharedConnection {
  readonly session: ClientHttp2Session;
  readonly #gather: SharedDial['gather'];
  #running = 0;
  /** Of these, those that do not mind to wait a moment. */
  #gathering = 0;
  #isRetired = false;
  #heardAt = Date.now();
  #isAsked = false;
  #isStale = false;

  constructor(socket: Socket, gather: SharedDial['gather'], shown: string) {
    this.#gather = gather;
    this.session = connect(shown, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: streamWindowBytes },
      maxSessionMemory: sessionMemoryMegabytes,
    });
    this.session.once('connect', () => this.session.setLocalWindowSize(connectionWindowBytes));
    const retire = (): void => void (this.#isRetired = true);
    this.session.on('goaway', retire);
    this.session.on('close', retire);
    // Its streams say what broke; without any there is nobody to tell.
    this.session.on('error', retire);
  }

  get isUsable(): boolean {
    const { session } = this;
    return !this.#isRetired && !this.#isStale && !session.closed && !session.destroyed;
  }

  /**
   * Resolves once the server said how many calls it takes at once: until then Node believes in any number, and holds back
   * what is too many without a word. Rejects with `KubeFailure`.
   */
  async greeted(shown: string, timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.session.once('remoteSettings', () => resolve());
        this.session.once('error', reject);
        this.session.once('close', () => reject(failureOf({}, shown)));
        timer = setTimeout(() => reject(noConnection(shown, timeoutMs)), timeoutMs);
      });
    } catch (error) {
      this.destroy();
      throw failureOf(error, shown);
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Takes one of the places for calls; undefined where none is free. Who finds a place has it from then on, so that many who
   * look at once do not all find the same.
   */
  take(): Place | undefined {
    const { maxConcurrentStreams = Infinity } = this.session.remoteSettings;
    if (!this.isUsable || this.#running >= Math.max(1, maxConcurrentStreams)) return undefined;
    this.#running++;
    if (Date.now() - this.#heardAt > quietMs) this.#ask();
    let isLeft = false;
    let gathers = false;
    const leave = (): void => {
      if (isLeft) return;
      isLeft = true;
      this.#running--;
      if (gathers) this.#gathering--;
      this.#pace();
      this.#closeIfUnused();
    };
    const gather = (): void => {
      if (isLeft || gathers) return;
      gathers = true;
      this.#gathering++;
      this.#pace();
    };
    this.#pace();
    return { connection: this, leave, gather };
  }

  heard(): void {
    this.#heardAt = Date.now();
  }

  /** By the clock on the wall, which also runs while the machine sleeps. What carries something must show that it lives. */
  dropIfStale(): void {
    const age = Date.now() - this.#heardAt;
    if (age >= 0 && age <= staleMs) return;
    if (this.#running === 0) {
      this.retire();
    } else {
      this.#isStale = true;
      this.#ask();
    }
  }

  /** A call got no answer in time: the next goes another way, and the others are not left waiting on one that is dead. */
  suspect(): void {
    this.#ask();
    this.retire();
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

  #pace(): void {
    this.#gather(this.#running > 0 && this.#gathering === this.#running);
  }

  #closeIfUnused(): void {
    if (this.#isRetired && this.#running === 0 && !this.session.destroyed) this.session.destroy();
  }

  /** Ends it where it does not answer: all who wait for something are told so. */
  #ask(): void {
    if (this.#isAsked || this.session.destroyed) return;
    this.#isAsked = true;
    const timer = setTimeout(() => this.destroy(), pingTimeoutMs);
    const answered = (): void => {
      clearTimeout(timer);
      this.#isAsked = false;
      this.#isStale = false;
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

  /** A place for another call; a plain connection where the server does not speak HTTP/2. Rejects with `KubeFailure`. */
  async take(): Promise<Place | Socket> {
    for (;;) {
      for (const connection of this.#connections) {
        const place = connection.take();
        if (place) return place;
      }
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
  }

  async #dial(): Promise<SharedConnection | Socket> {
    const { socket, gather } = await this.#dialer.dialShared(this.#ending.signal);
    if (!(socket instanceof TLSSocket) || socket.alpnProtocol !== 'h2') return socket;
    const { server, timeoutMs } = this.#dialer.plan;
    const connection = new SharedConnection(socket, gather, server.shown);
    const destroy = (): void => connection.destroy();
    this.#ending.signal.addEventListener('abort', destroy, { once: true });
    connection.session.once('close', () => {
      this.#connections.delete(connection);
      this.#ending.signal.removeEventListener('abort', destroy);
    });
    await connection.greeted(server.shown, timeoutMs);
    this.#connections.add(connection);
    // Who waited for it uses it all the same.
    if (this.#isRetired) setImmediate(() => connection.retire());
    return connection;
  }
}
