import { randomBytes } from 'node:crypto';
import type { LinkSecurity } from '../dataplane/data-plane.ts';
import { CertificateAuthority } from '../dataplane/tls/certificate-authority.ts';
import { CertificateRotation } from '../dataplane/tls/certificate-rotation.ts';
import type { LinkSecurityMode } from '../discovery/registry/local-mesh-spec.ts';

/** What every sidecar of one running mesh is given to prove who it is. Keys live in memory only, and end with the mesh. */
export interface LinkIdentities {
  /** False where links are plain text. */
  readonly secured: boolean;
  securityOf(principal: string): Promise<LinkSecurity>;
  dispose(): void;
}

const sharedKeyBytes = 32;

async function withCertificates(
  trustDomain: string,
  onRotated: (principal: string) => void,
  onFailed: (principal: string, error: unknown) => void,
): Promise<LinkIdentities> {
  const authority = await CertificateAuthority.create({ trustDomain });
  const issued = new Set<string>();
  const rotation = new CertificateRotation({
    issue: (principal) => authority.issue(principal),
    // The first leaf of a principal is asked for; only later ones are news.
    onRotated: (principal) => (issued.has(principal) ? onRotated(principal) : void issued.add(principal)),
    onFailed,
    now: Date.now,
    random: Math.random,
    setTimer: (fn, ms) => {
      const timer = setTimeout(fn, ms);
      return { cancel: () => clearTimeout(timer) };
    },
  });
  return {
    secured: true,
    async securityOf(principal) {
      const leaf = await rotation.ensure(principal);
      return {
        type: 'certificates',
        certificatePem: leaf.certificatePem,
        privateKeyPem: leaf.privateKeyPem,
        trustBundlePem: authority.trustBundlePem,
      };
    },
    dispose: () => rotation.dispose(),
  };
}

/** Makes the identities of a mesh. `onRotated`: the certificate of a principal was renewed; ask for it again. */
export function createLinkIdentities(input: {
  readonly mode: LinkSecurityMode;
  readonly trustDomain: string;
  readonly onRotated: (principal: string) => void;
  readonly onFailed: (principal: string, error: unknown) => void;
}): Promise<LinkIdentities> {
  switch (input.mode) {
    case 'certificates':
      return withCertificates(input.trustDomain, input.onRotated, input.onFailed);
    case 'shared-key': {
      const key = new Uint8Array(randomBytes(sharedKeyBytes));
      return Promise.resolve({
        secured: true,
        securityOf: (identity) => Promise.resolve({ type: 'shared-key', identity, key }),
        dispose: () => void key.fill(0),
      });
    }
    case 'none':
      return Promise.resolve({
        secured: false,
        securityOf: () => Promise.resolve({ type: 'none' }),
        dispose: () => undefined,
      });
  }
}
