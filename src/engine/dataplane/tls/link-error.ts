/** Why a secured link did not come about. */
export type LinkErrorCode =
  | 'connect-failed'
  | 'timed-out'
  | 'closed'
  /** No TLS, or TLS that cannot be agreed upon: version, cipher, garbage. */
  | 'handshake-failed'
  | 'no-certificate'
  | 'expired-certificate'
  | 'untrusted-certificate'
  | 'invalid-identity'
  | 'wrong-trust-domain'
  | 'wrong-principal'
  | 'wrong-key'
  | 'not-configured';

export class LinkTlsError extends Error {
  readonly code: LinkErrorCode;

  constructor(code: LinkErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'LinkTlsError';
    this.code = code;
  }
}

/** OpenSSL's verification results that have a code of their own here; every other means: not trusted. */
const expiryCodes = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

/** Translates what OpenSSL says about the chain of a peer. */
export function chainError(peer: 'client' | 'server', verification: string | undefined): LinkTlsError {
  if (verification !== undefined && expiryCodes.has(verification)) {
    const what = verification === 'CERT_HAS_EXPIRED' ? 'has expired' : 'is not valid yet';
    return new LinkTlsError('expired-certificate', `The certificate of the ${peer} ${what}.`);
  }
  const reason = verification === undefined ? '' : ` (${verification})`;
  return new LinkTlsError(
    'untrusted-certificate',
    `The certificate of the ${peer} is not signed by the mesh${reason}.`,
  );
}

/** Translates an error of Node's TLS or TCP layer before the link stood. */
export function handshakeError(error: Error): LinkTlsError {
  if (error instanceof LinkTlsError) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const syscall = 'syscall' in error ? error.syscall : undefined;
  if (syscall === 'connect' || syscall === 'getaddrinfo') {
    return new LinkTlsError('connect-failed', `Cannot connect: ${error.message}.`, error);
  }
  switch (code) {
    case 'ERR_TLS_HANDSHAKE_TIMEOUT':
      return new LinkTlsError('timed-out', 'The TLS handshake took too long.', error);
    case 'ECONNRESET':
    case 'EPIPE':
      return new LinkTlsError('closed', 'The peer closed the connection during the TLS handshake.', error);
    case 'ERR_SSL_BINDER_DOES_NOT_VERIFY':
    case 'ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR':
      return new LinkTlsError('wrong-key', 'The peers do not share the same key.', error);
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'CERT_SIGNATURE_FAILURE':
    case 'INVALID_CA':
    case 'INVALID_PURPOSE':
    case 'CERT_UNTRUSTED':
    case 'CERT_REJECTED':
    case 'PATH_LENGTH_EXCEEDED':
      return chainError('server', code);
    default:
      return new LinkTlsError('handshake-failed', `The TLS handshake failed: ${code || error.message}.`, error);
  }
}
