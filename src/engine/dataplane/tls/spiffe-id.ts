/** SPIFFE ids after the SPIFFE-ID specification, section 2, as strict as go-spiffe's `spiffeid.FromString`. */
export interface SpiffeId {
  readonly trustDomain: string;
  /** With its leading slash; empty for the id of the trust domain itself. */
  readonly path: string;
}

const scheme = 'spiffe://';
const longest = 2048;
const longestTrustDomain = 255;
const trustDomainPattern = /^[a-z0-9._-]+$/;
const segmentPattern = /^[a-zA-Z0-9._-]+$/;

/**
 * `undefined` for anything that is no SPIFFE id: another scheme, user info, port, query, fragment, percent-encoding, upper
 * case in the trust domain, empty or dot segments, a trailing slash.
 */
export function parseSpiffeId(text: string): SpiffeId | undefined {
  if (text.length > longest || !text.startsWith(scheme)) return undefined;
  const rest = text.slice(scheme.length);
  const slash = rest.indexOf('/');
  const trustDomain = slash < 0 ? rest : rest.slice(0, slash);
  const path = slash < 0 ? '' : rest.slice(slash);
  if (trustDomain.length > longestTrustDomain || !trustDomainPattern.test(trustDomain)) return undefined;
  if (path === '') return { trustDomain, path };
  const segments = path.slice(1).split('/');
  if (segments.some((segment) => segment === '.' || segment === '..' || !segmentPattern.test(segment)))
    return undefined;
  return { trustDomain, path };
}
