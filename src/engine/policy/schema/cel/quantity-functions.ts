/** Functions of Kubernetes for quantities and versions, which have names in common. */
import type { CelFunc, CelInput, CelMap } from '@bufbuild/cel';
import { CelScalar, celFunc, celMethod } from '@bufbuild/cel';
import { CelValueError } from './cel-value-error.ts';
import { identityOf, opaque, opaqueTypeOf, opaqueValue, partOf } from './opaque-value.ts';
import type { Version } from './version-order.ts';
import { compareVersions, parseVersion } from './version-order.ts';

const { STRING, BOOL, INT, DOUBLE } = CelScalar;

const quantityForm = /^([+-]?)(\d+\.?\d*|\.\d+)(m|[kMGTPE]|[KMGTPE]i|n|u|[eE][+-]?\d+)?$/;
const decimalScale = new Map(Object.entries({ n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }));
const binaryScale = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
/** Digits that are kept behind the point. */
const precision = 9;
const billion = 10n ** BigInt(precision);
const largest = 2n ** 63n - 1n;

/** In billionths. `isInteger` as Kubernetes has it, which depends on how it is written; absent where it is not known. */
interface Quantity {
  readonly nano: bigint;
  readonly isInteger?: boolean;
}

function parseQuantity(text: string): Quantity | undefined {
  const match = quantityForm.exec(text);
  if (!match) return undefined;
  const [, sign = '', digits = '', suffix = ''] = match;
  const [whole = '', fraction = ''] = digits.split('.');
  const unscaled = BigInt(`${whole}${fraction}` || '0');
  const power = binaryScale.indexOf(suffix);
  const exponent = decimalScale.get(suffix) ?? (power < 0 ? Number(suffix.slice(1)) : 0);
  if (Math.abs(exponent) > 100 || digits.length > 40) return undefined;
  const scale = exponent - fraction.length;
  const nano = scaled(unscaled * (power < 0 ? 1n : 1024n ** BigInt(power + 1)), scale + precision);
  const isShort = digits.length <= 15 && nano / billion <= largest;
  const isInteger = power < 0 ? scale >= 0 : fraction === '';
  return { nano: sign === '-' ? -nano : nano, ...(isShort && { isInteger }) };
}

/** Rounded away from zero, as Kubernetes rounds what is smaller than it keeps. */
function scaled(value: bigint, exponent: number): bigint {
  if (exponent >= 0) return value * 10n ** BigInt(exponent);
  const divisor = 10n ** BigInt(-exponent);
  return (value + divisor - 1n) / divisor;
}

function quantityValue({ nano, isInteger }: Quantity): ReadonlyMap<string, CelInput> {
  return opaqueValue('quantity', nano.toString(), isInteger === undefined ? {} : { isInteger });
}

function nanoOf(value: CelMap): bigint {
  return BigInt(String(identityOf(value, 'quantity')));
}

function isIntegerQuantity(value: CelMap): boolean {
  return partOf(value, 'quantity', 'isInteger') === true;
}

function sum(value: CelMap, added: bigint, isInteger: boolean): ReadonlyMap<string, CelInput> {
  const nano = nanoOf(value) + added;
  const isWhole = isInteger && isIntegerQuantity(value);
  return quantityValue({ nano, ...(isWhole && { isInteger: true }) });
}

function versionOf(value: CelMap): Version {
  const version = parseVersion(String(partOf(value, 'version', 'text')));
  if (!version) throw new Error('it takes something else for a version');
  return version;
}

function compare(a: CelMap, b: CelMap): number {
  if (opaqueTypeOf(a) === 'version') return compareVersions(versionOf(a), versionOf(b));
  const [first, second] = [nanoOf(a), nanoOf(b)];
  return first < second ? -1 : first > second ? 1 : 0;
}

function requireVersion(text: string, isLenient: boolean): ReadonlyMap<string, CelInput> {
  const version = parseVersion(text, isLenient);
  if (!version) throw new CelValueError(`\`${text}\` is no version`);
  const { numbers, pre } = version;
  const plain = `${numbers.join('.')}${pre.length > 0 ? `-${pre.join('.')}` : ''}`;
  return opaqueValue('version', plain, { text: plain });
}

const versionNumber = (name: string, index: number): CelFunc =>
  celMethod(name, opaque, [], INT, function () {
    return versionOf(this).numbers[index] ?? 0n;
  });

export const quantityFunctions: readonly CelFunc[] = [
  celFunc('isQuantity', [STRING], BOOL, (text) => parseQuantity(text) !== undefined),
  celFunc('quantity', [STRING], opaque, (text) => {
    const value = parseQuantity(text);
    if (value === undefined) throw new CelValueError(`\`${text}\` is no quantity`);
    return quantityValue(value);
  }),
  celMethod('isGreaterThan', opaque, [opaque], BOOL, function (other) {
    return compare(this, other) > 0;
  }),
  celMethod('isLessThan', opaque, [opaque], BOOL, function (other) {
    return compare(this, other) < 0;
  }),
  celMethod('compareTo', opaque, [opaque], INT, function (other) {
    return BigInt(compare(this, other));
  }),
  celMethod('isInteger', opaque, [], BOOL, function () {
    return isIntegerQuantity(this);
  }),
  celMethod('asInteger', opaque, [], INT, function () {
    if (!isIntegerQuantity(this)) throw new CelValueError('a quantity that is no whole number');
    return nanoOf(this) / billion;
  }),
  celMethod('asApproximateFloat', opaque, [], DOUBLE, function () {
    return Number(nanoOf(this)) / Number(billion);
  }),
  celFunc('sign', [opaque], INT, (value) => {
    const nano = nanoOf(value);
    return nano > 0n ? 1n : nano < 0n ? -1n : 0n;
  }),
  celMethod('add', opaque, [opaque], opaque, function (other) {
    return sum(this, nanoOf(other), isIntegerQuantity(other));
  }),
  celMethod('add', opaque, [INT], opaque, function (other) {
    return sum(this, other * billion, true);
  }),
  celMethod('sub', opaque, [opaque], opaque, function (other) {
    return sum(this, -nanoOf(other), isIntegerQuantity(other));
  }),
  celMethod('sub', opaque, [INT], opaque, function (other) {
    return sum(this, -other * billion, true);
  }),
  celFunc('isSemver', [STRING], BOOL, (text) => parseVersion(text) !== undefined),
  celFunc('isSemver', [STRING, BOOL], BOOL, (text, isLenient) => parseVersion(text, isLenient) !== undefined),
  celFunc('semver', [STRING], opaque, (text) => requireVersion(text, false)),
  celFunc('semver', [STRING, BOOL], opaque, (text, isLenient) => requireVersion(text, isLenient)),
  versionNumber('major', 0),
  versionNumber('minor', 1),
  versionNumber('patch', 2),
];
