import type * as net from 'node:net';
import * as tls from 'node:tls';
import type { LinkSecurity } from '../data-plane.ts';
import type {
  AcceptedLink,
  ClientHandshake,
  HandshakeSettings,
  LinkCredentials,
  LinkTarget,
  Peer,
} from './link-credentials.ts';
import { handshakeError, LinkTlsError } from './link-error.ts';
import { clientAlpn, protocolError, protocolOptions, serverAlpn, sharedKeyCiphers } from './link-protocol.ts';
import { deriveLinkKey, formatIdentity, parseIdentity, principalDigest, shortestMeshKey } from './shared-key.ts';
import { parseSpiffeId } from './spiffe-id.ts';
import { TlsAcceptor } from './tls-acceptor.ts';

/**
 * TLS-PSK by TLS 1.3: `pskCallback` feeds OpenSSL's PSK callbacks, which serve TLS 1.3 as external PSKs with (EC)DHE
 * (psk_dhe_ke), though Node's documents speak of TLS 1.2 only. Neither side has a certificate, so a handshake without
 * the PSK cannot succeed; that the PSK was used is checked all the same.
 */
export class SharedKeyCredentials implements LinkCredentials {
  readonly #identity: string;
  readonly #key: Uint8Array;
  readonly #trustDomain: string;
  readonly #ownDigest: string;
  readonly #clientContext: tls.SecureContext;
  readonly #acceptor: TlsAcceptor;
  /** What clients announced, while and after their handshakes. */
  readonly #announced = new WeakMap<tls.TLSSocket, string | LinkTlsError>();

  constructor(security: LinkSecurity & { type: 'shared-key' }, settings: HandshakeSettings) {
    const own = parseSpiffeId(security.identity);
    if (!own?.path) throw new Error(`The identity ${security.identity} is no SPIFFE id of a workload.`);
    if (security.key.length < shortestMeshKey) {
      throw new Error(
        `The shared key has ${security.key.length} bytes; at least ${shortestMeshKey} random bytes are needed.`,
      );
    }
    if (hasBoringSsl()) throw new Error('This runtime has no TLS 1.3 with shared keys; use certificates.');
    this.#identity = security.identity;
    this.#key = Uint8Array.from(security.key);
    this.#trustDomain = own.trustDomain;
    this.#ownDigest = principalDigest(security.identity);
    this.#clientContext = tls.createSecureContext(protocolOptions(sharedKeyCiphers));
    this.#acceptor = new TlsAcceptor(
      {
        ...protocolOptions(sharedKeyCiphers),
        pskCallback: (socket, identity) => this.#keyFor(socket, identity),
        ALPNProtocols: [...serverAlpn],
        handshakeTimeout: settings.timeoutMs,
      },
      {
        verify: (socket) => this.#verifyClient(socket),
        explain: (socket) => {
          const announced = this.#announced.get(socket);
          return announced instanceof LinkTlsError ? announced : undefined;
        },
      },
    );
  }

  accept(raw: net.Socket, done: (error: LinkTlsError | undefined, link?: AcceptedLink) => void): void {
    this.#acceptor.accept(raw, done);
  }

  startClient(target: LinkTarget): ClientHandshake {
    let identity: string;
    try {
      identity = formatIdentity(this.#identity, target.expectedPrincipals);
    } catch (error) {
      throw new LinkTlsError('invalid-identity', error instanceof Error ? error.message : String(error), error);
    }
    return {
      options: {
        secureContext: this.#clientContext,
        ALPNProtocols: [...clientAlpn],
        pskCallback: () => ({ psk: deriveLinkKey(this.#key, identity), identity }),
      },
      translate: translateClientError,
      verify: (socket) => this.#verifyServer(socket, target.expectedPrincipals),
    };
  }

  #keyFor(socket: tls.TLSSocket, identity: string): Buffer | null {
    const refuse = (error: LinkTlsError): null => {
      this.#announced.set(socket, error);
      return null;
    };
    const announced = parseIdentity(identity);
    if (!announced) return refuse(new LinkTlsError('invalid-identity', 'The client announced no SPIFFE identity.'));
    const trustDomain = parseSpiffeId(announced.principal)?.trustDomain;
    if (trustDomain !== this.#trustDomain) {
      const message = `The client is of trust domain ${trustDomain ?? 'none'}, not ${this.#trustDomain}.`;
      return refuse(new LinkTlsError('wrong-trust-domain', message));
    }
    if (announced.expected.length > 0 && !announced.expected.includes(this.#ownDigest)) {
      return refuse(new LinkTlsError('wrong-principal', `${announced.principal} expects another server here.`));
    }
    this.#announced.set(socket, announced.principal);
    return deriveLinkKey(this.#key, identity);
  }

  #verifyClient(socket: tls.TLSSocket): Peer | LinkTlsError {
    const wrong = protocolError(socket, sharedKeyCiphers);
    if (wrong) return wrong;
    const announced = this.#announced.get(socket);
    if (announced instanceof LinkTlsError) return announced;
    // A handshake with a PSK counts as resumed. Tickets of ours resume without announcing anybody and end here as well.
    if (announced === undefined || !socket.isSessionReused()) {
      return new LinkTlsError('wrong-key', 'The client did not prove the shared key.');
    }
    return { principal: announced };
  }

  #verifyServer(socket: tls.TLSSocket, expected: readonly string[]): Peer | LinkTlsError {
    const wrong = protocolError(socket, sharedKeyCiphers);
    if (wrong) return wrong;
    // A server with a certificate of a public authority would pass Node's own check without knowing the key.
    if (!socket.isSessionReused()) return new LinkTlsError('wrong-key', 'The server did not prove the shared key.');
    const [only, ...others] = expected;
    // Of several expected ones the server is one, and the handshake does not tell which.
    return { principal: only !== undefined && others.length === 0 ? only : '' };
  }
}

/** Electron's Node has BoringSSL, which knows external PSKs in TLS 1.2 only, and none with AES-GCM. */
function hasBoringSsl(): boolean {
  return 'openssl_is_boringssl' in process.features && process.features.openssl_is_boringssl === true;
}

function translateClientError(error: Error): LinkTlsError {
  const translated = handshakeError(error);
  if ('code' in error && error.code === 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE') {
    const message = 'The server is another than expected, or of another trust domain, or uses no shared key.';
    return new LinkTlsError('wrong-principal', message, error);
  }
  return translated;
}
