import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { credentialDirectory } from '../directories/credential-directory.ts';
import { lookUpObject, reportUnknownObject } from '../object-lookup.ts';
import { certificatesOf } from './certificate-references.ts';

export const unknownCertificate: ObjectCheck = {
  scope: 'object',
  code: 'MESH3010',
  rule: 'unknown-listener-certificate',
  aliases: ['IST0101'],
  severity: 'warning',
  summary: 'A listener takes its certificate from a Secret that does not exist.',
  subject: [Kinds.kubernetesGateway, Kinds.listenerSet],
  inputs: [credentialDirectory],
  run(context) {
    const { subject } = context;
    // cert-manager makes the Secrets of Gateways that name an issuer.
    if (Object.keys(subject.annotations).some((key) => key.startsWith('cert-manager.io/'))) return;
    const secrets = context.index(credentialDirectory);
    for (const reference of certificatesOf(subject)) {
      if (reference.key !== Kinds.secret) continue;
      const lookup = lookUpObject(context, reference, secrets);
      // Secrets are seldom in files, and many namespaces have one of the same name.
      if (lookup.state !== 'unknown' || !lookup.hasSiblings) continue;
      const consequence = ', so the listener cannot serve TLS';
      reportUnknownObject(context, { path: reference.path, reference, kind: 'Secret', lookup, consequence });
    }
  },
};
