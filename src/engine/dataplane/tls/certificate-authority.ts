/**
 * The certificate authority of a local mesh: one root that lives and dies with the process. Profiles after the SPIFFE
 * X.509-SVID specification and what istiod issues (`security/pkg/pki/util/generate_cert.go`): P-256, empty subject, the
 * SPIFFE id as critical URI name, leafs for a day.
 */
import { randomBytes, webcrypto } from 'node:crypto';
import type * as X509 from '@peculiar/x509';
import { parseSpiffeId } from './spiffe-id.ts';

export interface LeafCertificate {
  /** The leaf only; the root that issued it is in the trust bundle. */
  readonly certificatePem: string;
  /** PKCS #8. */
  readonly privateKeyPem: string;
  /** Milliseconds since the epoch, a whole second. */
  readonly notAfter: number;
}

const hour = 3_600_000;
/** Istio's `DEFAULT_WORKLOAD_CERT_TTL` and `CITADEL_SELF_SIGNED_CA_CERT_TTL`. */
const leafValidityMs = 24 * hour;
const rootValidityMs = 3650 * 24 * hour;
/** Clocks of a mesh differ: istiod, too, dates leafs two minutes back. */
const backdatingMs = 2 * 60_000;

const keyAlgorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' } as const;

type Library = typeof X509;
let library: Promise<Library> | undefined;

/**
 * 340 KB that only a mesh with certificates needs: loaded when the first authority is made. Its dependency injection needs
 * the metadata part of `Reflect`, which must be there first.
 */
async function importLibrary(): Promise<Library> {
  await import('@abraham/reflection');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto);
  return x509;
}

function loadLibrary(): Promise<Library> {
  library ??= importLibrary();
  return library;
}

/** X.509 times have whole seconds; rounding down keeps a certificate from outliving what was asked. */
const wholeSecond = (time: number): number => Math.floor(time / 1000) * 1000;

/** Positive, 127 random bits, as RFC 5280, section 4.1.2.2 and the CA/Browser Forum want serial numbers. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

export class CertificateAuthority {
  readonly #x509: Library;
  readonly #trustDomain: string;
  readonly #now: () => number;
  readonly #root: X509.X509Certificate;
  /** Not extractable: not even this process can write it down. */
  readonly #rootKey: webcrypto.CryptoKey;
  readonly trustBundlePem: string;

  private constructor(
    x509: Library,
    trustDomain: string,
    now: () => number,
    root: X509.X509Certificate,
    rootKey: webcrypto.CryptoKey,
  ) {
    this.#x509 = x509;
    this.#trustDomain = trustDomain;
    this.#now = now;
    this.#root = root;
    this.#rootKey = rootKey;
    this.trustBundlePem = `${root.toString('pem')}\n`;
  }

  /** `validityMs` is of the root, ten years unless said. Rejects for what is no trust domain. */
  static async create(options: {
    readonly trustDomain: string;
    readonly now?: () => number;
    readonly validityMs?: number;
  }): Promise<CertificateAuthority> {
    const { trustDomain, now = Date.now, validityMs = rootValidityMs } = options;
    const id = `spiffe://${trustDomain}`;
    if (parseSpiffeId(id)?.path !== '') throw new Error(`"${trustDomain}" is no SPIFFE trust domain.`);
    const x509 = await loadLibrary();
    const keys = await webcrypto.subtle.generateKey(keyAlgorithm, false, ['sign', 'verify']);
    const created = now();
    const root = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serialNumber(),
      name: `O=${trustDomain}`,
      notBefore: new Date(wholeSecond(created - backdatingMs)),
      notAfter: new Date(wholeSecond(created + validityMs)),
      signingAlgorithm,
      keys: keys,
      extensions: [
        // Path length 0: it issues leafs only.
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        new x509.SubjectAlternativeNameExtension([{ type: 'url', value: id }]),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return new CertificateAuthority(x509, trustDomain, now, root, keys.privateKey);
  }

  /** A leaf with a new key. `validityMs`: a day unless said, never beyond the root's. Rejects for a foreign principal. */
  async issue(
    principal: string,
    options: { readonly validityMs?: number; readonly dnsNames?: readonly string[] } = {},
  ): Promise<LeafCertificate> {
    const id = parseSpiffeId(principal);
    if (!id?.path || id.trustDomain !== this.#trustDomain) {
      throw new Error(`"${principal}" is no SPIFFE id of a workload in ${this.#trustDomain}.`);
    }
    const x509 = this.#x509;
    const keys = await webcrypto.subtle.generateKey(keyAlgorithm, true, ['sign', 'verify']);
    const issued = this.#now();
    const notAfter = wholeSecond(
      Math.min(issued + (options.validityMs ?? leafValidityMs), this.#root.notAfter.getTime()),
    );
    const names: X509.JsonGeneralNames = [{ type: 'url', value: principal }];
    for (const value of options.dnsNames ?? []) names.push({ type: 'dns', value });
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: '',
      issuer: this.#root.subject,
      notBefore: new Date(Math.max(wholeSecond(issued - backdatingMs), this.#root.notBefore.getTime())),
      notAfter: new Date(notAfter),
      signingAlgorithm,
      publicKey: keys.publicKey,
      signingKey: this.#rootKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
        // Critical, as RFC 5280, section 4.2.1.6 wants it where the subject is empty.
        new x509.SubjectAlternativeNameExtension(names, true),
        await x509.AuthorityKeyIdentifierExtension.create(this.#root.publicKey),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    const privateKey = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
    return {
      certificatePem: `${certificate.toString('pem')}\n`,
      privateKeyPem: `${x509.PemConverter.encode(privateKey, 'PRIVATE KEY')}\n`,
      notAfter,
    };
  }
}
