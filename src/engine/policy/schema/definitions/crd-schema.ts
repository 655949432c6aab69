/** Reads `openAPIV3Schema` of a CustomResourceDefinition into our own form. */
import { RE2JS } from 're2js';
import type { UntrustedRecord } from '../../../../shared/untrusted.ts';
import { fieldOf, isRecord, listOf, numberOf, recordOf, stringOf } from '../../../../shared/untrusted.ts';
import { celRule } from '../cel/cel-rule.ts';
import type { Logic, NumberSchema, Pattern, Schema, SchemaRule, Shape } from '../schema.ts';
import { metadataSchema } from '../tables/kubernetes/metadata.ts';
import type { TextFormat } from '../text-formats.ts';
import { isKubernetesFormat } from '../text-formats.ts';

const deepest = 60;
const longestHelp = 400;

/** Whether a rule is one that our own checks and tables make already. */
export type IsKnownRule = (expression: string) => boolean;

export function readCrdSchema(source: unknown, isKnown: IsKnownRule = () => false, depth = 0): Schema {
  const crd = recordOf(source) ?? {};
  if (depth > deepest) return { type: 'any', help: '' };
  const bare = structureOf(crd, isKnown, depth);
  const logic = depth >= 0 ? logicOf(crd, bare) : undefined;
  const schema = logic ? { ...bare, logic } : bare;
  const rules = rulesOf(crd, schema, isKnown);
  return rules.length > 0 ? { ...schema, rules } : schema;
}

export function rulesOf(crd: UntrustedRecord, schema: Schema, isKnown: IsKnownRule): readonly SchemaRule[] {
  return listOf(crd['x-kubernetes-validations']).flatMap((each) => {
    const expression = stringOf(fieldOf(each, 'rule')) ?? '';
    return isKnown(expression) ? [] : (celRule(each, schema) ?? []);
  });
}

function structureOf(crd: UntrustedRecord, isKnown: IsKnownRule, depth: number): Schema {
  const common = {
    help: helpOf(crd),
    ...(crd.nullable === true && { nullable: true }),
    ...(crd.default !== undefined && { default: crd.default }),
  };
  const isOpen = crd['x-kubernetes-preserve-unknown-fields'] === true;
  if (crd['x-kubernetes-int-or-string'] === true)
    return { type: 'int-or-string', ...common, ...textLimits(crd), ...numberLimits(crd) };
  switch (crd.type) {
    case 'string':
      return { type: 'string', ...common, ...textLimits(crd), ...formatOf(crd), ...wordsOf(crd) };
    case 'integer':
    case 'number':
      return { type: crd.type, ...common, ...numberLimits(crd), ...numbersOf(crd) };
    case 'boolean':
      return { type: 'boolean', ...common };
    case 'array':
      return {
        type: 'array',
        ...common,
        items: readCrdSchema(crd.items, isKnown, depth + 1),
        ...pick(crd, ['minItems', 'maxItems']),
        ...listType(crd),
      };
    case 'object':
      break;
    default:
      if (!isRecord(crd.properties)) return { type: 'any', ...common };
  }
  const counts = renamed(crd, { minProperties: 'minEntries', maxProperties: 'maxEntries' });
  if (crd.additionalProperties !== undefined && crd.additionalProperties !== false) {
    return { type: 'map', ...common, values: readCrdSchema(crd.additionalProperties, isKnown, depth + 1), ...counts };
  }
  const properties = recordOf(crd.properties);
  const isEmbedded = crd['x-kubernetes-embedded-resource'] === true;
  const fields = Object.entries(properties ?? {}).map(
    ([name, field]) => [name, readCrdSchema(field, isKnown, depth + 1)] as const,
  );
  return {
    type: 'object',
    ...common,
    fields: {
      ...(isEmbedded && { apiVersion: namedText, kind: namedText, metadata: metadataSchema('subdomain') }),
      ...Object.fromEntries(fields),
    },
    required: [...listOf(crd.required).filter((each) => typeof each === 'string')],
    ...groupsOf(crd),
    ...counts,
    ...(isOpen && { isOpen }),
  };
}

/** The first paragraph of a description, cut between words where it is long. */
function helpOf(crd: UntrustedRecord): string {
  const paragraph = (stringOf(crd.description) ?? '').trim().split(/\n\s*\n/)[0] ?? '';
  const line = paragraph.replaceAll(/\s+/g, ' ');
  return line.length <= longestHelp ? line : `${line.slice(0, longestHelp).replace(/\s+\S*$/, '')} …`;
}

const namedText: Schema = { type: 'string', help: '' };

function listType(crd: UntrustedRecord): { readonly keys?: readonly string[]; readonly isSet?: boolean } {
  if (crd['x-kubernetes-list-type'] === 'set') return { isSet: true };
  const keys = listOf(crd['x-kubernetes-list-map-keys']).filter((each) => typeof each === 'string');
  return crd['x-kubernetes-list-type'] === 'map' && keys.length > 0 ? { keys } : {};
}

function pick<K extends string>(crd: UntrustedRecord, names: readonly K[]): { readonly [Name in K]?: number } {
  const found = names.flatMap((name) =>
    numberOf(crd[name]) === undefined ? [] : [[name, numberOf(crd[name])] as const],
  );
  return Object.fromEntries(found) as { [Name in K]?: number };
}

function renamed<T extends Readonly<Record<string, string>>>(
  crd: UntrustedRecord,
  names: T,
): { readonly [K in T[keyof T]]?: number } {
  const found = Object.entries(names).flatMap(([from, to]) => {
    const value = numberOf(crd[from]);
    return value === undefined ? [] : [[to, value] as const];
  });
  return Object.fromEntries(found) as { [K in T[keyof T]]?: number };
}

function numberLimits(crd: UntrustedRecord): Omit<Partial<NumberSchema>, 'type' | 'help' | 'values'> {
  const format = stringOf(crd.format);
  return {
    ...pick(crd, ['minimum', 'maximum', 'multipleOf']),
    ...(crd.exclusiveMinimum === true && { exclusiveMinimum: true }),
    ...(crd.exclusiveMaximum === true && { exclusiveMaximum: true }),
    ...((format === 'int32' || format === 'int64' || format === 'float' || format === 'double') && { format }),
  };
}

function numbersOf(crd: UntrustedRecord): { readonly values?: readonly number[] } {
  return Array.isArray(crd.enum) ? { values: crd.enum.filter((each) => typeof each === 'number') } : {};
}

function wordsOf(crd: UntrustedRecord): { readonly values?: readonly string[] } {
  return Array.isArray(crd.enum) ? { values: crd.enum.filter((each) => typeof each === 'string') } : {};
}

function formatOf(crd: UntrustedRecord): { readonly format?: TextFormat } {
  const format = stringOf(crd.format)?.replace(/^datetime$/, 'date-time') ?? '';
  if (format === 'duration') return { format: 'go-duration' };
  return isKubernetesFormat(format) ? { format } : {};
}

function textLimits(crd: UntrustedRecord): {
  readonly pattern?: Pattern;
  readonly minLength?: number;
  readonly maxLength?: number;
} {
  const source = stringOf(crd.pattern);
  const pattern = source === undefined ? undefined : patternOf(source);
  return { ...pick(crd, ['minLength', 'maxLength']), ...(pattern && { pattern }) };
}

/** In RE2, as the API server; compiled when first needed. A pattern that is none matches everything. */
function patternOf(source: string): Pattern {
  let compiled: RE2JS | null | undefined;
  return {
    source,
    test(text) {
      if (compiled === undefined) {
        try {
          compiled = RE2JS.compile(source);
        } catch {
          compiled = null;
        }
      }
      return compiled === null || compiled.matcher(text).find();
    },
  };
}

/** `oneOf` over required fields says it better than alternatives do. */
function groupsOf(crd: UntrustedRecord): {
  readonly exclusive: readonly (readonly string[])[];
  readonly exactlyOne?: readonly (readonly string[])[];
  readonly atLeastOne?: readonly (readonly string[])[];
} {
  const oneOf = [crd, ...listOf(crd.allOf)].flatMap((each) => {
    const group = requiredGroup(fieldOf(each, 'oneOf'));
    return group ? [group] : [];
  });
  const anyOf = requiredGroup(crd.anyOf);
  const exactlyOne = oneOf.filter(({ mayBeNone }) => !mayBeNone).map(({ fields }) => fields);
  return {
    exclusive: oneOf.filter(({ mayBeNone, fields }) => mayBeNone && fields.length > 1).map(({ fields }) => fields),
    ...(exactlyOne.length > 0 && { exactlyOne }),
    ...(anyOf && !anyOf.mayBeNone && { atLeastOne: [anyOf.fields] }),
  };
}

/** Branches that each ask for one field, or for none of them; undefined for any other form. */
function requiredGroup(
  branches: unknown,
): { readonly fields: readonly string[]; readonly mayBeNone: boolean } | undefined {
  const fields: string[] = [];
  let mayBeNone = false;
  for (const branch of listOf(branches)) {
    const required = listOf(fieldOf(branch, 'required'));
    const [name] = required;
    const isEmpty = Object.values(recordOf(fieldOf(branch, 'properties')) ?? {}).every(
      (each) => Object.keys(recordOf(each) ?? {}).length === 0,
    );
    if (fieldOf(branch, 'not') !== undefined && required.length === 0) mayBeNone = true;
    else if (typeof name === 'string' && required.length === 1 && isEmpty) fields.push(name);
    else return undefined;
  }
  return fields.length > 0 ? { fields, mayBeNone } : undefined;
}

/** What `groupsOf` and `int-or-string` do not say already. */
function logicOf(crd: UntrustedRecord, schema: Schema): Logic | undefined {
  if (schema.type === 'int-or-string') return undefined;
  const shapes = (key: string): readonly Shape[] | undefined => {
    const branches = listOf(crd[key]);
    if (branches.length === 0 || (schema.type === 'object' && key !== 'allOf' && requiredGroup(branches)))
      return undefined;
    const wanted =
      key === 'allOf' && schema.type === 'object'
        ? branches.filter((each) => !requiredGroup(fieldOf(each, 'oneOf')))
        : branches;
    return wanted.length > 0 ? wanted.map((each) => shapeOf(each, 0)) : undefined;
  };
  const [oneOf, anyOf, allOf] = ['oneOf', 'anyOf', 'allOf'].map(shapes);
  const not = crd.not === undefined ? undefined : shapeOf(crd.not, 0);
  const words =
    Array.isArray(crd.enum) && !['string', 'integer', 'number'].includes(schema.type) ? crd.enum : undefined;
  const all = [...(allOf ?? []), ...(words ? [{ values: words }] : [])];
  if (!oneOf && !anyOf && all.length === 0 && !not) return undefined;
  return {
    ...(oneOf && { oneOf }),
    ...(anyOf && { anyOf }),
    ...(all.length > 0 && { allOf: all }),
    ...(not && { not }),
  };
}

function shapeOf(source: unknown, depth: number): Shape {
  const crd = recordOf(source) ?? {};
  if (depth > deepest) return {};
  const list = (key: string): readonly Shape[] => listOf(crd[key]).map((each) => shapeOf(each, depth + 1));
  const required = listOf(crd.required).filter((each) => typeof each === 'string');
  const fields = Object.entries(recordOf(crd.properties) ?? {}).map(
    ([name, each]) => [name, shapeOf(each, depth + 1)] as const,
  );
  const limits = limitsOf(crd);
  return {
    ...(required.length > 0 && { required }),
    ...(fields.length > 0 && { fields: Object.fromEntries(fields) }),
    ...(crd.items !== undefined && { items: shapeOf(crd.items, depth + 1) }),
    ...(Array.isArray(crd.enum) && { values: crd.enum }),
    ...(limits && { limits }),
    ...(crd.oneOf !== undefined && { oneOf: list('oneOf') }),
    ...(crd.anyOf !== undefined && { anyOf: list('anyOf') }),
    ...(crd.allOf !== undefined && { allOf: list('allOf') }),
    ...(crd.not !== undefined && { not: shapeOf(crd.not, depth + 1) }),
  };
}

/** Limits of texts, numbers and counts, of whatever type they are for. */
function limitsOf(crd: UntrustedRecord): Schema | undefined {
  const texts = { ...textLimits(crd), ...formatOf(crd) };
  if (Object.keys(texts).length > 0) return { type: 'string', help: '', ...texts };
  const numbers = numberLimits(crd);
  if (Object.keys(numbers).length > 0) return { type: 'number', help: '', ...numbers };
  const counts = pick(crd, ['minItems', 'maxItems']);
  if (Object.keys(counts).length > 0) return { type: 'array', help: '', items: { type: 'any', help: '' }, ...counts };
  const entries = renamed(crd, { minProperties: 'minEntries', maxProperties: 'maxEntries' });
  return Object.keys(entries).length > 0
    ? { type: 'map', help: '', values: { type: 'any', help: '', nullable: true }, ...entries }
    : undefined;
}
