import { createSecureContext } from 'node:tls';
import type { UserEntry } from '../kubeconfig/kubeconfig-entries.ts';
import { KubeFailure } from '../transport/kube-transport.ts';
import { fixedCredential, type Clock, type Credential, type CredentialSource } from './credential.ts';
import { readSecretFile } from './read-secret-file.ts';

const lookEveryMs = 10_000;

/**
 * A client certificate with its key, from the kubeconfig or from files, which are read again every few seconds and when the
 * server refuses them. Data beats files.
 */
export function certificateSource(user: UserEntry, clock: Clock): CredentialSource {
  const inFiles = user.clientCertificateData === '' || user.clientKeyData === '';
  let known: Credential | undefined;
  let lookedAt = -Infinity;
  const look = async (): Promise<Credential> => {
    lookedAt = clock.steady();
    try {
      const read = await readPair(user);
      // Renewed one after the other: a pair that does not fit is half of the next one.
      if (read.certificate !== known?.certificate || read.key !== known?.key) {
        checkPair(read, `of the user “${user.name}”`);
        known = read;
      }
    } catch (error) {
      if (!known) throw error;
    }
    return known;
  };
  if (!inFiles) {
    const load = async (): Promise<Credential> =>
      (known ??= checkPair(await readPair(user), `of the user “${user.name}”`));
    return { current: load, renew: load };
  }
  return {
    current: () => (known && clock.steady() - lookedAt < lookEveryMs ? Promise.resolve(known) : look()),
    renew: () => look(),
  };
}

async function readPair(user: UserEntry): Promise<Required<Pick<Credential, 'certificate' | 'key'>>> {
  const [certificate, key] = await Promise.all([
    decoded(user.clientCertificateData) ?? readSecretFile(user.clientCertificate, 'client certificate'),
    decoded(user.clientKeyData) ?? readSecretFile(user.clientKey, 'client key'),
  ]);
  return { certificate, key };
}

function decoded(data: string): string | undefined {
  return data === '' ? undefined : Buffer.from(data, 'base64').toString('utf8');
}

/** Throws `KubeFailure` where certificate and key are not what TLS can use; says nothing of their content. */
export function checkPair<T extends Credential>(pair: T, of: string): T {
  try {
    createSecureContext({ cert: pair.certificate, key: pair.key });
  } catch {
    throw new KubeFailure(
      'credentials',
      `The client certificate and key ${of} are not valid PEM or do not fit each other. Have the kubeconfig written again.`,
    );
  }
  return pair;
}

/** A user who proves nothing. */
export const anonymous: CredentialSource = fixedCredential({});
