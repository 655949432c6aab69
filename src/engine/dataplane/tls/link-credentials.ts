import type * as net from 'node:net';
import type * as tls from 'node:tls';
import type { LinkTlsError } from './link-error.ts';

/** Who is at the other end, proven. */
export interface Peer {
  /** Empty where a shared key proved that it is a member, but not which. */
  readonly principal: string;
  readonly certificateHash?: string;
}

export interface AcceptedLink {
  readonly socket: tls.TLSSocket;
  readonly peer: Peer;
}

export interface LinkTarget {
  readonly host: string;
  readonly port: number;
  readonly expectedPrincipals: readonly string[];
  readonly serverName?: string;
}

/** One attempt to connect. */
export interface ClientHandshake {
  readonly options: tls.ConnectionOptions;
  /** Says what went wrong before the handshake was over. */
  translate(error: Error): LinkTlsError;
  /** Once the handshake is over: who is there, or why the link must not be used. */
  verify(socket: tls.TLSSocket): Peer | LinkTlsError;
}

export interface HandshakeSettings {
  /** For the handshake of an accepted connection. */
  readonly timeoutMs: number;
  now(): number;
}

/** Immutable credentials of one proxy; a rotation makes new ones. */
export interface LinkCredentials {
  /** `done` is called once. */
  accept(raw: net.Socket, done: (error: LinkTlsError | undefined, link?: AcceptedLink) => void): void;
  /** Throws a `LinkTlsError` where the target cannot be addressed. */
  startClient(target: LinkTarget): ClientHandshake;
}
