/** What every secured link is agreed upon, whatever the credentials. */
import type * as tls from 'node:tls';
import { LinkTlsError } from './link-error.ts';

export const certificateCiphers = ['TLS_AES_256_GCM_SHA384', 'TLS_AES_128_GCM_SHA256'] as const;
/** An external PSK is bound to a hash (RFC 8446, section 4.2.11); OpenSSL takes SHA-256 for keys given by callback. */
export const sharedKeyCiphers = ['TLS_AES_128_GCM_SHA256'] as const;

/**
 * Istio's sidecars tell mesh TLS from an application's own by ALPN. `istio-peer-exchange`, which Istio offers too, is left
 * out: who negotiates it must speak the metadata-exchange protocol.
 */
export const clientAlpn: readonly string[] = ['istio'];
export const serverAlpn: readonly string[] = ['istio', 'istio-http/1.1', 'http/1.1'];

export function protocolOptions(ciphers: readonly string[]): tls.SecureContextOptions {
  return { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3', ciphers: ciphers.join(':') };
}

/**
 * What was really negotiated. Some builds of Node (BoringSSL, as in Electron) ignore the list of TLS 1.3 ciphers, so it
 * is checked again here.
 */
export function protocolError(socket: tls.TLSSocket, ciphers: readonly string[]): LinkTlsError | undefined {
  const protocol = socket.getProtocol();
  const cipher = socket.getCipher()?.standardName;
  if (protocol === 'TLSv1.3' && cipher !== undefined && ciphers.includes(cipher)) return undefined;
  return new LinkTlsError(
    'handshake-failed',
    `The peer negotiated ${protocol ?? 'nothing'} with ${cipher ?? 'no cipher'}.`,
  );
}
