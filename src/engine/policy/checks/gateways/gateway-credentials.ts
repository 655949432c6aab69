import type { FieldPath } from '../../../../shared/text.ts';
import { listOf, stringOf } from '../../../../shared/untrusted.ts';
import type { CheckContext } from '../check.ts';
import type { WorkloadDirectory } from '../directories/workload-directory.ts';
import { readGateway, type ServerView } from './gateway-directory.ts';

export interface CredentialReference {
  readonly server: ServerView;
  readonly name: string;
  readonly path: FieldPath;
}

/** Names of Secrets in a Gateway. `ns/name` and addresses of other kinds are left out: istiod reads names only. */
export function credentialReferences(context: CheckContext): readonly CredentialReference[] {
  return readGateway(context.subject).servers.flatMap((server) => {
    if (!server.tls) return [];
    const path = [...server.path, 'tls'];
    const names = [
      { name: server.tls.credentialName, path: [...path, 'credentialName'] },
      ...listOf(server.tls.credentialNames).map((name, index) => ({ name, path: [...path, 'credentialNames', index] })),
    ];
    return names.flatMap(({ name, path: place }) => {
      const text = stringOf(name);
      return text && !text.includes('/') ? [{ server, name: text, path: place }] : [];
    });
  });
}

/** Namespaces of the proxies that serve the Gateway: those must have the Secrets. Empty where they are not known. */
export function proxyNamespaces(context: CheckContext, directory: WorkloadDirectory): readonly string[] {
  const { selector } = readGateway(context.subject);
  if (Object.keys(selector).length === 0) return [];
  return [...new Set(directory.selected(selector).map(({ namespace }) => namespace))];
}
