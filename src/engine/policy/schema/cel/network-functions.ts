/** Functions of Kubernetes for URLs, IP addresses and address ranges. */
import { isIP } from 'node:net';
import type { CelFunc, CelInput } from '@bufbuild/cel';
import { CelScalar, celFunc, celMethod, mapType } from '@bufbuild/cel';
import { isCidr } from '../text-formats.ts';

const { STRING, BOOL, INT, DYN } = CelScalar;

/** Values of these types are mappings that no rule can take apart. */
export const opaque = mapType(STRING, DYN);

function parseUrl(text: string): URL | undefined {
  // As Go's `url.ParseRequestURI`: an absolute URL, or an absolute path.
  if (text.startsWith('/')) return URL.canParse(`none://none${text}`) ? new URL(`none://none${text}`) : undefined;
  return /^[a-zA-Z][-+.a-zA-Z0-9]*:/.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}

function urlParts(text: string): Map<string, CelInput> {
  const url = parseUrl(text);
  if (!url) throw new Error(`\`${text}\` is no URL`);
  const isPath = url.protocol === 'none:';
  const query = new Map<string, CelInput>();
  for (const key of new Set(url.searchParams.keys())) query.set(key, url.searchParams.getAll(key));
  return new Map<string, CelInput>([
    ['scheme', isPath ? '' : url.protocol.slice(0, -1)],
    ['host', isPath ? '' : url.host],
    ['hostname', isPath ? '' : url.hostname.replace(/^\[|\]$/g, '')],
    ['port', isPath ? '' : url.port],
    ['path', url.pathname],
    ['query', query],
  ]);
}

const urlPart = (method: string, part: string): CelFunc =>
  celMethod(method, opaque, [], DYN, function () {
    return this.get(part) ?? '';
  });

/** Groups of an address as one number. */
function addressBits(address: string): bigint {
  if (isIP(address) === 4) return address.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
  const [head = '', tail] = address.split('::');
  const groups = (half: string): string[] => half.split(':').filter((part) => part !== '');
  const [first, last] = [groups(head), groups(tail ?? '')];
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0');
  return [...first, ...zeros, ...last].reduce((bits, part) => (bits << 16n) | BigInt(`0x${part}`), 0n);
}

function addressParts(address: string): Map<string, CelInput> {
  const family = isIP(address);
  if (family === 0 || address.includes('%') || /:.*\./.test(address))
    throw new Error(`\`${address}\` is no IP address`);
  return new Map<string, CelInput>([
    ['family', BigInt(family)],
    ['bits', addressBits(address).toString()],
    ['text', address],
  ]);
}

function rangeParts(text: string): Map<string, CelInput> {
  if (!isCidr(text)) throw new Error(`\`${text}\` is no address range`);
  const [address = '', length = ''] = text.split('/');
  return new Map<string, CelInput>([...addressParts(address), ['length', BigInt(length)]]);
}

function contains(range: ReadonlyMap<unknown, unknown>, address: ReadonlyMap<unknown, unknown>): boolean {
  if (range.get('family') !== address.get('family')) return false;
  const width = range.get('family') === 4n ? 32n : 128n;
  const shift = width - (range.get('length') as bigint);
  const bitsOf = (value: ReadonlyMap<unknown, unknown>): bigint => BigInt(String(value.get('bits')));
  return bitsOf(range) >> shift === bitsOf(address) >> shift;
}

export const networkFunctions: readonly CelFunc[] = [
  celFunc('isURL', [STRING], BOOL, (text) => parseUrl(text) !== undefined),
  celFunc('url', [STRING], opaque, urlParts),
  urlPart('getScheme', 'scheme'),
  urlPart('getHost', 'host'),
  urlPart('getHostname', 'hostname'),
  urlPart('getPort', 'port'),
  urlPart('getEscapedPath', 'path'),
  urlPart('getQuery', 'query'),
  celFunc('isIP', [STRING], BOOL, (text) => isIP(text) !== 0 && !text.includes('%') && !/:.*\./.test(text)),
  celFunc('ip', [STRING], opaque, addressParts),
  celMethod('family', opaque, [], INT, function () {
    return this.get('family') as bigint;
  }),
  celFunc('isCIDR', [STRING], BOOL, isCidr),
  celFunc('cidr', [STRING], opaque, rangeParts),
  celMethod('prefixLength', opaque, [], INT, function () {
    return this.get('length') as bigint;
  }),
  celMethod('containsIP', opaque, [STRING], BOOL, function (text) {
    return contains(this, addressParts(text));
  }),
  celMethod('containsIP', opaque, [opaque], BOOL, function (address) {
    return contains(this, address);
  }),
];
