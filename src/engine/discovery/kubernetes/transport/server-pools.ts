import { readSecretFile } from '../auth/read-secret-file.ts';
import type { Credential } from '../auth/credential.ts';
import { mentionsTls } from '../kubeconfig/context-problem.ts';
import type { ClusterEntry } from '../kubeconfig/kubeconfig-entries.ts';
import type { ResolvedContext } from '../kubeconfig/load-kubeconfig.ts';
import type { ProxyAddress } from '../kubeconfig/proxy-url.ts';
import { parseServerAddress, type ServerAddress } from '../kubeconfig/server-address.ts';
import { ConnectionPool } from './connection-pool.ts';
import { Dialer } from './dialer.ts';
import { chooseProxy } from './proxy-choice.ts';

export interface ServerPoolsOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly connectTimeoutMs: number;
  readonly http2: boolean;
}

/**
 * Connections to the server of a context. There is one pool at a time; when the client certificate or the certificate
 * authority changes, the old one lets its requests end and a new one takes its place.
 */
export class ServerPools {
  readonly server: ServerAddress;
  readonly proxy: ProxyAddress | undefined;
  readonly #cluster: ClusterEntry;
  readonly #timeoutMs: number;
  readonly #http2: boolean;
  readonly #retired = new Set<ConnectionPool>();
  #pool: ConnectionPool | undefined;
  #authority: Promise<string | undefined> | undefined;

  constructor({ cluster, user }: ResolvedContext, { env, connectTimeoutMs, http2 }: ServerPoolsOptions) {
    const server = parseServerAddress(cluster.server, mentionsTls(cluster, user));
    if (!server) throw new Error('A context that cannot be used has no transport.');
    this.server = server;
    this.proxy = chooseProxy(server, cluster.proxyUrl, env);
    this.#cluster = cluster;
    this.#timeoutMs = connectTimeoutMs;
    this.#http2 = http2;
  }

  /** Requests go to an HTTP proxy as whole URLs, not through a tunnel. */
  get isRequestProxied(): boolean {
    return this.proxy !== undefined && this.proxy.kind !== 'socks5' && !this.server.secure;
  }

  /** The pool for a credential. Rejects with `KubeFailure`. */
  async pool({ certificate, key }: Credential): Promise<ConnectionPool> {
    const authority = await this.#readAuthority();
    const plan = this.#pool?.dialer.plan;
    if (this.#pool && plan?.certificate === certificate && plan?.key === key && plan?.authority === authority) {
      this.#pool.dropStale();
      return this.#pool;
    }
    if (this.#pool) {
      this.#pool.retire();
      this.#retired.add(this.#pool);
    }
    this.#pool = new ConnectionPool(
      new Dialer({
        server: this.server,
        ...(this.proxy && { proxy: this.proxy }),
        ...(authority !== undefined && { authority }),
        ...(certificate !== undefined && { certificate }),
        ...(key !== undefined && { key }),
        ...(this.#cluster.tlsServerName !== '' && { serverName: this.#cluster.tlsServerName }),
        insecure: this.#cluster.insecureSkipTlsVerify,
        http2: this.#http2,
        timeoutMs: this.#timeoutMs,
      }),
    );
    return this.#pool;
  }

  /** Has the file of the certificate authority read again before the next request: the server's may have been replaced. */
  forgetAuthority(): void {
    this.#authority = undefined;
  }

  dispose(): void {
    for (const pool of this.#retired) pool.destroy();
    this.#retired.clear();
    this.#pool?.destroy();
  }

  #readAuthority(): Promise<string | undefined> {
    this.#authority ??= this.#loadAuthority().catch((error: unknown) => {
      this.#authority = undefined;
      throw error;
    });
    return this.#authority;
  }

  async #loadAuthority(): Promise<string | undefined> {
    const { certificateAuthority, certificateAuthorityData } = this.#cluster;
    if (certificateAuthorityData !== '') return Buffer.from(certificateAuthorityData, 'base64').toString('utf8');
    return certificateAuthority === '' ? undefined : readSecretFile(certificateAuthority, 'certificate authority');
  }
}
