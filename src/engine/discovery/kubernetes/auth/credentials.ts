import type { ResolvedContext } from '../kubeconfig/load-kubeconfig.ts';
import { anonymous, certificateSource } from './certificate-source.ts';
import { fixedCredential, type Clock, type Credential, type CredentialSource } from './credential.ts';
import { execSource, type ConsentGate } from './exec-source.ts';
import { basic, bearer } from './header-value.ts';
import { oidcSource, type OidcRefresh } from './oidc-source.ts';
import { readSecretFile } from './read-secret-file.ts';
import { tokenFileSource } from './token-file-source.ts';
import { KubeFailure } from '../transport/kube-transport.ts';

export interface CredentialOptions {
  readonly consent: ConsentGate;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly pluginTimeoutMs: number;
  readonly refreshOidc: OidcRefresh;
}

/**
 * The credentials of a context's user: a token or password beside a client certificate, or what a plugin or an OpenID Connect
 * issuer gives. As in client-go these last two are asked only where the file itself proves nothing.
 */
export function contextCredentials(context: ResolvedContext, options: CredentialOptions): CredentialSource {
  const { user, cluster } = context;
  const parts: CredentialSource[] = [];
  if (user.tokenFile !== '') parts.push(tokenFileSource(user.tokenFile, user.token, options.clock));
  else if (user.token !== '') parts.push(fixedToken(user.token, user.name));
  else if (user.username !== '' || user.password !== '') {
    parts.push(fixedCredential({ authorization: basic(user.username, user.password) }));
  }
  if (user.clientCertificate !== '' || user.clientCertificateData !== '') {
    parts.push(certificateSource(user, options.clock));
  }
  if (parts.length === 0 && user.exec) {
    const { consent, env, clock, pluginTimeoutMs } = options;
    parts.push(execSource(user.exec, cluster, { consent, env, clock, timeoutMs: pluginTimeoutMs }));
  }
  if (parts.length === 0 && user.authProvider?.name === 'oidc') {
    parts.push(oidcOf(user.name, user.authProvider.config, options));
  }
  const [only = anonymous, ...others] = parts;
  return others.length === 0 ? only : combined(parts);
}

function fixedToken(token: string, userName: string): CredentialSource {
  const authorization = bearer(token.trim());
  if (authorization !== undefined) return fixedCredential({ authorization });
  const refuse = (): Promise<Credential> =>
    Promise.reject(
      new KubeFailure(
        'credentials',
        `The token of the user “${userName}” has characters that no token has. Have the kubeconfig written again.`,
      ),
    );
  return { current: refuse, renew: refuse };
}

function oidcOf(
  userName: string,
  config: ReadonlyMap<string, string>,
  { refreshOidc, clock }: CredentialOptions,
): CredentialSource {
  const settings = async (): Promise<Parameters<OidcRefresh>[0]> => {
    const data = config.get('idp-certificate-authority-data') ?? '';
    const file = config.get('idp-certificate-authority') ?? '';
    return {
      issuer: config.get('idp-issuer-url') ?? '',
      clientId: config.get('client-id') ?? '',
      clientSecret: config.get('client-secret') ?? '',
      ...(data !== ''
        ? { authority: Buffer.from(data, 'base64').toString('utf8') }
        : file !== '' && { authority: await readSecretFile(file, 'issuer’s certificate authority') }),
    };
  };
  return oidcSource(userName, config, settings, refreshOidc, clock);
}

/** What several sources give, as one. */
function combined(parts: readonly CredentialSource[]): CredentialSource {
  let known: { readonly parts: readonly Credential[]; readonly whole: Credential } | undefined;
  const compose = (now: readonly Credential[]): Credential => {
    if (known?.parts.every((part, index) => part === now[index])) return known.whole;
    known = { parts: now, whole: Object.assign({}, ...now) as Credential };
    return known.whole;
  };
  return {
    current: async (signal) => compose(await Promise.all(parts.map((part) => part.current(signal)))),
    renew: async (credential, signal) => {
      if (known && known.whole !== credential) return known.whole;
      const before = known?.parts ?? [];
      return compose(await Promise.all(parts.map((part, index) => part.renew(before[index] ?? credential, signal))));
    },
    dispose: () => parts.forEach((part) => part.dispose?.()),
  };
}
