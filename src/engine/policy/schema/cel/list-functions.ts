/** Functions for lists: those of Kubernetes, of CEL's extension for lists and of its sets; and what loops are written with. */
import type { CelFunc, CelInput } from '@bufbuild/cel';
import { CelScalar, celFunc, celList, celMethod, isCelList, isCelMap, listType } from '@bufbuild/cel';
import { CelValueError } from './cel-value-error.ts';
import { opaqueTypeOf } from './opaque-value.ts';
import { optionalNone, optionalOf } from './optional-functions.ts';

const { BOOL, INT, DYN } = CelScalar;
const anyList = listType(DYN);
const mostItems = 10_000;

type Plain = string | number | bigint | boolean;

/** Whole numbers are equal whatever their type. What cannot be compared here throws, and leaves the rule undecided. */
const plain = (value: unknown): Plain => {
  if (typeof value === 'object' || value === undefined) throw new Error('only plain values can be compared');
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : (value as Plain);
};

const items = (list: Iterable<unknown>): Plain[] => [...list].map(plain);

/** Like `items`, for values of which one is larger. */
const ordered = (list: Iterable<unknown>): Plain[] => {
  const all = items(list);
  const isOrdered = all.every((item) => typeof item !== 'string' || !/[\ud800-\udfff]/.test(item));
  if (!isOrdered) throw new Error('it orders texts with rare characters');
  return all;
};

const byValue = (a: Plain, b: Plain): number => (a < b ? -1 : a > b ? 1 : 0);

/** The values as they were, by their keys. */
function sortedBy(list: Iterable<CelInput>, keys: Iterable<unknown>): CelInput[] {
  const places = ordered(keys).map((key, index) => ({ key, index }));
  const values = [...list];
  return places
    .sort((a, b) => byValue(a.key, b.key) || a.index - b.index)
    .map(({ index }) => values[index] as CelInput);
}

function most(list: Iterable<unknown>, name: string, sign: 1 | -1): Plain {
  const [first, ...others] = ordered(list);
  if (first === undefined) throw new CelValueError(`${name} of an empty list`);
  return others.reduce((best, item) => (byValue(item, best) === sign ? item : best), first);
}

function flattened(list: Iterable<CelInput>, depth: bigint): CelInput[] {
  if (depth < 0n) throw new CelValueError('a negative depth');
  return [...list].flatMap((item) => (isCelList(item) && depth > 0n ? flattened(item, depth - 1n) : [item]));
}

/** Keys or indexes, each with what stands there. */
function pairsOf(value: unknown): CelInput[] {
  if (isCelList(value)) return [...value].map((item, index) => celList([BigInt(index), item]));
  if (!isCelMap(value) || opaqueTypeOf(value) !== undefined) throw new Error('it loops over something that is no list');
  return [...value.keys()].map((key) => celList([key, value.get(key) as CelInput]));
}

const contains = (list: Iterable<unknown>, part: Iterable<unknown>): boolean => {
  const all = new Set(items(list));
  return items(part).every((item) => all.has(item));
};

export const listFunctions: readonly CelFunc[] = [
  celMethod('isSorted', anyList, [], BOOL, function () {
    return ordered(this).every((item, index, all) => index === 0 || (all[index - 1] as Plain) <= item);
  }),
  celMethod('sum', anyList, [], DYN, function () {
    const all = [...this];
    if (all.every((item) => typeof item === 'bigint')) return all.reduce((sum, item) => sum + item, 0n);
    if (all.every((item) => typeof item === 'number')) return all.reduce((sum, item) => sum + item, 0);
    throw new Error('it adds values that are no numbers');
  }),
  celMethod('min', anyList, [], DYN, function () {
    return most(this, 'min', -1);
  }),
  celMethod('max', anyList, [], DYN, function () {
    return most(this, 'max', 1);
  }),
  celMethod('indexOf', anyList, [DYN], INT, function (wanted) {
    return BigInt(items(this).indexOf(plain(wanted)));
  }),
  celMethod('lastIndexOf', anyList, [DYN], INT, function (wanted) {
    return BigInt(items(this).lastIndexOf(plain(wanted)));
  }),
  celMethod('includes', DYN, [DYN], BOOL, function (wanted) {
    return isCelList(this) ? items(this).includes(plain(wanted)) : plain(this) === plain(wanted);
  }),
  celMethod('slice', anyList, [INT, INT], anyList, function (start, end) {
    if (start < 0n || end < start || end > this.size) {
      throw new CelValueError(`no items from ${String(start)} to ${String(end)}`);
    }
    return [...this].slice(Number(start), Number(end));
  }),
  celMethod('flatten', anyList, [], anyList, function () {
    return flattened(this, 1n);
  }),
  celMethod('flatten', anyList, [INT], anyList, function (depth) {
    return flattened(this, depth);
  }),
  celMethod('distinct', anyList, [], anyList, function () {
    return [...new Set(items(this))];
  }),
  celMethod('reverse', anyList, [], anyList, function () {
    return [...this].reverse();
  }),
  celMethod('sort', anyList, [], anyList, function () {
    return sortedBy(this, this);
  }),
  celMethod('first', anyList, [], DYN, function () {
    return this.size === 0 ? optionalNone : optionalOf(this.get(0) as CelInput);
  }),
  celMethod('last', anyList, [], DYN, function () {
    return this.size === 0 ? optionalNone : optionalOf(this.get(this.size - 1) as CelInput);
  }),
  celFunc('lists.range', [INT], anyList, (count) => {
    if (count < 0n) throw new CelValueError('a range of negative length');
    if (count > mostItems) throw new Error('it looks at too many items');
    return Array.from({ length: Number(count) }, (_, index) => BigInt(index));
  }),
  celFunc('@sortedBy', [anyList, anyList], anyList, (list, keys) => sortedBy(list, keys)),
  celFunc('@pairs', [DYN], anyList, (value) => pairsOf(value)),
  celFunc('sets.contains', [anyList, anyList], BOOL, contains),
  celFunc('sets.intersects', [anyList, anyList], BOOL, (a, b) => {
    const all = new Set(items(a));
    return items(b).some((item) => all.has(item));
  }),
  celFunc('sets.equivalent', [anyList, anyList], BOOL, (a, b) => contains(a, b) && contains(b, a)),
];
