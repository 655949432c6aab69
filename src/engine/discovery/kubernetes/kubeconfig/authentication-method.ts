import type { AuthenticationMethod } from '../../../../shared/cluster.ts';
import type { UserEntry } from './kubeconfig-entries.ts';

/**
 * What a user proves itself by. As in client-go a plugin runs only where nothing else is given: a token, a password or a
 * certificate in the file comes first.
 */
export function authenticationMethod(user: UserEntry): AuthenticationMethod {
  if (user.tokenFile !== '') return 'token-file';
  if (user.token !== '') return 'token';
  if (user.username !== '' || user.password !== '') return 'basic';
  if (user.clientCertificate !== '' || user.clientCertificateData !== '') return 'certificate';
  if (user.exec) return 'exec';
  if (user.authProvider?.name === 'oidc') return 'oidc';
  return 'none';
}
