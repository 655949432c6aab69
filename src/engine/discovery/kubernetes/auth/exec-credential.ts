import { fieldOf, isRecord, stringOf } from '../../../../shared/untrusted.ts';
import { KubeFailure } from '../transport/kube-transport.ts';
import type { ClusterEntry, ExecEntry } from '../kubeconfig/kubeconfig-entries.ts';
import { checkPair } from './certificate-source.ts';
import type { Credential } from './credential.ts';
import { bearer } from './header-value.ts';

/**
 * What the variable `KUBERNETES_EXEC_INFO` tells a plugin: JSON of an ExecCredential. `authorityData` is the certificate
 * authority in base64, read from its file where it is one.
 */
export function execInfo(exec: ExecEntry, cluster: ClusterEntry, authorityData: string): string {
  return JSON.stringify({
    kind: 'ExecCredential',
    apiVersion: exec.apiVersion,
    spec: {
      // The engine has no terminal to give.
      interactive: false,
      ...(exec.provideClusterInfo && {
        cluster: {
          server: cluster.server,
          ...(cluster.tlsServerName !== '' && { 'tls-server-name': cluster.tlsServerName }),
          ...(cluster.insecureSkipTlsVerify && { 'insecure-skip-tls-verify': true }),
          ...(authorityData !== '' && { 'certificate-authority-data': authorityData }),
          ...(cluster.proxyUrl !== '' && { 'proxy-url': cluster.proxyUrl }),
          ...(cluster.disableCompression && { 'disable-compression': true }),
          ...(cluster.execConfig !== undefined && { config: cluster.execConfig }),
        },
      }),
    },
  });
}

export interface ExecAnswer {
  readonly credential: Credential;
  /** Milliseconds since 1970; absent: until the server refuses it. */
  readonly expires?: number;
}

/** Reads the ExecCredential that a plugin printed. Throws `KubeFailure`, whose words never quote what was printed. */
export function parseExecCredential(stdout: string, apiVersion: string, command: string): ExecAnswer {
  const failure = (why: string): KubeFailure =>
    new KubeFailure(
      'credentials',
      `The credential plugin “${command}” ${why}. Run it in a terminal to see what is wrong.`,
    );
  let document: unknown;
  try {
    document = JSON.parse(stdout);
  } catch {
    throw failure(stdout.trim() === '' ? 'printed nothing' : 'did not print JSON');
  }
  if (!isRecord(document) || fieldOf(document, 'kind') !== 'ExecCredential')
    throw failure('did not print an ExecCredential');
  if (fieldOf(document, 'apiVersion') !== apiVersion) {
    throw failure(`answered in another apiVersion than the kubeconfig asks for (${apiVersion})`);
  }
  const status = fieldOf(document, 'status');
  const token = stringOf(fieldOf(status, 'token')) ?? '';
  const certificate = stringOf(fieldOf(status, 'clientCertificateData')) ?? '';
  const key = stringOf(fieldOf(status, 'clientKeyData')) ?? '';
  if (token === '' && certificate === '' && key === '') throw failure('gave neither a token nor a certificate');
  if ((certificate === '') !== (key === '')) throw failure('gave a certificate without its key, or a key alone');
  const authorization = token === '' ? undefined : bearer(token.trim());
  if (token !== '' && authorization === undefined) throw failure('gave a token with characters that no token has');
  const pair = certificate === '' ? {} : checkPair({ certificate, key }, `that the plugin “${command}” gave`);
  const expires = expiryOf(fieldOf(status, 'expirationTimestamp'));
  if (expires === 'invalid') throw failure('gave an expirationTimestamp that is no time');
  return {
    credential: { ...(authorization !== undefined && { authorization }), ...pair },
    ...(expires !== undefined && { expires }),
  };
}

/** RFC 3339, as Kubernetes writes times. */
function expiryOf(value: unknown): number | 'invalid' | undefined {
  if (value == null) return undefined;
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(value))
    return 'invalid';
  const time = Date.parse(value);
  return Number.isNaN(time) ? 'invalid' : time;
}
