import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { credentialDirectory } from '../directories/credential-directory.ts';
import { credentialReferences, proxyNamespaces } from './gateway-credentials.ts';

export const unknownCredential: ObjectCheck = {
  scope: 'object',
  code: 'MESH1503',
  rule: 'unknown-credential',
  aliases: ['IST0101'],
  severity: 'error',
  summary: 'The Secret with the certificate of a Gateway is not where its proxies are.',
  subject: Kinds.gateway,
  inputs: [workloadDirectory, credentialDirectory],
  run(context) {
    const namespaces = proxyNamespaces(context, context.index(workloadDirectory));
    if (namespaces.length === 0) return;
    const directory = context.index(credentialDirectory);
    for (const { name, path } of credentialReferences(context)) {
      const secrets = directory.named(name);
      if (secrets.some((secret) => namespaces.includes(secret.namespace) || !context.hasKnownNamespace(secret)))
        continue;
      if (namespaces.some((namespace) => directory.mayBeMade(namespace, name))) continue;
      const here = namespaces.flatMap((namespace) => directory.namesIn(namespace));
      // Secrets are mostly kept apart from what uses them.
      if (secrets.length === 0 && here.length === 0 && !directory.isComplete) continue;
      const where = namespaces.map((namespace) => `\`${namespace}\``).join(', ');
      const near = nearestNames(name, here);
      const elsewhere = secrets.map((secret) => `\`${secret.namespace}\``).join(', ');
      const hint = elsewhere === '' ? didYouMean(near) : ` There is one in ${elsewhere}, which they do not read.`;
      context.report(context.subject, path, {
        message: `No Secret \`${name}\` in ${where}, where the proxies of this Gateway run.${hint}`,
        part: 'value',
        related: secrets
          .slice(0, 5)
          .map((object) => ({ message: `${object.kind} ${object.name}`, object, path: ['metadata', 'name'] })),
        fixes: near.map((value, index) => ({
          title: `Replace with \`${value}\``,
          isPreferred: index === 0,
          changes: [{ type: 'replace-value', object: context.subject, path, value }],
        })),
      });
    }
  },
};
