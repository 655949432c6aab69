import type * as net from 'node:net';
import type * as tls from 'node:tls';
import type { LinkSecurity } from '../data-plane.ts';

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
}

export class LinkTls {
  #security: LinkSecurity;
  constructor(security: LinkSecurity) {
    this.#security = security;
  }
  get usable(): boolean {
    return this.#security.type !== 'none';
  }
  update(security: LinkSecurity): void {
    this.#security = security;
  }
  acceptTls(_raw: net.Socket, _head: Buffer, _done: AcceptCallback): void {
    throw new Error('in work');
  }
  connectTls(_options: ConnectTlsOptions): Promise<tls.TLSSocket> {
    throw new Error('in work');
  }
  /** Principal a socket of `acceptTls` or `connectTls` was authenticated as. */
  principalOf(_socket: tls.TLSSocket): string | undefined {
    throw new Error('in work');
  }
}
