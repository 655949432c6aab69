/** Reads X.509-SVIDs (SPIFFE X.509-SVID specification, sections 2 to 5). The chain is OpenSSL's to check, not ours. */
import { createHash, type X509Certificate } from 'node:crypto';
import { parseSpiffeId } from './spiffe-id.ts';

export type Svid =
  | { readonly principal: string; readonly trustDomain: string }
  /** Why the certificate is no SVID of a workload. */
  | { readonly problem: string };

/** The identity of a workload's certificate: its only URI name, a SPIFFE id with a path; the certificate is no CA. */
export function readSvid(certificate: X509Certificate): Svid {
  if (certificate.ca) return { problem: 'it is the certificate of a certificate authority' };
  const uris = uriNames(certificate.subjectAltName);
  if (!uris) return { problem: 'its subject alternative names cannot be read' };
  const [principal, ...others] = uris;
  if (principal === undefined) return { problem: 'it has no URI name' };
  if (others.length > 0) return { problem: 'it has more than one URI name' };
  const id = parseSpiffeId(principal);
  if (!id) return { problem: 'its URI name is no SPIFFE id' };
  if (id.path === '') return { problem: 'its SPIFFE id names a trust domain, not a workload' };
  return { principal, trustDomain: id.trustDomain };
}

/**
 * The URI entries of Node's rendering, `DNS:a, URI:spiffe://b`. Node writes a value with special characters as a JSON
 * string, so that no value can look like several entries. `undefined`: the text is not of that form.
 */
function uriNames(subjectAltName: string | undefined): string[] | undefined {
  const uris: string[] = [];
  let rest = subjectAltName ?? '';
  while (rest !== '') {
    const entry = /^([A-Za-z0-9 ]+):("(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/.exec(rest);
    if (!entry) return undefined;
    const [whole, type, value] = entry;
    // A quoted value keeps its quotes: it is no SPIFFE id then, as it should be.
    if (type === 'URI') uris.push(value ?? '');
    rest = rest.slice(whole.length);
  }
  return uris;
}

/** SHA-256 of the DER form in lower-case hex, as `x-forwarded-client-cert` carries it. */
export function certificateHash(certificate: X509Certificate): string {
  return createHash('sha256').update(certificate.raw).digest('hex');
}

/** Whether the certificate is within its validity at `now`, milliseconds since the epoch. */
export function isValidAt(certificate: X509Certificate, now: number): boolean {
  return Date.parse(certificate.validFrom) <= now && now <= Date.parse(certificate.validTo);
}
