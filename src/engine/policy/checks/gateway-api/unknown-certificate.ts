import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, recordOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { credentialDirectory } from '../directories/credential-directory.ts';
import { lookUpObject, reportUnknownObject } from '../object-lookup.ts';
import { certificatesOf } from './certificate-references.ts';

export const unknownCertificate: ObjectCheck = {
  scope: 'object',
  code: 'MESH3010',
  rule: 'unknown-listener-certificate',
  aliases: ['IST0101'],
  severity: 'warning',
  summary: 'A listener takes its certificate from a Secret that does not exist, or that has none.',
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
      if (lookup.state === 'known') checkKeys(context, [...reference.path, 'name'], lookup.object);
      // Secrets are seldom in files, and many namespaces have one of the same name.
      if (lookup.state !== 'unknown' || !lookup.hasSiblings) continue;
      const consequence = ', so the listener cannot serve TLS';
      reportUnknownObject(context, { path: reference.path, reference, kind: 'Secret', lookup, consequence });
    }
  },
};

/** Istio also takes the names of its own, `cert` and `key`. */
const pairs = [
  ['tls.crt', 'tls.key'],
  ['cert', 'key'],
];

function checkKeys(context: CheckContext, path: FieldPath, secret: MeshObject): void {
  const keys = ['data', 'stringData'].flatMap((field) => Object.keys(recordOf(fieldOf(secret.rest, field)) ?? {}));
  // What stands for nothing, or is a recipe for a Secret, is filled in by others.
  if (secret.kind !== 'Secret' || keys.length === 0) return;
  if (pairs.some((pair) => pair.every((key) => keys.includes(key)))) return;
  context.report(context.subject, path, {
    message: `Secret \`${secret.name}\` lacks \`tls.crt\` or \`tls.key\`, so the listener cannot serve TLS.`,
    part: 'value',
    related: [
      { message: `It has ${keys.map((key) => `\`${key}\``).join(', ')}.`, object: secret, path: ['metadata', 'name'] },
    ],
  });
}
