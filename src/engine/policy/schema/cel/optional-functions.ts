/** Optional values of CEL, and what the parser writes for `a.?b`, `a[?b]`, and optional parts of lists and mappings. */
import type { CelFunc, CelInput, CelMap } from '@bufbuild/cel';
import { CelScalar, celFunc, celList, celMethod, isCelList, isCelMap, isCelUint, listType } from '@bufbuild/cel';
import { CelValueError } from './cel-value-error.ts';
import { opaque, opaqueTypeOf, opaqueValue, partOf } from './opaque-value.ts';

const { BOOL, DYN, STRING } = CelScalar;
const anyList = listType(DYN);

export function optionalOf(value: CelInput): ReadonlyMap<string, CelInput> {
  return opaqueValue('optional', [value], { present: true, value });
}

export const optionalNone = opaqueValue('optional', [], { present: false });

const isPresent = (optional: CelMap): boolean => partOf(optional, 'optional', 'present') === true;

const valueOf = (optional: CelMap): CelInput => {
  if (!isPresent(optional)) throw new CelValueError('the value of nothing');
  return partOf(optional, 'optional', 'value') as CelInput;
};

function isZero(value: unknown): boolean {
  if (isCelList(value)) return value.size === 0;
  if (isCelUint(value)) return value.value === 0n;
  if (isCelMap(value)) {
    if (opaqueTypeOf(value) !== undefined) throw new Error('it asks for the zero of a type that has none here');
    return value.size === 0;
  }
  if (value instanceof Uint8Array) return value.length === 0;
  if (typeof value === 'object' && value !== null) throw new Error('it asks for the zero of a type that has none here');
  return value === null || value === false || value === '' || value === 0 || value === 0n;
}

/** What stands at the key or index, if it is there; of an optional value, of what it holds. */
function chosen(value: unknown, key: unknown): CelInput {
  if (isCelMap(value)) {
    if (opaqueTypeOf(value) === 'optional') return isPresent(value) ? chosen(valueOf(value), key) : optionalNone;
    const found = value.get(key as string);
    return found === undefined ? optionalNone : optionalOf(found);
  }
  if (!isCelList(value)) throw new Error('it takes a field from something that has none');
  const index = typeof key === 'bigint' ? Number(key) : isCelUint(key) ? Number(key.value) : undefined;
  if (index === undefined) throw new Error('it takes something else for an index');
  const found = value.get(index);
  return found === undefined ? optionalNone : optionalOf(found);
}

export const optionalFunctions: readonly CelFunc[] = [
  celFunc('optional.of', [DYN], opaque, (value) => optionalOf(value)),
  celFunc('optional.none', [], opaque, () => optionalNone),
  celFunc('optional.ofNonZeroValue', [DYN], opaque, (value) => (isZero(value) ? optionalNone : optionalOf(value))),
  celFunc('optional.unwrap', [anyList], anyList, (list) => unwrapped(list)),
  celMethod('unwrapOpt', anyList, [], anyList, function () {
    return unwrapped(this);
  }),
  celMethod('hasValue', opaque, [], BOOL, function () {
    return isPresent(this);
  }),
  celMethod('value', opaque, [], DYN, function () {
    return valueOf(this);
  }),
  celMethod('or', opaque, [opaque], opaque, function (other) {
    return isPresent(this) ? this : other;
  }),
  celMethod('orValue', opaque, [DYN], DYN, function (other) {
    return isPresent(this) ? valueOf(this) : other;
  }),
  celFunc('@optional', [DYN, DYN], opaque, (value, key) => chosen(value, key) as ReadonlyMap<string, CelInput>),
  celFunc('@listOf', [opaque], anyList, (optional) => celList(isPresent(optional) ? [valueOf(optional)] : [])),
  celFunc('@withOptional', [opaque, STRING, opaque], opaque, (map, key, optional) =>
    isPresent(optional) ? withEntry(map, key, valueOf(optional)) : map,
  ),
  celFunc('@withEntry', [opaque, DYN, DYN], opaque, (map, key, value) => withEntry(map, key, value)),
  celFunc('@withEntries', [opaque, opaque], opaque, (map, other) => {
    if (opaqueTypeOf(other) !== undefined) throw new Error('it makes a mapping of something that is none');
    return [...other.keys()].reduce<CelInput>(
      (sum, key) => withEntry(sum as CelMap, key, other.get(key) as CelInput),
      map,
    ) as CelMap;
  }),
];

function unwrapped(list: Iterable<unknown>): CelInput[] {
  return [...list].flatMap((item) => {
    if (!isCelMap(item)) throw new Error('it unwraps something that is no optional value');
    return isPresent(item) ? [valueOf(item)] : [];
  });
}

/** Every entry makes the mapping anew. */
const mostEntries = 500;

function withEntry(map: CelMap, key: unknown, value: CelInput): ReadonlyMap<string, CelInput> | CelMap {
  if (typeof key !== 'string') throw new Error('it makes a mapping whose keys are no texts');
  if (map.size >= mostEntries) throw new Error('it makes too large a mapping');
  const entries = new Map<string, CelInput>();
  for (const each of map.keys()) {
    if (typeof each !== 'string') throw new Error('it makes a mapping whose keys are no texts');
    entries.set(each, map.get(each) as CelInput);
  }
  if (entries.has(key)) throw new CelValueError(`the key \`${key}\` twice`);
  return entries.set(key, value);
}
