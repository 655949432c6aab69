/** Functions that Kubernetes adds to CEL: named formats, searches by regular expression, quantities, lists and sets. */
import type { CelFunc, CelInput } from '@bufbuild/cel';
import { CelScalar, celFunc, celMethod, listType } from '@bufbuild/cel';
import { RE2JS } from 're2js';
import type { KubernetesFormat } from '../text-formats.ts';
import { formatProblem } from '../text-formats.ts';
import { networkFunctions, opaque } from './network-functions.ts';

const { STRING, BOOL, INT, DYN, DOUBLE } = CelScalar;
const anyList = listType(DYN);

const formats: Readonly<Record<string, KubernetesFormat>> = {
  dns1123Label: 'k8s-short-name',
  dns1123Subdomain: 'k8s-long-name',
  uri: 'uri',
  uuid: 'uuid',
  byte: 'byte',
  date: 'date',
  datetime: 'date-time',
};

const namedFormat = (format: KubernetesFormat): Map<string, CelInput> => new Map([['format', format]]);

function validate(format: unknown, text: string): CelInput {
  const problem = formatProblem(text, String(format) as KubernetesFormat);
  return problem === undefined ? null : [`must be ${problem}`];
}

function find(text: string, pattern: string): string {
  const matcher = RE2JS.compile(pattern).matcher(text);
  return matcher.find() ? (matcher.group() ?? '') : '';
}

function findAll(text: string, pattern: string, most: number): string[] {
  const matcher = RE2JS.compile(pattern).matcher(text);
  const found: string[] = [];
  while ((most < 0 || found.length < most) && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}

const quantityForm = /^([+-]?(?:\d+\.?\d*|\.\d+))(m|[kMGTPE]|[KMGTPE]i|n|u|[eE][+-]?\d+)?$/;
const scale: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

function quantityOf(text: string): number | undefined {
  const match = quantityForm.exec(text);
  if (!match) return undefined;
  const suffix = match[2] ?? '';
  if (/^[eE]./.test(suffix)) return Number(`${match[1] ?? ''}${suffix}`);
  return Number(match[1]) * (suffix === '' ? 1 : (scale[suffix] ?? NaN));
}

function quantity(text: string): Map<string, CelInput> {
  const value = quantityOf(text);
  if (value === undefined) throw new Error(`\`${text}\` is no quantity`);
  return new Map([['quantity', value]]);
}

const amount = (value: ReadonlyMap<unknown, unknown>): number => Number(value.get('quantity'));

const comparison = (name: string, holds: (a: number, b: number) => boolean): CelFunc =>
  celMethod(name, opaque, [opaque], BOOL, function (other) {
    return holds(amount(this), amount(other));
  });

const quantityFunctions: readonly CelFunc[] = [
  celFunc('isQuantity', [STRING], BOOL, (text) => quantityOf(text) !== undefined),
  celFunc('quantity', [STRING], opaque, quantity),
  comparison('isGreaterThan', (a, b) => a > b),
  comparison('isLessThan', (a, b) => a < b),
  celMethod('compareTo', opaque, [opaque], INT, function (other) {
    return BigInt(Math.sign(amount(this) - amount(other)));
  }),
  celMethod('isInteger', opaque, [], BOOL, function () {
    return Number.isSafeInteger(amount(this));
  }),
  celMethod('asInteger', opaque, [], INT, function () {
    return BigInt(amount(this));
  }),
  celMethod('asApproximateFloat', opaque, [], DOUBLE, function () {
    return amount(this);
  }),
  celMethod('sign', opaque, [], INT, function () {
    return BigInt(Math.sign(amount(this)));
  }),
];

const formatFunctions: readonly CelFunc[] = [
  ...Object.entries(formats).map(([name, format]) => celFunc(`format.${name}`, [], opaque, () => namedFormat(format))),
  celMethod('validate', opaque, [STRING], DYN, function (text) {
    return validate(this.get('format'), text);
  }),
  celMethod('find', STRING, [STRING], STRING, function (pattern) {
    return find(this, pattern);
  }),
  celMethod('findAll', STRING, [STRING], listType(STRING), function (pattern) {
    return findAll(this, pattern, -1);
  }),
  celMethod('findAll', STRING, [STRING, INT], listType(STRING), function (pattern, most) {
    return findAll(this, pattern, Number(most));
  }),
];

type Plain = string | number | bigint | boolean;

const plain = (value: unknown): Plain => {
  if (typeof value === 'object' || value === undefined) throw new Error('only plain values can be compared');
  return value as Plain;
};

const items = (list: Iterable<unknown>): Plain[] => [...list].map(plain);

const listFunctions: readonly CelFunc[] = [
  celMethod('isSorted', anyList, [], BOOL, function () {
    return items(this).every((item, index, all) => index === 0 || (all[index - 1] as Plain) <= item);
  }),
  celMethod('sum', anyList, [], DYN, function () {
    const all = items(this);
    if (all.every((item) => typeof item === 'bigint')) return all.reduce((sum, item) => sum + item, 0n);
    return all.reduce((sum: number, item) => sum + Number(item), 0);
  }),
  celMethod('min', anyList, [], DYN, function () {
    return items(this).reduce((least, item) => (item < least ? item : least));
  }),
  celMethod('max', anyList, [], DYN, function () {
    return items(this).reduce((most, item) => (item > most ? item : most));
  }),
  celMethod('indexOf', anyList, [DYN], INT, function (wanted) {
    return BigInt(items(this).indexOf(plain(wanted)));
  }),
  celMethod('lastIndexOf', anyList, [DYN], INT, function (wanted) {
    return BigInt(items(this).lastIndexOf(plain(wanted)));
  }),
  celFunc('sets.contains', [anyList, anyList], BOOL, (list, part) => {
    const all = new Set(items(list));
    return items(part).every((item) => all.has(item));
  }),
  celFunc('sets.intersects', [anyList, anyList], BOOL, (a, b) => {
    const all = new Set(items(a));
    return items(b).some((item) => all.has(item));
  }),
  celFunc('sets.equivalent', [anyList, anyList], BOOL, (a, b) => {
    const [first, second] = [new Set(items(a)), new Set(items(b))];
    return [...first].every((item) => second.has(item)) && [...second].every((item) => first.has(item));
  }),
];

export const kubernetesFunctions: readonly CelFunc[] = [
  ...networkFunctions,
  ...formatFunctions,
  ...quantityFunctions,
  ...listFunctions,
];
