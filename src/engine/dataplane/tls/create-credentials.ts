import type { LinkSecurity } from '../data-plane.ts';
import { CertificateCredentials } from './certificate-credentials.ts';
import type { HandshakeSettings, LinkCredentials } from './link-credentials.ts';
import { SharedKeyCredentials } from './shared-key-credentials.ts';

/** `undefined` for `none`. Throws where certificates, keys or identities cannot be used. */
export function createCredentials(security: LinkSecurity, settings: HandshakeSettings): LinkCredentials | undefined {
  switch (security.type) {
    case 'none':
      return undefined;
    case 'certificates':
      return new CertificateCredentials(security, settings);
    case 'shared-key':
      return new SharedKeyCredentials(security, settings);
  }
}
