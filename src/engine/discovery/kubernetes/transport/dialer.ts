import { connect as connectTcp, isIP, Socket, type OnReadOpts } from 'node:net';
import type { Duplex } from 'node:stream';
// As a namespace, because older Node lacks getCACertificates.
import * as tls from 'node:tls';
import type { ProxyAddress } from '../kubeconfig/proxy-url.ts';
import type { ServerAddress } from '../kubeconfig/server-address.ts';
import { GatheringSocket } from './gathering-socket.ts';
import { failureOf, isOtherProtocol, isUnknownAuthority, noConnection } from './failure-words.ts';
import { KubeFailure } from './kube-transport.ts';
import { connectThroughProxy, connectToProxy } from './proxy-connection.ts';

/** All that decides how a connection is made. */
export interface DialPlan {
  readonly server: ServerAddress;
  readonly proxy?: ProxyAddress;
  /** PEM; absent: those that Node trusts, then those that the system trusts. */
  readonly authority?: string;
  readonly certificate?: string;
  readonly key?: string;
  /** Name that the server's certificate must have, where it is not the host. */
  readonly serverName?: string;
  readonly insecure: boolean;
  /** Ask the server for HTTP/2. */
  readonly http2: boolean;
  readonly timeoutMs: number;
}

/** A connection that many calls share, where the server speaks HTTP/2. */
export interface SharedDial {
  readonly socket: Socket;
  /** Whether what arrives may gather for a moment before it is read. */
  readonly gather: (gathers: boolean) => void;
}

/** Makes connections of one plan. Later handshakes resume the session of an earlier one. */
export class Dialer {
  readonly plan: DialPlan;
  #context: tls.SecureContext | undefined;
  #session: Buffer | undefined;
  #trustsSystem = false;
  #speaksHttp1 = true;

  constructor(plan: DialPlan) {
    this.plan = plan;
  }

  /** PEM of the authorities to trust, where they are not Node's own. */
  get authority(): string | undefined {
    return this.plan.authority ?? (this.#trustsSystem ? systemAuthorities() : undefined);
  }

  /** Whether the server may be asked for HTTP/2: proxies, and servers without TLS, are asked for what all of them know. */
  get mayShare(): boolean {
    return this.plan.http2 && this.plan.server.secure && !this.plan.proxy;
  }

  /** Whether what arrives can be read as whoever dials wants it: a connection that stands already, as proxies give them, cannot. */
  get mayReadAlone(): boolean {
    return this.#speaksHttp1 && !this.plan.proxy;
  }

  /** Resolves with a connection that is ready to carry HTTP/1.1. Rejects with `KubeFailure`. */
  dial(signal: AbortSignal): Promise<Socket> {
    return this.#dial(signal, ['http/1.1'], (ending) => this.#plain(ending));
  }

  /** As `dial`, where it may be shared; what the server speaks is found out by the way. */
  async dialShared(signal: AbortSignal): Promise<SharedDial> {
    const { host, port } = this.plan.server;
    let under: GatheringSocket | undefined;
    const socket = await this.#dial(signal, ['h2', 'http/1.1'], async (ending) => {
      under = new GatheringSocket(host, port);
      await ready(under.tcp, 'connect', ending);
      return under;
    });
    return { socket, gather: (gathers) => under?.gather(gathers) };
  }

  /** As `dial`; what arrives is read as `onread` says, and the socket emits none of it. Only where `mayReadAlone`. */
  dialAlone(signal: AbortSignal, onread: OnReadOpts): Promise<Socket> {
    const { host, port, secure } = this.plan.server;
    const way = { host, port, onread };
    return this.#dial(signal, ['http/1.1'], (ending) =>
      secure ? Promise.resolve(way) : ready(connectTcp({ ...way, noDelay: true }), 'connect', ending),
    );
  }

  async #dial(signal: AbortSignal, protocols: readonly string[], begin: Begin): Promise<Socket> {
    const { server, timeoutMs } = this.plan;
    const ending = new AbortController();
    const abort = (): void => ending.abort(new KubeFailure('aborted', 'Not wanted any more.'));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    const timer = setTimeout(() => ending.abort(noConnection(server.shown, timeoutMs)), timeoutMs);
    try {
      return await this.#connect(ending.signal, protocols, begin);
    } catch (error) {
      if (ending.signal.aborted) throw ending.signal.reason;
      if (isOtherProtocol(error)) this.#speaksHttp1 = false;
      throw failureOf(error, server.shown);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    }
  }

  async #connect(signal: AbortSignal, protocols: readonly string[], begin: Begin): Promise<Socket> {
    const begun = await begin(signal);
    if (!this.plan.server.secure && begun instanceof Socket) return begun;
    try {
      return await this.#secure(begun, signal, protocols);
    } catch (error) {
      // Loading the system's authorities takes a while, and is worth it only for who needs one of them.
      if (!isUnknownAuthority(error) || this.plan.authority !== undefined || this.#trustsSystem) throw error;
      if (systemAuthorities() === undefined) throw error;
      this.#trustsSystem = true;
      this.#context = undefined;
      return this.#secure(await begin(signal), signal, protocols);
    }
  }

  #plain(signal: AbortSignal): Promise<Socket> {
    const { server, proxy } = this.plan;
    // An HTTP proxy takes requests for plain servers itself.
    if (proxy && (server.secure || proxy.kind === 'socks5')) {
      return connectThroughProxy(proxy, server.host, server.port, signal);
    }
    const socket = proxy ? connectToProxy(proxy) : connectTcp({ host: server.host, port: server.port, noDelay: true });
    return ready(socket, proxy?.kind === 'https' ? 'secureConnect' : 'connect', signal);
  }

  async #secure(begun: Duplex | Way, signal: AbortSignal, protocols: readonly string[]): Promise<Socket> {
    const { server, certificate, key, serverName, insecure } = this.plan;
    const { authority } = this;
    this.#context ??= tls.createSecureContext({
      ...(authority !== undefined && { ca: authority }),
      ...(certificate !== undefined && { cert: certificate }),
      ...(key !== undefined && { key }),
    });
    const name = serverName ?? server.host;
    const secured = tls.connect({
      ...('onread' in begun ? begun : { socket: begun, host: server.host }),
      // TLS has no name for an address (RFC 6066 §3); the certificate is checked for it all the same.
      ...(isIP(name) === 0 && { servername: name }),
      checkServerIdentity: (_host, presented) => tls.checkServerIdentity(name, presented),
      secureContext: this.#context,
      ...(this.#session && { session: this.#session }),
      rejectUnauthorized: !insecure,
      ALPNProtocols: [...protocols],
    });
    secured.on('session', (session) => (this.#session = session));
    await ready(secured, 'secureConnect', signal);
    secured.setNoDelay(true);
    secured.setKeepAlive(true, 30_000);
    return secured;
  }
}

/** Where to connect to, and how to read then. */
interface Way {
  readonly host: string;
  readonly port: number;
  readonly onread: OnReadOpts;
}

/** What TLS begins with: a connection, or the way to one that is its own. */
type Begin = (signal: AbortSignal) => Promise<Duplex | Way>;

function ready<T extends Socket>(socket: T, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      socket.off(event, connected);
      socket.off('error', failed);
      socket.off('close', closed);
      signal.removeEventListener('abort', aborted);
    };
    const connected = (): void => {
      settle();
      resolve(socket);
    };
    const failed = (error: Error): void => {
      settle();
      socket.on('error', () => undefined);
      socket.destroy();
      reject(error);
    };
    const closed = (): void => failed(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
    const aborted = (): void => failed(signal.reason as Error);
    socket.on(event, connected);
    socket.on('error', failed);
    socket.on('close', closed);
    signal.addEventListener('abort', aborted);
    if (signal.aborted) aborted();
  });
}

let systemCertificates: string | undefined;

/** PEM of what Node and the system trust; undefined where this Node cannot tell. */
function systemAuthorities(): string | undefined {
  if (typeof tls.getCACertificates !== 'function') return undefined;
  systemCertificates ??= [...new Set([...tls.getCACertificates('default'), ...tls.getCACertificates('system')])].join(
    '\n',
  );
  return systemCertificates;
}
