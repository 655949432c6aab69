import { X509Certificate } from 'node:crypto';
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
import { chainError, handshakeError, LinkTlsError } from './link-error.ts';
import { certificateCiphers, clientAlpn, protocolError, protocolOptions, serverAlpn } from './link-protocol.ts';
import { certificateHash, isValidAt, readSvid } from './svid.ts';
import { TlsAcceptor } from './tls-acceptor.ts';

/** Bound of what is remembered for resumption, oldest out first. */
const rememberedPeers = 1024;

interface ServerSession {
  readonly session: Buffer;
  /** Of the full handshake that the session goes back to: Node does not show a client the one inside the session. */
  readonly certificate: X509Certificate;
}

/** Mutual TLS with X.509-SVIDs of one trust domain. */
export class CertificateCredentials implements LinkCredentials {
  readonly #settings: HandshakeSettings;
  readonly #trustDomain: string;
  readonly #clientContext: tls.SecureContext;
  readonly #acceptor: TlsAcceptor;
  /** Hashes of client certificates whose chain OpenSSL has checked against this trust bundle. */
  readonly #checkedClients = new Set<string>();
  /** Sessions of servers that passed `#verifyServer`, by address. */
  readonly #sessions = new Map<string, ServerSession>();

  constructor(security: LinkSecurity & { type: 'certificates' }, settings: HandshakeSettings) {
    const own = readSvid(new X509Certificate(security.certificatePem));
    if ('problem' in own) throw new Error(`The certificate of this proxy cannot be used: ${own.problem}.`);
    if (!security.trustBundlePem.includes('-----BEGIN CERTIFICATE-----')) {
      // An empty `ca` would make Node trust the public authorities.
      throw new Error('The trust bundle has no certificate.');
    }
    this.#settings = settings;
    this.#trustDomain = own.trustDomain;
    const context: tls.SecureContextOptions = {
      ...protocolOptions(certificateCiphers),
      cert: security.certificatePem,
      key: security.privateKeyPem,
      ca: security.trustBundlePem,
    };
    this.#clientContext = tls.createSecureContext(context);
    this.#acceptor = new TlsAcceptor(
      {
        ...context,
        requestCert: true,
        // `#verifyClient` refuses instead: it can say why.
        rejectUnauthorized: false,
        ALPNProtocols: [...serverAlpn],
        handshakeTimeout: settings.timeoutMs,
        // Sessions belong to these credentials: their tickets are sealed with keys of this context alone.
        sessionIdContext: 'meshlens-link',
      },
      { verify: (socket) => this.#verifyClient(socket) },
    );
  }

  accept(raw: net.Socket, done: (error: LinkTlsError | undefined, link?: AcceptedLink) => void): void {
    this.#acceptor.accept(raw, done);
  }

  startClient(target: LinkTarget): ClientHandshake {
    const key = `${target.host} ${target.port} ${target.serverName ?? ''}`;
    const remembered = this.#sessions.get(key);
    const session = remembered && isValidAt(remembered.certificate, this.#settings.now()) ? remembered : undefined;
    return {
      options: {
        secureContext: this.#clientContext,
        ALPNProtocols: [...clientAlpn],
        ...(session ? { session: session.session } : {}),
      },
      translate: handshakeError,
      verify: (socket) => {
        const certificate = socket.isSessionReused() ? session?.certificate : socket.getPeerX509Certificate();
        const peer = this.#verifyServer(socket, certificate, target.expectedPrincipals);
        if (peer instanceof LinkTlsError) this.#sessions.delete(key);
        else if (certificate)
          socket.on('session', (fresh) => this.#rememberSession(key, { session: fresh, certificate }));
        return peer;
      },
    };
  }

  #verifyClient(socket: tls.TLSSocket): Peer | LinkTlsError {
    const wrong = protocolError(socket, certificateCiphers);
    if (wrong) return wrong;
    const certificate = socket.getPeerX509Certificate();
    if (!certificate) return new LinkTlsError('no-certificate', 'The client presented no certificate.');
    const hash = certificateHash(certificate);
    if (socket.isSessionReused()) {
      // Node calls every resumed session authorized, and a client that was refused may hold a ticket: tickets leave before
      // we can refuse. So the certificate in the ticket must be one that has passed before.
      if (!this.#checkedClients.has(hash)) return chainError('client', undefined);
      if (!isValidAt(certificate, this.#settings.now())) return chainError('client', 'CERT_HAS_EXPIRED');
    } else if (!socket.authorized) {
      // A string code at run time, whatever the types say.
      return chainError('client', String(socket.authorizationError));
    }
    const peer = this.#readPeer(certificate, hash, 'client');
    if (!(peer instanceof LinkTlsError)) remember(this.#checkedClients, hash);
    return peer;
  }

  #verifyServer(
    socket: tls.TLSSocket,
    certificate: X509Certificate | undefined,
    expected: readonly string[],
  ): Peer | LinkTlsError {
    const wrong = protocolError(socket, certificateCiphers);
    if (wrong) return wrong;
    if (!certificate) return new LinkTlsError('no-certificate', 'The server presented no certificate.');
    if (!socket.authorized) return chainError('server', String(socket.authorizationError));
    const peer = this.#readPeer(certificate, certificateHash(certificate), 'server');
    if (peer instanceof LinkTlsError || expected.length === 0 || expected.includes(peer.principal)) return peer;
    return new LinkTlsError('wrong-principal', `The server is ${peer.principal}, not ${expected.join(' or ')}.`);
  }

  #rememberSession(key: string, session: ServerSession): void {
    this.#sessions.delete(key);
    this.#sessions.set(key, session);
    const oldest = this.#sessions.keys().next();
    if (this.#sessions.size > rememberedPeers && !oldest.done) this.#sessions.delete(oldest.value);
  }

  #readPeer(certificate: X509Certificate, hash: string, side: 'client' | 'server'): Peer | LinkTlsError {
    const svid = readSvid(certificate);
    if ('problem' in svid) {
      return new LinkTlsError(
        'invalid-identity',
        `The certificate of the ${side} has no usable identity: ${svid.problem}.`,
      );
    }
    if (svid.trustDomain !== this.#trustDomain) {
      const message = `The ${side} is of trust domain ${svid.trustDomain}, not ${this.#trustDomain}.`;
      return new LinkTlsError('wrong-trust-domain', message);
    }
    return { principal: svid.principal, certificateHash: hash };
  }
}

function remember(set: Set<string>, value: string): void {
  set.delete(value);
  set.add(value);
  const oldest = set.values().next();
  if (set.size > rememberedPeers && !oldest.done) set.delete(oldest.value);
}
