import { KubeFailure } from '../transport/kube-transport.ts';
import type { Clock, Credential, CredentialSource } from './credential.ts';
import { bearer } from './header-value.ts';
import { readSecretFile } from './read-secret-file.ts';

const lookEveryMs = 3000;

/**
 * A token in a file that somebody renews (a projected service-account token). Read again at most every few seconds, and when
 * the server refuses it. `fallback` is the token beside it in the kubeconfig, for when the file cannot be read.
 */
export function tokenFileSource(file: string, fallback: string, clock: Clock): CredentialSource {
  let known: { readonly token: string; readonly credential: Credential } | undefined;
  let lookedAt = -Infinity;
  const look = async (): Promise<Credential> => {
    lookedAt = clock.steady();
    const token = await readToken();
    if (known?.token === token) return known.credential;
    const authorization = bearer(token);
    if (authorization === undefined) {
      throw new KubeFailure('credentials', `The token file ${file} holds no token. Have it written again.`);
    }
    known = { token, credential: { authorization } };
    return known.credential;
  };
  const readToken = async (): Promise<string> => {
    try {
      return (await readSecretFile(file, 'token')).trim();
    } catch (error) {
      if (known) return known.token;
      if (fallback !== '') return fallback;
      throw error;
    }
  };
  return {
    current: () => (known && clock.steady() - lookedAt < lookEveryMs ? Promise.resolve(known.credential) : look()),
    renew: () => look(),
  };
}
