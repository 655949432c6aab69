import { X509Certificate } from 'node:crypto';

/** Whom a certificate is for, who issued it and until when it is valid, in one sentence. */
export function describeCertificate(pem: string): string {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch {
    return 'Its certificate cannot be read.';
  }
  const names = certificate.subjectAltName ?? certificate.subject;
  const span = `valid from ${certificate.validFrom} to ${certificate.validTo}`;
  return `Certificate for ${plain(names)}, issued by ${plain(certificate.issuer)}, ${span}.`;
}

/** Names in a certificate are anybody's words. */
function plain(text: string): string {
  return `\`${text.replaceAll('`', "'").replaceAll(/\s+/g, ' ').slice(0, 300)}\``;
}
