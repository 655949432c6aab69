/**
 * TLS between sidecars: version 1.3 only, AES-GCM only, both sides authenticated by SPIFFE identity, either with
 * certificates (X.509-SVID) or with a key that the mesh shares (TLS 1.3 external PSK with (EC)DHE, so forward secret too).
 *
 * Node's `rejectUnauthorized` and `checkServerIdentity` are not relied upon alone: neither looks at a resumed session, and
 * host names mean nothing here. Every link passes `verify` of its credentials before anybody gets its socket.
 */
import * as net from 'node:net';
import * as tls from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import type { LinkSecurity } from '../data-plane.ts';
import { LinkTlsError } from './link-error.ts';
import { type HandshakeSettings, type LinkCredentials } from './link-credentials.ts';
import { createCredentials } from './create-credentials.ts';

/** Called once. On success with the socket, the peer's SPIFFE id, and with certificates the SHA-256 of the peer's. */
export type AcceptCallback = (
  error: Error | undefined,
  socket?: tls.TLSSocket,
  peerPrincipal?: string,
  peerCertificateHash?: string,
) => void;

export interface ConnectTlsOptions {
  readonly host: string;
  readonly port: number;
  /** SPIFFE ids of which the server must be one; empty: any of the own trust domain. */
  readonly expectedPrincipals: readonly string[];
  readonly serverName?: string;
  /** For TCP connect and handshake together. */
  readonly timeoutMs: number;
  /** For raw TCP: the peer's end does not end our side. */
  readonly allowHalfOpen?: boolean;
}

export interface LinkTlsOptions {
  /** For the handshake of an accepted connection. Default 10 s. */
  readonly handshakeTimeoutMs?: number;
  /** Milliseconds since the epoch, for the validity of certificates in resumed sessions. Full handshakes go by OpenSSL's. */
  readonly now?: () => number;
}

export class LinkTls {
  readonly #settings: HandshakeSettings;
  readonly #principals = new WeakMap<tls.TLSSocket, string>();
  #security: LinkSecurity;
  #credentials: LinkCredentials | undefined;

  /** Throws where certificates, keys or identities cannot be used. */
  constructor(security: LinkSecurity, options: LinkTlsOptions = {}) {
    this.#settings = { timeoutMs: options.handshakeTimeoutMs ?? 10_000, now: options.now ?? Date.now };
    this.#security = security;
    this.#credentials = createCredentials(security, this.#settings);
  }

  /** Whether links can be secured at all; false for `none`. */
  get usable(): boolean {
    return this.#credentials !== undefined;
  }

  /** New connections use it from now on; those that stand live on. Throws and changes nothing where it cannot be used. */
  update(security: LinkSecurity): void {
    // Every change in the mesh comes along here; new credentials forget their sessions, and each link then costs a full
    // handshake.
    if (isDeepStrictEqual(security, this.#security)) return;
    this.#credentials = createCredentials(security, this.#settings);
    this.#security = security;
  }

  /** SPIFFE id of the peer of a socket that came from here. */
  principalOf(socket: tls.TLSSocket): string | undefined {
    return this.#principals.get(socket);
  }

  /**
   * Takes an accepted connection over. `head`: what was read of it already. The caller must not read `raw` any more; on
   * failure `raw` is destroyed; never destroy it from within `done`, only the TLS socket.
   */
  acceptTls(raw: net.Socket, head: Buffer, done: AcceptCallback): void {
    // An error of a socket nobody listens to ends the process; the cause reaches us as 'close' at the latest.
    raw.on('error', () => undefined);
    const credentials = this.#credentials;
    if (!credentials) {
      raw.destroy();
      done(new LinkTlsError('not-configured', 'There are no credentials to accept secured links with.'));
      return;
    }
    if (raw.destroyed || raw.readableEnded) {
      raw.destroy();
      done(new LinkTlsError('closed', 'The peer closed the connection before the TLS handshake.'));
      return;
    }
    raw.pause();
    if (head.length > 0) raw.unshift(head);
    credentials.accept(raw, (error, link) => {
      if (error || !link) {
        // Not now: Node crashes when the socket under a TLS socket is destroyed in a callback of the handshake. The TLS
        // socket, which is destroyed, takes it along; this is for the case that there is none.
        setImmediate(() => raw.destroy());
        done(error ?? new LinkTlsError('handshake-failed', 'The TLS handshake failed.'));
        return;
      }
      this.#principals.set(link.socket, link.peer.principal);
      done(undefined, link.socket, link.peer.principal, link.peer.certificateHash);
    });
  }

  /**
   * Opens a secured connection. Rejects with a `LinkTlsError`, the socket closed. In TLS 1.3 a server judges the client's
   * certificate after the client considers the handshake done: its refusal shows as a reset of the resolved socket.
   */
  connectTls(options: ConnectTlsOptions): Promise<tls.TLSSocket> {
    const credentials = this.#credentials;
    if (!credentials) {
      return Promise.reject(new LinkTlsError('not-configured', 'There are no credentials to open secured links with.'));
    }
    return new Promise((resolve, reject) => {
      const handshake = credentials.startClient(options);
      // `allowHalfOpen` is documented but missing in the types.
      const connection: tls.ConnectionOptions & { readonly allowHalfOpen: boolean } = {
        host: options.host,
        port: options.port,
        // SNI carries names only (RFC 6066, section 3).
        servername: options.serverName !== undefined && net.isIP(options.serverName) === 0 ? options.serverName : '',
        allowHalfOpen: options.allowHalfOpen ?? false,
        checkServerIdentity: () => undefined,
        rejectUnauthorized: true,
        ...handshake.options,
      };
      const socket = tls.connect(connection);
      let isSettled = false;
      const fail = (error: LinkTlsError): void => {
        if (isSettled) return;
        isSettled = true;
        clearTimeout(timer);
        socket.destroy();
        reject(error);
      };
      const timer = setTimeout(() => {
        fail(new LinkTlsError('timed-out', `No secured connection within ${options.timeoutMs} ms.`));
      }, options.timeoutMs);
      // Stays: an error of the socket that comes before the caller listens, or after a failure, must not end the process.
      socket.on('error', (error: Error) => fail(handshake.translate(error)));
      socket.once('close', () => {
        fail(new LinkTlsError('closed', 'The peer closed the connection during the TLS handshake.'));
      });
      socket.once('secureConnect', () => {
        if (isSettled) return;
        const peer = handshake.verify(socket);
        if (peer instanceof LinkTlsError) {
          fail(peer);
          return;
        }
        isSettled = true;
        clearTimeout(timer);
        socket.setNoDelay(true);
        if (peer.principal !== '') this.#principals.set(socket, peer.principal);
        resolve(socket);
      });
    });
  }
}
