import { groupBy } from '../../../../shared/group-by.ts';
import { fieldOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { Index, ObjectCheck } from '../check.ts';
import type { NamedObjects } from '../object-lookup.ts';
import { lookUpObject, reportUnknownObject } from '../object-lookup.ts';
import { certificatesOf } from './certificate-references.ts';

/** Kinds of well-known operators from which Secrets are made. */
const secretMakers = {
  certificate: 'cert-manager.io/Certificate',
  sealedSecret: 'bitnami.com/SealedSecret',
  externalSecret: 'external-secrets.io/ExternalSecret',
} as const;

/** A Secret, or what one will be made of, under the name of the Secret. */
interface PromisedSecret {
  readonly name: string;
  readonly object: MeshObject;
}

function promiseOf(object: MeshObject): PromisedSecret {
  const name = stringOf(fieldOf(object.spec, 'secretName')) ?? stringOf(valueAt(object.spec, ['target', 'name']));
  return { name: object.kind === 'Secret' ? object.name : (name ?? object.name), object };
}

const promisedSecrets: Index<NamedObjects> = {
  inputs: [Kinds.secret, ...Object.values(secretMakers)],
  relevant: (object) => promiseOf(object).name,
  build: (objects) => {
    const kinds = [Kinds.secret, ...Object.values(secretMakers)];
    const promises = kinds.flatMap((kind) => objects.ofKind(kind).map(promiseOf));
    const byName = groupBy(promises, ({ name }) => name);
    const byNamespace = groupBy(promises, ({ object }) => object.namespace);
    return {
      named: (name) => (byName.get(name) ?? []).map(({ object }) => object),
      namesIn: (namespace) => (byNamespace.get(namespace) ?? []).map(({ name }) => name),
    };
  },
};

export const unknownCertificate: ObjectCheck = {
  scope: 'object',
  code: 'MESH3010',
  rule: 'unknown-listener-certificate',
  aliases: ['IST0101'],
  severity: 'warning',
  summary: 'A listener takes its certificate from a Secret that does not exist.',
  subject: [Kinds.kubernetesGateway, Kinds.listenerSet],
  inputs: [promisedSecrets],
  run(context) {
    const { subject } = context;
    // cert-manager makes the Secrets of Gateways that name an issuer.
    if (Object.keys(subject.annotations).some((key) => key.startsWith('cert-manager.io/'))) return;
    const secrets = context.index(promisedSecrets);
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
