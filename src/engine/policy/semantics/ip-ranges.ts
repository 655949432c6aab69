/** Ranges of IP addresses in CIDR notation. */

export interface IpRange {
  readonly family: 4 | 6;
  /** The first address. */
  readonly start: bigint;
  readonly prefixLength: number;
}

/** Undefined for what is no range. Bits behind the prefix are left out of account, as routers do. */
export function parseIpRange(text: string): IpRange | undefined {
  const [address = '', length, ...others] = text.split('/');
  if (length === undefined || others.length > 0 || !/^\d{1,3}$/.test(length)) return undefined;
  const family = address.includes(':') ? 6 : 4;
  const width = family === 4 ? 32 : 128;
  const value = family === 4 ? parseIpv4(address) : parseIpv6(address);
  const prefixLength = Number(length);
  if (value === undefined || prefixLength > width) return undefined;
  const rest = BigInt(width - prefixLength);
  return { family, start: (value >> rest) << rest, prefixLength };
}

/** Every address of the second is one of the first. */
export function rangeCovers(wide: IpRange, narrow: IpRange): boolean {
  if (wide.family !== narrow.family || wide.prefixLength > narrow.prefixLength) return false;
  const rest = BigInt((wide.family === 4 ? 32 : 128) - wide.prefixLength);
  return wide.start >> rest === narrow.start >> rest;
}

function parseIpv4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)) return undefined;
  return parts.reduce((value, part) => value * 256n + BigInt(part), 0n);
}

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = [groupsOf(halves[0] ?? ''), groupsOf(halves[1] ?? '')];
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => 0n), ...tail];
  return groups.reduce((value, group) => (value << 16n) + group, 0n);
}

function groupsOf(text: string): readonly bigint[] | undefined {
  if (text === '') return [];
  const groups: bigint[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (/^[\da-f]{1,4}$/i.test(part)) groups.push(BigInt(`0x${part}`));
    else {
      // The last two groups may be written as an IPv4 address.
      const embedded = index === parts.length - 1 ? parseIpv4(part) : undefined;
      if (embedded === undefined) return undefined;
      groups.push(embedded >> 16n, embedded & 0xffffn);
    }
  }
  return groups;
}

/** The range as it is written in short, with its first address: `10.0.0.0/8`, `2001:db8::/32`. */
export function formatIpRange({ family, start, prefixLength }: IpRange): string {
  const address =
    family === 4
      ? partsOf(start, 4, 8n).join('.')
      : shortenIpv6(partsOf(start, 8, 16n).map((part) => part.toString(16)));
  return `${address}/${String(prefixLength)}`;
}

function partsOf(value: bigint, count: number, width: bigint): readonly bigint[] {
  return Array.from({ length: count }, (_, index) =>
    BigInt.asUintN(Number(width), value >> (width * BigInt(count - 1 - index))),
  );
}

/** With `::` for the first of the longest runs of zeros (RFC 5952). */
function shortenIpv6(groups: readonly string[]): string {
  const runs = groups.join(':').match(/\b0(?::0)+\b/g) ?? [];
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  if (longest === '') return groups.join(':');
  const [head = '', ...tail] = groups.join(':').split(new RegExp(`\\b${longest}\\b`));
  return `${head.replace(/:$/, '')}::${tail.join(longest).replace(/^:/, '')}`;
}
