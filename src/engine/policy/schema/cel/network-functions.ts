/** Functions of Kubernetes for URLs, IP addresses and address ranges. */
import type { CelFunc, CelInput, CelMap } from '@bufbuild/cel';
import { CelScalar, celFunc, celMethod, listType, mapType } from '@bufbuild/cel';
import type { Address, AddressRange } from './addresses.ts';
import { addressText, firstAddress, isIn, parseAddress, parseRange } from './addresses.ts';
import { CelValueError } from './cel-value-error.ts';
import { opaque, opaqueTypeOf, opaqueValue, partOf } from './opaque-value.ts';
import { isUrl, parseUrl } from './urls.ts';

const { STRING, BOOL, INT } = CelScalar;

type Opaque = ReadonlyMap<string, CelInput>;

function urlValue(text: string): Opaque {
  const url = parseUrl(text);
  if (!url) throw new CelValueError(`\`${text}\` is no URL`);
  return opaqueValue('url', text, { ...url });
}

const urlPart = (method: string, part: string): CelFunc =>
  celMethod(method, opaque, [], STRING, function () {
    return String(partOf(this, 'url', part));
  });

function addressValue({ family, bits }: Address): Opaque {
  return opaqueValue('address', `${String(family)} ${bits.toString()}`, {
    family: BigInt(family),
    bits: bits.toString(),
  });
}

function requireAddress(text: string): Address {
  const address = parseAddress(text);
  if (!address) throw new CelValueError(`\`${text}\` is no IP address`);
  return address;
}

function requireRange(text: string): AddressRange {
  const range = parseRange(text);
  if (!range) throw new CelValueError(`\`${text}\` is no address range`);
  return range;
}

function rangeValue({ family, bits, length }: AddressRange): Opaque {
  return opaqueValue('range', `${String(family)} ${bits.toString()}/${String(length)}`, {
    family: BigInt(family),
    bits: bits.toString(),
    length: BigInt(length),
  });
}

function addressOf(value: CelMap, type: 'address' | 'range' = 'address'): Address {
  const family = Number(partOf(value, type, 'family')) === 4 ? 4 : 6;
  return { family, bits: BigInt(String(partOf(value, type, 'bits'))) };
}

function rangeOf(value: CelMap): AddressRange {
  return { ...addressOf(value, 'range'), length: Number(partOf(value, 'range', 'length')) };
}

const contains = (range: AddressRange, other: AddressRange): boolean =>
  range.length <= other.length && isIn(range, other);

const addressTest = (name: string, ...ranges: readonly string[]): CelFunc => {
  const parsed = ranges.map(requireRange);
  return celMethod(name, opaque, [], BOOL, function () {
    const address = addressOf(this);
    return parsed.some((range) => isIn(range, address));
  });
};

/** Addresses that are for one machine, wherever it is. */
const notGlobal = ['0.0.0.0/32', '255.255.255.255/32', '127.0.0.0/8', '224.0.0.0/4', '169.254.0.0/16']
  .concat('::/128', '::1/128', 'ff00::/8', 'fe80::/10')
  .map(requireRange);

export const networkFunctions: readonly CelFunc[] = [
  celFunc('isURL', [STRING], BOOL, isUrl),
  celFunc('url', [STRING], opaque, urlValue),
  urlPart('getScheme', 'scheme'),
  urlPart('getHost', 'host'),
  urlPart('getHostname', 'hostname'),
  urlPart('getPort', 'port'),
  urlPart('getEscapedPath', 'path'),
  celMethod('getQuery', opaque, [], mapType(STRING, listType(STRING)), function () {
    return partOf(this, 'url', 'query') as CelMap;
  }),
  celFunc('isIP', [STRING], BOOL, (text) => parseAddress(text) !== undefined),
  celFunc('ip', [STRING], opaque, (text) => addressValue(requireAddress(text))),
  celFunc('ip.isCanonical', [STRING], BOOL, (text) => addressText(requireAddress(text)) === text),
  celMethod('family', opaque, [], INT, function () {
    return BigInt(addressOf(this).family);
  }),
  addressTest('isUnspecified', '0.0.0.0/32', '::/128'),
  addressTest('isLoopback', '127.0.0.0/8', '::1/128'),
  addressTest('isLinkLocalUnicast', '169.254.0.0/16', 'fe80::/10'),
  celMethod('isLinkLocalMulticast', opaque, [], BOOL, function () {
    const { family, bits } = addressOf(this);
    return family === 4 ? bits >> 8n === 0xe0_00_00n : ((bits >> 112n) & 0xff_0fn) === 0xff_02n;
  }),
  celMethod('isGlobalUnicast', opaque, [], BOOL, function () {
    const address = addressOf(this);
    return !notGlobal.some((range) => isIn(range, address));
  }),
  celFunc('isCIDR', [STRING], BOOL, (text) => parseRange(text) !== undefined),
  celFunc('cidr', [STRING], opaque, (text) => rangeValue(requireRange(text))),
  celMethod('prefixLength', opaque, [], INT, function () {
    return BigInt(rangeOf(this).length);
  }),
  celMethod('ip', opaque, [], opaque, function () {
    return addressValue(rangeOf(this));
  }),
  celMethod('masked', opaque, [], opaque, function () {
    const range = rangeOf(this);
    return rangeValue({ ...range, bits: firstAddress(range) });
  }),
  celMethod('containsIP', opaque, [STRING], BOOL, function (text) {
    return isIn(rangeOf(this), requireAddress(text));
  }),
  celMethod('containsIP', opaque, [opaque], BOOL, function (address) {
    return isIn(rangeOf(this), addressOf(address));
  }),
  celMethod('containsCIDR', opaque, [STRING], BOOL, function (text) {
    return contains(rangeOf(this), requireRange(text));
  }),
  celMethod('containsCIDR', opaque, [opaque], BOOL, function (range) {
    return contains(rangeOf(this), rangeOf(range));
  }),
  celFunc('string', [opaque], STRING, (value) => {
    if (opaqueTypeOf(value) === 'address') return addressText(addressOf(value));
    const range = rangeOf(value);
    return `${addressText(range)}/${String(range.length)}`;
  }),
];
