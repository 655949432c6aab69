/** What the API server makes of an object before it validates it. */
import { isRecord } from '../../../shared/untrusted.ts';
import type { Schema } from './schema.ts';

const deepest = 100;

/**
 * The value with absent fields filled in from the defaults of the table, and without those that are null where null stands
 * for nothing. Gives the same value back where there is nothing to do.
 */
export function withDefaults(value: unknown, schema: Schema, depth = 0): unknown {
  if (depth > deepest) return value;
  if (Array.isArray(value)) {
    if (schema.type !== 'array') return value;
    let changed: unknown[] | undefined;
    for (const [index, item] of value.entries()) {
      const next = withDefaults(item, schema.items, depth + 1);
      if (next !== item) (changed ??= [...(value as readonly unknown[])])[index] = next;
    }
    return changed ?? value;
  }
  if (!isRecord(value) || (schema.type !== 'object' && schema.type !== 'map')) return value;
  let changed: Record<string, unknown> | undefined;
  const copy = (): Record<string, unknown> => (changed ??= Object.assign(Object.create(null) as object, value));
  for (const key of Object.keys(value)) {
    const field = schema.type === 'map' ? schema.values : ownField(schema.fields, key);
    if (!field) continue;
    const before = value[key];
    if (before === null && field.nullable !== true) {
      if (field.default === undefined) Reflect.deleteProperty(copy(), key);
      continue;
    }
    const next = withDefaults(before, field, depth + 1);
    if (next !== before) copy()[key] = next;
  }
  if (schema.type === 'object') {
    for (const [key, field] of defaultedFields(schema)) {
      const before = Object.hasOwn(value, key) ? value[key] : undefined;
      const isAbsent = before === undefined || (before === null && field.nullable !== true);
      if (isAbsent) copy()[key] = withDefaults(field.default, field, depth + 1);
    }
  }
  return changed ?? value;
}

const defaulted = new WeakMap<object, readonly (readonly [string, Schema])[]>();

function defaultedFields(schema: Extract<Schema, { type: 'object' }>): readonly (readonly [string, Schema])[] {
  let fields = defaulted.get(schema);
  if (!fields) {
    fields = Object.entries(schema.fields).filter(([, field]) => field.default !== undefined);
    defaulted.set(schema, fields);
  }
  return fields;
}

function ownField(fields: Readonly<Record<string, Schema>>, key: string): Schema | undefined {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}
