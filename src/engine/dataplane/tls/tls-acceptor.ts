/**
 * The server side of handshakes on sockets that were accepted elsewhere. A `tls.Server` that never listens does them: its
 * `connection` event may be emitted by hand (documented), it bounds the handshake's time and reports its errors, which a
 * bare `TLSSocket` does not.
 */
import type * as net from 'node:net';
import * as tls from 'node:tls';
import { handshakeError, LinkTlsError } from './link-error.ts';
import type { AcceptedLink, Peer } from './link-credentials.ts';

type Done = (error: LinkTlsError | undefined, link?: AcceptedLink) => void;

export interface AcceptorHooks {
  /** After the handshake: who it is, or why the link must not be used. */
  verify(socket: tls.TLSSocket): Peer | LinkTlsError;
  /** A better reason for a failed handshake, where there is one. */
  explain?(socket: tls.TLSSocket): LinkTlsError | undefined;
}

export class TlsAcceptor {
  readonly #server: tls.Server;
  readonly #hooks: AcceptorHooks;
  readonly #waiting = new WeakMap<object, Done>();

  constructor(options: tls.TlsOptions, hooks: AcceptorHooks) {
    this.#hooks = hooks;
    this.#server = tls.createServer(options);
    this.#server.on('secureConnection', (socket) => this.#onSecure(socket));
    this.#server.on('tlsClientError', (error, socket) => {
      socket.destroy();
      this.#finish(socket, hooks.explain?.(socket) ?? handshakeError(error));
    });
  }

  accept(raw: net.Socket, done: Done): void {
    this.#waiting.set(raw, done);
    // The last resort, should a failure be reported in no other way.
    raw.once('close', () => {
      this.#settle(raw, new LinkTlsError('closed', 'The peer closed the connection during the TLS handshake.'));
    });
    this.#server.emit('connection', raw);
  }

  #onSecure(socket: tls.TLSSocket): void {
    // The proxy may be slow to listen; until then an error must not end the process.
    socket.on('error', () => undefined);
    const peer = this.#hooks.verify(socket);
    if (peer instanceof LinkTlsError) {
      socket.destroy();
      this.#finish(socket, peer);
      return;
    }
    socket.setNoDelay(true);
    if (!this.#finish(socket, undefined, { socket, peer })) socket.destroy();
  }

  #finish(socket: tls.TLSSocket, error: LinkTlsError | undefined, link?: AcceptedLink): boolean {
    // `_parent` is the wrapped socket. It is not documented, but nothing else links the two; were it gone, no link would be
    // accepted, and the tests would say so.
    const raw: unknown = '_parent' in socket ? socket._parent : undefined;
    return typeof raw === 'object' && raw !== null && this.#settle(raw, error, link);
  }

  #settle(raw: object, error: LinkTlsError | undefined, link?: AcceptedLink): boolean {
    const done = this.#waiting.get(raw);
    if (!done) return false;
    this.#waiting.delete(raw);
    done(error, link);
    return true;
  }
}
