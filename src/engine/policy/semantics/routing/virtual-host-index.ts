/** Finds the virtual host of an authority as Envoy does: exact, then the longest `*.suffix`, then `*`. */
export interface VirtualHostIndex<T> {
  find(authority: string): T | undefined;
}

/** Cuts `:port` off; an IPv6 address keeps its brackets. */
export function withoutPort(authority: string): string {
  const colon = authority.lastIndexOf(':');
  if (colon < 0 || authority.indexOf(']') > colon) return authority;
  // More than one colon and no bracket: a bare IPv6 address.
  if (authority.indexOf(':') !== colon && !authority.includes(']')) return authority;
  return authority.slice(0, colon);
}

/**
 * Builds the index. Of two entries with one domain the first counts. Istio has Envoy ignore the port of the authority
 * (`ignore_port_in_host_matching`), so a domain without port covers every port.
 */
export function createVirtualHostIndex<T>(
  entries: Iterable<{ domains: readonly string[]; value: T }>,
): VirtualHostIndex<T> {
  const exact = new Map<string, T>();
  const suffixes = new Map<string, T>();
  let any: T | undefined;
  for (const { domains, value } of entries) {
    for (const domain of domains) {
      if (domain === '*') any ??= value;
      else if (domain.startsWith('*')) {
        if (!suffixes.has(domain.slice(1))) suffixes.set(domain.slice(1), value);
      } else if (!exact.has(domain)) exact.set(domain, value);
    }
  }
  const lengths = [...new Set([...suffixes.keys()].map((suffix) => suffix.length))].sort((a, b) => b - a);
  return {
    find: (authority) => {
      const host = authority.toLowerCase();
      const found = exact.get(host);
      if (found !== undefined) return found;
      const bare = withoutPort(host);
      if (bare !== host) {
        const foundBare = exact.get(bare);
        if (foundBare !== undefined) return foundBare;
      }
      for (const length of lengths) {
        // The wildcard stands for at least one character.
        if (length >= bare.length) continue;
        const suffix = suffixes.get(bare.slice(-length));
        if (suffix !== undefined) return suffix;
      }
      return any;
    },
  };
}
