import { stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { ObjectCheck } from '../check.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { hasAuthority, isReadable, problemOf } from './credential.ts';
import { credentialDirectory } from '../directories/credential-directory.ts';
import type { CredentialReference } from './gateway-credentials.ts';
import { credentialReferences, proxyNamespaces } from './gateway-credentials.ts';

export const invalidCredential: ObjectCheck = {
  scope: 'object',
  code: 'MESH1504',
  rule: 'invalid-credential',
  aliases: ['IST0161'],
  severity: 'error',
  summary: 'A Gateway cannot serve with the certificate in its Secret.',
  subject: Kinds.gateway,
  inputs: [workloadDirectory, credentialDirectory],
  readsTime: true,
  run(context) {
    const namespaces = proxyNamespaces(context, context.index(workloadDirectory));
    const directory = context.index(credentialDirectory);
    const find = (name: string): MeshObject | undefined => {
      const secrets = directory.named(name).filter((object) => object.kind === 'Secret' && isReadable(object));
      const here = secrets.filter(({ namespace }) => namespaces.includes(namespace));
      return here[0] ?? (namespaces.length === 0 && secrets.length === 1 ? secrets[0] : undefined);
    };
    for (const reference of credentialReferences(context)) {
      const secret = find(reference.name);
      if (!secret) continue;
      const problem = problemOf(secret, context.now) ?? lacksAuthority(reference, secret, find);
      if (!problem) continue;
      context.report(context.subject, reference.path, {
        message: `Secret \`${secret.namespace}/${secret.name}\` ${problem.says}, so connections to this server fail.`,
        part: 'value',
        related: [{ message: `Secret ${secret.name}`, object: secret, path: problem.path }],
      });
    }
  },
};

/** For mutual TLS the authority of the clients is in the same Secret, or in one that is named after it. */
function lacksAuthority(
  { server, name }: CredentialReference,
  secret: MeshObject,
  find: (name: string) => MeshObject | undefined,
): ReturnType<typeof problemOf> {
  const mode = stringOf(server.tls?.mode);
  if (mode !== 'MUTUAL' && mode !== 'OPTIONAL_MUTUAL') return undefined;
  if (stringOf(server.tls?.caCertCredentialName) || hasAuthority(secret) || find(`${name}-cacert`)) return undefined;
  return { says: `has no \`ca.crt\`, which mode ${mode} checks clients against`, path: ['metadata', 'name'] };
}
