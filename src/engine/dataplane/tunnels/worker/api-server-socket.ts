/** Opens the connections that WebSockets to API servers run over. */
import { createHash } from 'node:crypto';
import * as net from 'node:net';
import * as tls from 'node:tls';
import type { WebSocketTarget } from '../../../web-socket-target.ts';
import { SocketReader } from '../../http/socket-reader.ts';
import type { OpenSocket } from '../websocket/web-socket.ts';
import { connectThroughProxy } from './proxy-tunnel.ts';

/** A client's identity and trust, parsed once; its sessions save the handshake's signatures when many streams open at once. */
interface Identity {
  readonly context: tls.SecureContext;
  session: Buffer | undefined;
}

/** Certificates are exchanged as they expire: only those last used are kept. */
const keptIdentities = 8;
const keepAliveMs = 30_000;

export class ApiServerSockets {
  readonly #identities = new Map<string, Identity>();

  /** Resolves with a connected socket, after its TLS handshake for `wss:`. `signal` ends it, also in the handshake. */
  async connect(target: WebSocketTarget, signal: AbortSignal): Promise<OpenSocket> {
    const url = new URL(target.url);
    const secure = url.protocol === 'wss:';
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const port = Number(url.port) || (secure ? 443 : 80);
    if (target.proxy === undefined) {
      return secure ? this.#startTls({ host, port }, target, host, port, signal) : connectTcp(host, port, signal);
    }
    const socket = await connectThroughProxy(target.proxy, host, port, signal);
    prepare(socket);
    return secure ? this.#startTls({ socket }, target, host, port, signal) : { socket };
  }

  #startTls(
    over: { readonly host: string; readonly port: number } | { readonly socket: net.Socket },
    target: WebSocketTarget,
    host: string,
    port: number,
    signal: AbortSignal,
  ): Promise<OpenSocket> {
    const identity = this.#identityOf(target, `${host} ${port}`);
    const name = target.tls.servername ?? host;
    const { session } = identity;
    // A socket that stands already does not take one.
    const reader = 'socket' in over ? undefined : new SocketReader();
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const secured = tls.connect({
        ...over,
        secureContext: identity.context,
        rejectUnauthorized: target.tls.rejectUnauthorized,
        // An address may not be sent as a name, but is what the certificate must hold.
        servername: net.isIP(name) === 0 ? name : '',
        checkServerIdentity: (_, certificate) => tls.checkServerIdentity(name, certificate),
        ALPNProtocols: ['http/1.1'],
        ...(session === undefined ? {} : { session }),
        ...(reader === undefined ? {} : { onread: reader.onread }),
      });
      reader?.attach(secured);
      secured.once('connect', () => prepare(secured));
      const onAbort = (): void => void secured.destroy(new Error('the handshake takes too long'));
      signal.addEventListener('abort', onAbort);
      const settle = (): void => {
        signal.removeEventListener('abort', onAbort);
        secured.off('error', onError).off('close', onClose);
        // Who has no use for it yet, or any more, hears of it by 'close'.
        secured.on('error', () => undefined);
      };
      const onError = (error: Error): void => {
        settle();
        // A session the server does not know any more is no reason to fail twice.
        identity.session = undefined;
        reject(error);
      };
      const onClose = (): void => onError(new Error('socket hang up'));
      secured.on('error', onError).on('close', onClose);
      secured.on('session', (fresh) => (identity.session = fresh));
      secured.once('secureConnect', () => {
        settle();
        resolve(reader === undefined ? { socket: secured } : { socket: secured, reader });
      });
    });
  }

  /** By everything that makes up who we are and whom we trust: a session resumed with another identity would be its. */
  #identityOf({ tls: settings }: WebSocketTarget, server: string): Identity {
    const { ca, cert, key, servername, rejectUnauthorized } = settings;
    const id = createHash('sha256')
      .update(JSON.stringify([server, ca, cert, key, servername, rejectUnauthorized]))
      .digest('base64');
    const known = this.#identities.get(id);
    this.#identities.delete(id);
    const identity = known ?? {
      context: tls.createSecureContext({
        ...(ca === undefined ? {} : { ca }),
        ...(cert === undefined ? {} : { cert }),
        ...(key === undefined ? {} : { key }),
      }),
      session: undefined,
    };
    this.#identities.set(id, identity);
    const [oldest] = this.#identities.keys();
    if (this.#identities.size > keptIdentities && oldest !== undefined) this.#identities.delete(oldest);
    return identity;
  }
}

function prepare(socket: net.Socket): void {
  socket.setNoDelay(true);
  socket.setKeepAlive(true, keepAliveMs);
}

function connectTcp(host: string, port: number, signal: AbortSignal): Promise<OpenSocket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const reader = new SocketReader();
    const socket = net.connect({ host, port, onread: reader.onread });
    reader.attach(socket);
    const onAbort = (): void => void socket.destroy(new Error('the connection takes too long'));
    signal.addEventListener('abort', onAbort);
    // It stays: after the promise is settled, errors show as a close.
    socket.on('error', (error) => {
      signal.removeEventListener('abort', onAbort);
      reject(error);
    });
    socket.once('connect', () => {
      signal.removeEventListener('abort', onAbort);
      prepare(socket);
      resolve({ socket, reader });
    });
  });
}
