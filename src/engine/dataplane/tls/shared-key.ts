/**
 * Keys of the shared-key mode. Every pair of peers that talk uses a pre-shared key of its own, derived with HKDF-SHA-256
 * (RFC 5869) from the key of the mesh and the identity that the client announces. The handshake proves knowledge of the
 * derived key (RFC 8446, section 4.2.11.2), so an announced identity cannot be altered on the way.
 *
 * What it cannot do: whoever holds the mesh key can announce any identity. Telling members apart needs certificates.
 */
import { createHash, hkdfSync } from 'node:crypto';
import { parseSpiffeId } from './spiffe-id.ts';

/** HKDF stretches nothing: a key must bring its own entropy. */
export const shortestMeshKey = 16;
/** OpenSSL's PSK_MAX_IDENTITY_LEN. */
const longestIdentity = 256;
const salt = 'meshlens shared-key link v1';

/** What a client announces: who it is, and of whom the server must be one (empty: anybody). */
export interface AnnouncedIdentity {
  readonly principal: string;
  /** Digests of the expected principals. */
  readonly expected: readonly string[];
}

/** Short stand-in for a principal, 96 bits, as an announcement has room for few whole ones. */
export function principalDigest(principal: string): string {
  return createHash('sha256').update(principal).digest().subarray(0, 12).toString('base64url');
}

/** `spiffe://…/client` or `spiffe://…/client#digest,digest`; a SPIFFE id has no `#`. Throws when it gets too long. */
export function formatIdentity(principal: string, expectedPrincipals: readonly string[]): string {
  const digests = expectedPrincipals.map(principalDigest).join(',');
  const identity = digests === '' ? principal : `${principal}#${digests}`;
  if (identity.length > longestIdentity) {
    throw new Error(
      `The identity ${principal} with ${expectedPrincipals.length} expected peers does not fit into TLS-PSK.`,
    );
  }
  return identity;
}

/** `undefined` for what `formatIdentity` would not write. */
export function parseIdentity(identity: string): AnnouncedIdentity | undefined {
  if (identity.length > longestIdentity) return undefined;
  const hash = identity.indexOf('#');
  const principal = hash < 0 ? identity : identity.slice(0, hash);
  const expected = hash < 0 ? [] : identity.slice(hash + 1).split(',');
  if (!parseSpiffeId(principal)?.path) return undefined;
  if (expected.some((digest) => !/^[A-Za-z0-9_-]{16}$/.test(digest))) return undefined;
  return { principal, expected };
}

/** The 32-byte pre-shared key for an announced identity. */
export function deriveLinkKey(meshKey: Uint8Array, identity: string): Buffer {
  return Buffer.from(hkdfSync('sha256', meshKey, salt, identity, 32));
}
