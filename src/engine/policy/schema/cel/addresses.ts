/** IP addresses and ranges as Kubernetes' CEL takes them: without zones, and without IPv4 written as IPv6. */
import { isIP } from 'node:net';

export interface Address {
  readonly family: 4 | 6;
  readonly bits: bigint;
}

export interface AddressRange extends Address {
  readonly length: number;
}

export function parseAddress(text: string): Address | undefined {
  const family = isIP(text);
  if (family === 4) return { family, bits: bitsOfV4(text) };
  if (family !== 6 || text.includes('%')) return undefined;
  const bits = bitsOfV6(text);
  return bits >> 32n === 0xff_ffn ? undefined : { family: 6, bits };
}

export function parseRange(text: string): AddressRange | undefined {
  const [address, length] = [text.slice(0, text.lastIndexOf('/')), text.slice(text.lastIndexOf('/') + 1)];
  const parsed = text.includes('/') ? parseAddress(address) : undefined;
  const isLength = /^(?:0|[1-9]\d{0,2})$/.test(length) && parsed && Number(length) <= widthOf(parsed);
  return isLength ? { ...parsed, length: Number(length) } : undefined;
}

const widthOf = ({ family }: Address): number => (family === 4 ? 32 : 128);

/** The bits of the range, those beyond its length set to zero. */
export function firstAddress(range: AddressRange): bigint {
  const rest = BigInt(widthOf(range) - range.length);
  return (range.bits >> rest) << rest;
}

export function isIn(range: AddressRange, { family, bits }: Address): boolean {
  return range.family === family && firstAddress({ ...range, bits }) === firstAddress(range);
}

function bitsOfV4(text: string): bigint {
  return text.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

function bitsOfV6(text: string): bigint {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const low = dotted ? bitsOfV4(dotted[2] ?? '') : 0n;
  const whole = dotted ? `${dotted[1] ?? ''}${(low >> 16n).toString(16)}:${(low & 0xff_ffn).toString(16)}` : text;
  const [head = '', tail] = whole.split('::');
  const groups = (half: string): string[] => half.split(':').filter((part) => part !== '');
  const [first, last] = [groups(head), groups(tail ?? '')];
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0');
  return [...first, ...zeros, ...last].reduce((bits, part) => (bits << 16n) | BigInt(`0x${part}`), 0n);
}

/** The canonical form: lower case, and the first of the longest runs of zeros left out. */
export function addressText({ family, bits }: Address): string {
  const part = (width: bigint, index: number): bigint => (bits >> (width * BigInt(index))) & ((1n << width) - 1n);
  if (family === 4) return [3, 2, 1, 0].map((index) => part(8n, index).toString()).join('.');
  const groups = [7, 6, 5, 4, 3, 2, 1, 0].map((index) => part(16n, index).toString(16));
  const runs = [...groups.join(':').matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)];
  const longest = runs.reduce<string>((most, [run]) => (zerosIn(run) > zerosIn(most) ? run : most), '');
  if (longest === '') return groups.join(':');
  const text = groups.join(':');
  const at = text.indexOf(longest);
  return `${text.slice(0, at)}::${text.slice(at + longest.length).replace(/^:/, '')}`;
}

function zerosIn(run: string): number {
  return run.split('0').length - 1;
}
