/** Certificates in Secrets, as a gateway reads them. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, isRecord, stringOf } from '../../../../shared/untrusted.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';

export interface CredentialProblem {
  /** Begins a sentence that ends here. */
  readonly says: string;
  /** Where in the Secret. */
  readonly path: FieldPath;
}

interface Entry {
  readonly bytes: Buffer;
  readonly path: FieldPath;
}

/** Names of certificate and key, in the order in which istiod looks for them. */
const pairs: readonly (readonly [string, string])[] = [
  ['cert', 'key'],
  ['tls.crt', 'tls.key'],
];

const anHour = 3_600_000;

const authorities: readonly string[] = ['cacert', 'ca.crt'];

/** Whether what is in the Secret is known: of those of a cluster it is not. */
export function isReadable({ rest }: MeshObject): boolean {
  return isRecord(fieldOf(rest, 'data')) || isRecord(fieldOf(rest, 'stringData'));
}

export function hasAuthority(secret: MeshObject): boolean {
  return authorities.some((name) => entryOf(secret, name) !== undefined);
}

/** The first thing that keeps a gateway from serving with the certificate of the Secret. */
export function problemOf(secret: MeshObject, now: number | undefined): CredentialProblem | undefined {
  const place = stringOf(fieldOf(secret.rest, 'type')) === undefined ? ['metadata', 'name'] : ['type'];
  const [certificateName, keyName] =
    pairs.find((pair) => pair.every((name) => entryOf(secret, name) !== undefined)) ?? [];
  if (certificateName === undefined || keyName === undefined) {
    return { says: 'has neither `tls.crt` and `tls.key` nor `cert` and `key`', path: place };
  }
  const [certificate, key] = [entryOf(secret, certificateName), entryOf(secret, keyName)];
  if (!certificate || !key) return undefined;
  const parsed = parseCertificate(certificate.bytes);
  if (!parsed) return { says: `has no certificate that can be read in \`${certificateName}\``, path: certificate.path };
  if (now !== undefined) {
    const [from, to] = [Date.parse(parsed.validFrom), Date.parse(parsed.validTo)];
    if (now > to) return { says: `has a certificate that expired on ${dayOf(to)}`, path: certificate.path };
    // Time is told in whole hours: one that was made within this one is valid already.
    if (now + anHour <= from)
      return { says: `has a certificate that is valid from ${dayOf(from)} on`, path: certificate.path };
  }
  const fits = keyFits(parsed, key.bytes);
  if (fits === undefined) return { says: `has no private key that can be read in \`${keyName}\``, path: key.path };
  return fits ? undefined : { says: 'has a private key that does not belong to its certificate', path: key.path };
}

/** Undefined for one that is absent or empty. `stringData` wins, as it does when the Secret is written. */
function entryOf(secret: MeshObject, name: string): Entry | undefined {
  const text = stringOf(fieldOf(fieldOf(secret.rest, 'stringData'), name));
  if (text) return { bytes: Buffer.from(text, 'utf8'), path: ['stringData', name] };
  const encoded = stringOf(fieldOf(fieldOf(secret.rest, 'data'), name));
  return encoded ? { bytes: Buffer.from(encoded, 'base64'), path: ['data', name] } : undefined;
}

/** The first certificate of a chain. */
function parseCertificate(pem: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function keyFits(certificate: X509Certificate, pem: Buffer): boolean | undefined {
  try {
    return certificate.checkPrivateKey(createPrivateKey(pem));
  } catch {
    return undefined;
  }
}

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
