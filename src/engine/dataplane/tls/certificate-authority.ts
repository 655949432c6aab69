export interface LeafCertificate {
  /** Leaf only; the root that issued it is in the trust bundle. */
  readonly certificatePem: string;
  /** PKCS #8. */
  readonly privateKeyPem: string;
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
}

export class CertificateAuthority {
  static create(_options: {
    readonly trustDomain: string;
    readonly now?: () => number;
    readonly validityMs?: number;
  }): Promise<CertificateAuthority> {
    throw new Error('in work');
  }
  get trustBundlePem(): string {
    throw new Error('in work');
  }
  issue(
    _principal: string,
    _options?: { readonly validityMs?: number; readonly dnsNames?: readonly string[] },
  ): Promise<LeafCertificate> {
    throw new Error('in work');
  }
}
