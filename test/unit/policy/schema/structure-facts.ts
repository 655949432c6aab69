/** Puts the facts of a schema into lines, so that a table and a CRD can be compared: one line a property. */
import type { Schema } from '../../../../src/engine/policy/schema/schema.ts';
import type { UntrustedRecord } from '../../../../src/shared/untrusted.ts';
import { fieldOf, listOf, recordOf } from '../../../../src/shared/untrusted.ts';

/** Facts by path. */
export type Facts = Map<string, string>;

const sorted = (values: readonly unknown[]): string => [...values].map(String).sort().join('|');
const groups = (all: readonly (readonly string[])[]): string => all.map(sorted).sort().join(' ');

/** Signs that need no backslash; groups that are not captured; and a loop with an optional separator, which means the same with one. */
const plainPattern = (source: string): string =>
  source
    .replaceAll('\\/', '/')
    .replaceAll('(?:', '(')
    .replaceAll('([\\t ]?[!-~]+)*', '([\\t ][!-~]+)*')
    .replaceAll('\\-', '-');

/** `required` lists of the alternatives of a `oneOf`, and whether none of them is an alternative too. */
function alternatives(
  schema: unknown,
): { readonly fields: readonly string[]; readonly mayBeNone: boolean } | undefined {
  const branches = listOf(fieldOf(schema, 'oneOf'));
  const fields = branches
    .flatMap((branch) => listOf(fieldOf(branch, 'required')))
    .filter((each) => typeof each === 'string');
  return fields.length > 0
    ? { fields, mayBeNone: branches.some((branch) => fieldOf(branch, 'not') !== undefined) }
    : undefined;
}

const limits = [
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'minProperties',
  'maxProperties',
];

/** Limits that CRDs write as rules where the schema itself could have said them. */
function saidByRules(schema: UntrustedRecord): {
  readonly limits: UntrustedRecord;
  readonly exclusive: readonly (readonly string[])[];
} {
  const rules = listOf(schema['x-kubernetes-validations']).map((each) => String(fieldOf(each, 'rule')));
  const exclusive = rules
    .filter((rule) => /^(?:\(has\(self\.\w+\) \? 1 : 0\)(?: \+ )?)+ <= 1$/.test(rule))
    .map((rule) => sorted([...rule.matchAll(/self\.(\w+)/g)].map((match) => match[1])));
  const words = rules.flatMap((rule) => /^self in (\[.*\])$/.exec(rule)?.[1] ?? [])[0];
  return {
    limits: {
      ...(rules.includes('0 < self && self <= 65535') && { minimum: 1, maximum: 65535 }),
      ...(words !== undefined && { enum: JSON.parse(words) as unknown }),
    },
    exclusive: [...new Set(exclusive)].map((group) => group.split('|')),
  };
}

/** What a CRD says. A field it is open below says nothing of what is in it. */
export function crdFacts(written: UntrustedRecord, at: string, facts: Facts): void {
  const said = saidByRules(written);
  const schema: UntrustedRecord = { ...written, ...said.limits };
  const properties = recordOf(schema.properties);
  const values = recordOf(schema.additionalProperties);
  const isIntOrText =
    schema['x-kubernetes-int-or-string'] === true ||
    sorted(listOf(schema.anyOf).map((each) => fieldOf(each, 'type'))) === 'integer|string';
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const isBare = schema.type === 'object' && !values && !properties;
  const kind = isIntOrText
    ? 'int-or-string'
    : isBare && isOpen
      ? 'any'
      : schema.type === 'object' && values
        ? 'map'
        : String(schema.type);
  const line = [kind];
  if (schema.nullable === true) line.push('nullable');
  if (isOpen && !isBare) line.push('open');
  for (const key of limits) if (typeof schema[key] === 'number') line.push(`${key}=${schema[key]}`);
  for (const key of ['exclusiveMinimum', 'exclusiveMaximum']) if (schema[key] === true) line.push(key);
  if (typeof schema.pattern === 'string') line.push(`pattern=${plainPattern(schema.pattern)}`);
  // Numbers of 32 bits are said by limits in our tables where the CRD has both.
  if (typeof schema.format === 'string') line.push(`format=${schema.format}`);
  if (Array.isArray(schema.enum)) line.push(`enum=${sorted(schema.enum)}`);
  // On a list it demands nothing.
  const required = schema.type === 'array' ? [] : listOf(schema.required);
  if (required.length > 0) line.push(`required=${sorted(required)}`);
  if (schema.default !== undefined) line.push(`default=${JSON.stringify(schema.default)}`);
  if (schema['x-kubernetes-list-type'] === 'map')
    line.push(`keys=${sorted(listOf(schema['x-kubernetes-list-map-keys']))}`);
  if (schema['x-kubernetes-list-type'] === 'set') line.push('set');
  if (JSON.stringify(schema['x-kubernetes-validations'] ?? '').includes("duration('1ms')")) line.push('duration');
  const oneOf = [schema, ...listOf(schema.allOf)].flatMap((each) => alternatives(each) ?? []);
  const exclusive = oneOf
    .filter(({ mayBeNone }) => mayBeNone)
    .map(({ fields }) => fields)
    .filter(({ length }) => length > 1);
  const exactlyOne = oneOf.filter(({ mayBeNone }) => !mayBeNone).map(({ fields }) => fields);
  const atMostOne = [...exclusive, ...said.exclusive];
  if (atMostOne.length > 0) line.push(`exclusive=${groups(atMostOne)}`);
  if (exactlyOne.length > 0) line.push(`exactlyOne=${groups(exactlyOne)}`);
  facts.set(at, line.sort().join(' '));
  for (const [name, child] of Object.entries(properties ?? {})) crdFacts(recordOf(child) ?? {}, `${at}.${name}`, facts);
  if (values) crdFacts(values, `${at}.*`, facts);
  if (schema.items !== undefined) crdFacts(recordOf(schema.items) ?? {}, `${at}[]`, facts);
}

/** What a table says. */
export function tableFacts(schema: Schema, at: string, facts: Facts): void {
  if (schema.channel === 'experimental' || schema.former) return;
  // An object of which nothing is said is as good as anything.
  const isBare = schema.type === 'object' && schema.isOpen === true && Object.keys(schema.fields).length === 0;
  const line: string[] = [isBare ? 'any' : schema.type];
  if (schema.nullable === true) line.push('nullable');
  if (schema.default !== undefined) line.push(`default=${JSON.stringify(schema.default)}`);
  const plain = schema as unknown as UntrustedRecord;
  for (const key of limits) if (typeof plain[key] === 'number') line.push(`${key}=${plain[key]}`);
  for (const key of ['exclusiveMinimum', 'exclusiveMaximum']) if (plain[key] === true) line.push(key);
  if (typeof plain.minEntries === 'number') line.push(`minProperties=${plain.minEntries}`);
  if (typeof plain.maxEntries === 'number') line.push(`maxProperties=${plain.maxEntries}`);
  const pattern = schema.type === 'string' || schema.type === 'int-or-string' ? schema.pattern : undefined;
  if (pattern) line.push(`pattern=${plainPattern(pattern.source)}`);
  switch (schema.type) {
    case 'string':
      if (schema.format === 'positive-duration') line.push('duration');
      // A CRD says no more of these than that they are texts; the mesh demands the form.
      else if (schema.format && schema.format !== 'duration')
        line.push(`format=${schema.format === 'go-duration' ? 'duration' : schema.format}`);
      if (schema.values) line.push(`enum=${sorted(schema.values)}`);
      break;
    case 'integer':
    case 'number':
      if (schema.format) line.push(`format=${schema.format}`);
      if (schema.values) line.push(`enum=${sorted(schema.values)}`);
      break;
    case 'array':
      if (schema.keys) line.push(`keys=${sorted(schema.keys)}`);
      if (schema.isSet === true) line.push('set');
      break;
    case 'object':
      if (schema.isOpen === true && !isBare) line.push('open');
      if (schema.required.length > 0) line.push(`required=${sorted(schema.required)}`);
      if (schema.exclusive.length > 0) line.push(`exclusive=${groups(schema.exclusive)}`);
      if (schema.exactlyOne) line.push(`exactlyOne=${groups(schema.exactlyOne)}`);
      break;
    default:
  }
  facts.set(at, line.sort().join(' '));
  if (schema.type === 'object') {
    for (const [name, child] of Object.entries(schema.fields)) tableFacts(child, `${at}.${name}`, facts);
  } else if (schema.type === 'map') tableFacts(schema.values, `${at}.*`, facts);
  else if (schema.type === 'array') tableFacts(schema.items, `${at}[]`, facts);
}

/** Only what the tables of a group are held to: `format` of numbers is no limit of its own where a range is narrower. */
export function withoutFormats(facts: Facts): Facts {
  return new Map(
    [...facts].map(([at, line]) => [
      at,
      line
        .split(' ')
        .filter((each) => !/^format=(?:u?int\d+|double|float)$/.test(each))
        .join(' '),
    ]),
  );
}
