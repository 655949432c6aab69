import { fieldOf, numberOf } from '../../../../shared/untrusted.ts';
import { KubeFailure } from '../transport/kube-transport.ts';
import type { Clock, Credential, CredentialSource } from './credential.ts';
import { Expiry } from './expiry.ts';
import { bearer } from './header-value.ts';
import { SingleFlight } from './single-flight.ts';

export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** PEM of the issuer's own certificate authority. */
  readonly authority?: string;
}

/** Asks the issuer for a new id token. Rejects with `KubeFailure`. */
export type OidcRefresh = (
  settings: OidcSettings,
  refreshToken: string,
  signal: AbortSignal,
) => Promise<{ readonly idToken: string; readonly refreshToken: string }>;

const pauseMs = 5000;

/**
 * The id token of a user who signs in by OpenID Connect, renewed with its refresh token. What is renewed stays in memory: the
 * kubeconfig is not ours to write.
 */
export function oidcSource(
  userName: string,
  config: ReadonlyMap<string, string>,
  settings: () => Promise<OidcSettings>,
  refresh: OidcRefresh,
  clock: Clock,
): CredentialSource {
  const flight = new SingleFlight<Credential>();
  const ending = new AbortController();
  let refreshToken = config.get('refresh-token') ?? '';
  let known = tokenOf(config.get('id-token') ?? '', clock);
  let wasAccepted = false;
  let failure: { readonly error: KubeFailure; readonly at: number } | undefined;
  const missing = (): KubeFailure =>
    new KubeFailure(
      'credentials',
      `The sign-in of the user “${userName}” has ended and the kubeconfig has nothing to renew it with. Sign in again with the tool that wrote the kubeconfig.`,
    );
  const obtain = (signal?: AbortSignal): Promise<Credential> =>
    flight.run(async () => {
      if (failure && clock.steady() - failure.at < pauseMs) throw failure.error;
      if (refreshToken === '' || !config.get('client-id') || !config.get('idp-issuer-url')) throw missing();
      try {
        const answer = await refresh(await settings(), refreshToken, ending.signal);
        const renewed = tokenOf(answer.idToken, clock);
        if (!renewed) throw missing();
        refreshToken = answer.refreshToken;
        known = renewed;
        wasAccepted = false;
        failure = undefined;
        return renewed.credential;
      } catch (error) {
        const told = error instanceof KubeFailure ? error : missing();
        failure = { error: told, at: clock.steady() };
        throw told;
      }
    }, signal);
  return {
    current: async (signal) => {
      const before = known;
      if (before && !before.expiry?.isDue) return before.credential;
      try {
        return await obtain(signal);
      } catch (error) {
        if (before && before.expiry?.isOver === false && !signal?.aborted) return before.credential;
        throw error;
      }
    },
    renew: async (credential, signal) => {
      if (known && known.credential !== credential) return known.credential;
      // Refused from its first use on: the issuer would only give another of its kind.
      if (known && !wasAccepted && known.renewed) return credential;
      return obtain(signal);
    },
    accepted: (credential) => {
      if (credential === known?.credential) wasAccepted = true;
    },
    dispose: () => ending.abort(),
  };

  function tokenOf(
    token: string,
    at: Clock,
  ): { readonly credential: Credential; readonly expiry?: Expiry; readonly renewed: boolean } | undefined {
    const authorization = bearer(token);
    if (authorization === undefined) return undefined;
    const end = expiryOfJwt(token);
    return {
      credential: { authorization },
      ...(end !== undefined && { expiry: new Expiry(end, at) }),
      renewed: token !== config.get('id-token'),
    };
  }
}

/** The claim `exp` of a JSON web token in milliseconds since 1970. The server verifies the token, we only read it. */
export function expiryOfJwt(token: string): number | undefined {
  const [, payload = ''] = token.split('.');
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const seconds = numberOf(fieldOf(claims, 'exp'));
    return seconds === undefined ? undefined : seconds * 1000;
  } catch {
    return undefined;
  }
}
