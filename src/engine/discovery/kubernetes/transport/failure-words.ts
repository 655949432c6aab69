import { KubeFailure } from './kube-transport.ts';

const unreachable: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'the name could not be looked up',
  ETIMEDOUT: 'it did not answer in time',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  EADDRNOTAVAIL: 'there is no way to that address',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  ECONNABORTED: 'the connection was given up',
};

const certificate: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired. Have it renewed (and check this machine’s clock)',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet. Check this machine’s clock',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its certificate is for another name. Correct “server:”, or write the name it is for into “tls-server-name:”',
  CERT_REVOKED: 'its certificate was revoked. Ask who runs the cluster',
  CERT_SIGNATURE_FAILURE:
    'its certificate was not signed by the authority the kubeconfig names. Get a new kubeconfig for this cluster',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS. Write “http://” into “server:” if that is meant',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS. Write “http://” into “server:” if that is meant',
  ERR_SSL_HTTP_REQUEST: 'it does not speak TLS. Write “http://” into “server:” if that is meant',
};

const unknownAuthority = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
  'INVALID_CA',
]);

/** Code of an error of Node; of the last one where several addresses of a host were tried. */
export function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors.at(-1));
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
}

export function isUnknownAuthority(error: unknown): boolean {
  return unknownAuthority.has(codeOf(error));
}

/** The server gave up the handshake, as it does when it refuses or misses a client certificate. */
export function isTlsAlert(error: unknown): boolean {
  return /^ERR_SSL_.*ALERT/.test(codeOf(error));
}

/** Says in words why there is no connection or no answer. `shown` is the server's address; nothing of the error's text is used. */
export function failureOf(error: unknown, shown: string): KubeFailure {
  if (error instanceof KubeFailure) return error;
  const code = codeOf(error);
  const tls = certificate[code];
  if (tls !== undefined) return new KubeFailure('tls', `${shown} cannot be trusted: ${tls}.`);
  if (unknownAuthority.has(code)) {
    return new KubeFailure(
      'tls',
      `${shown} cannot be trusted: its certificate was signed by an authority that is not the kubeconfig’s. Get a new kubeconfig for this cluster, or correct “certificate-authority”.`,
    );
  }
  if (isTlsAlert(error)) {
    return new KubeFailure(
      'tls',
      `${shown} refused the TLS handshake (${alertOf(code)}). The client certificate may have expired or belong to another cluster: get a new kubeconfig.`,
    );
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS')) {
    return new KubeFailure('tls', `No TLS connection to ${shown} (${code}). Check that “server:” is its address.`);
  }
  if (code.startsWith('HPE_')) {
    return notHttp(shown, code);
  }
  if (code === 'ERR_INVALID_CHAR' || code === 'ERR_UNESCAPED_CHARACTERS' || code === 'ERR_INVALID_HTTP_TOKEN') {
    return new KubeFailure('protocol', `The request holds characters that HTTP does not allow (${code}).`);
  }
  const broke = code === '' || code.startsWith('ERR_HTTP2_');
  const why = unreachable[code] ?? (broke ? 'the connection broke' : code);
  return new KubeFailure(
    'unreachable',
    `No connection to ${shown}: ${why}. Check that the cluster runs and that this machine can reach it (VPN, proxy).`,
  );
}

export const notHttp = (shown: string, why: string): KubeFailure =>
  new KubeFailure('protocol', `${shown} answered what is not HTTP (${why}). Check that “server:” is its address.`);

/** The server gave up the handshake, as it speaks none of the protocols it was asked for. */
export const isOtherProtocol = (error: unknown): boolean => /NO_APPLICATION_PROTOCOL$/.test(codeOf(error));

/** Nothing came of a connection in time. */
export function noConnection(shown: string, timeoutMs: number): KubeFailure {
  const seconds = Math.round(timeoutMs / 1000);
  return new KubeFailure(
    'unreachable',
    `No connection to ${shown}: it did not answer within ${seconds} s. Check that the cluster runs and that this machine can reach it (VPN, proxy).`,
  );
}

/** `ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED` → `certificate expired`. */
function alertOf(code: string): string {
  return code
    .replace(/^ERR_SSL_.*ALERT_/, '')
    .replaceAll('_', ' ')
    .toLowerCase();
}
