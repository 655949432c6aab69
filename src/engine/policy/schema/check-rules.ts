/** Runs the rules of a table over a value, once the structure around them is right. */
import { isDeepStrictEqual } from 'node:util';
import type { FieldPath } from '../../../shared/text.ts';
import { isRecord } from '../../../shared/untrusted.ts';
import { withDefaults } from './defaults.ts';
import type { ObjectSchema, Schema } from './schema.ts';
import type { StructureProblem, StructureProblemKind } from './structure-problem.ts';

const deepest = 100;

/** A value with one of these is not what rules are written for. */
const blocking: ReadonlySet<StructureProblemKind> = new Set([
  'wrong-type',
  'missing-field',
  'unknown-value',
  'out-of-range',
]);

/** What the rules of the table find, except where the structure of the very value is wrong already. */
export function ruleProblems(
  value: unknown,
  schema: Schema,
  found: readonly StructureProblem[],
): readonly StructureProblem[] {
  if (!hasRules(schema)) return [];
  const blocked = found.filter(({ kind }) => blocking.has(kind)).map(({ path }) => path);
  const problems: StructureProblem[] = [];
  collect(withDefaults(value, schema), schema, [], blocked, problems);
  // What a rule misses may stand there under a name that is not known.
  const misread = found.filter(({ kind }) => kind === 'unknown-field').map(({ path }) => path.slice(0, -1));
  return problems.filter(({ path }) => !misread.some((record) => record.length > 1 && isDeepStrictEqual(record, path)));
}

function collect(
  value: unknown,
  schema: Schema,
  path: FieldPath,
  blocked: readonly FieldPath[],
  problems: StructureProblem[],
): void {
  if (value === null || value === undefined || path.length > deepest || !hasRules(schema)) return;
  if (schema.rules && !blocked.some((other) => isRelated(other, path))) {
    for (const rule of schema.rules) {
      for (const { path: within, part = 'head', message, kind = 'broken-rule' } of rule(value)) {
        problems.push({ kind, path: [...path, ...within], part, message, fixes: [] });
      }
    }
  }
  if (schema.type === 'array' && Array.isArray(value)) {
    for (const [index, item] of value.entries()) collect(item, schema.items, [...path, index], blocked, problems);
  } else if (isRecord(value)) {
    const ofAll = schema.type === 'map' ? schema.values : undefined;
    const fields = schema.type === 'object' ? ruledFields(schema) : undefined;
    for (const key of Object.keys(value)) {
      const field = ofAll ?? fields?.get(key);
      if (field) collect(value[key], field, [...path, key], blocked, problems);
    }
  }
}

/** Whether one path leads through the other. */
function isRelated(a: FieldPath, b: FieldPath): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.every((step, index) => step === long[index]);
}

const ruled = new WeakMap<ObjectSchema, ReadonlyMap<string, Schema>>();

/** The fields that have rules anywhere. */
function ruledFields(schema: ObjectSchema): ReadonlyMap<string, Schema> {
  let fields = ruled.get(schema);
  if (!fields) {
    fields = new Map(Object.entries(schema.fields).filter(([, field]) => hasRules(field)));
    ruled.set(schema, fields);
  }
  return fields;
}

const known = new WeakMap<Schema, boolean>();

/** Whether the table has rules anywhere. */
function hasRules(schema: Schema): boolean {
  let answer = known.get(schema);
  if (answer === undefined) {
    answer =
      schema.rules !== undefined ||
      (schema.type === 'array' && hasRules(schema.items)) ||
      (schema.type === 'map' && hasRules(schema.values)) ||
      (schema.type === 'object' && Object.values(schema.fields).some(hasRules));
    known.set(schema, answer);
  }
  return answer;
}
