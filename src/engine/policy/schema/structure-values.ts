/** What a value is, seen with its table. */
import type { FieldPath } from '../../../shared/text.ts';
import type { UntrustedRecord } from '../../../shared/untrusted.ts';
import { isRecord } from '../../../shared/untrusted.ts';
import { isStructureNumber } from './check-scalar.ts';
import type { ObjectSchema, Schema, TextSchema } from './schema.ts';

/** Whether it is a text where any text may stand. */
export function isAnyText(value: unknown, schema: Schema): boolean {
  return typeof value === 'string' && schema.type === 'string' && schema.logic === undefined && !hasLimits(schema);
}

export function hasLimits({ values, minLength, maxLength, pattern, format }: TextSchema): boolean {
  return (
    values !== undefined ||
    pattern !== undefined ||
    format !== undefined ||
    minLength !== undefined ||
    maxLength !== undefined
  );
}

export function hasType(value: unknown, schema: Schema): boolean {
  switch (schema.type) {
    case 'object':
    case 'map':
      return isRecord(value);
    case 'array':
      return Array.isArray(value);
    case 'string':
      return typeof value === 'string' || (value === false && schema.isFalseToo === true);
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
    case 'number':
      return isStructureNumber(value, schema.type);
    case 'int-or-string':
      return typeof value === 'string' || isStructureNumber(value, 'integer');
    case 'any':
      return true;
  }
}

/** Whether a field has a value; null where nothing else may stand counts as none. */
export function isSet(value: UntrustedRecord, key: string, schema: ObjectSchema): boolean {
  if (!Object.hasOwn(value, key)) return false;
  return value[key] !== null || schema.fields[key]?.nullable === true;
}

/** Null where nothing else may stand counts as absent. */
export function isDropped(value: unknown, schema: Schema): boolean {
  return value === null && schema.nullable !== true && schema.type !== 'any';
}

/** Charts leave these behind wherever nobody set any, and no reader misses something there. */
export function isOftenEmpty(key: string, path: FieldPath): boolean {
  return path.at(-1) === 'metadata' && (key === 'annotations' || key === 'labels');
}

export function defaultOf(items: Schema, key: string): unknown {
  return items.type === 'object' && Object.hasOwn(items.fields, key) ? items.fields[key]?.default : undefined;
}

export function textOf(value: unknown): string {
  return JSON.stringify(value) ?? '';
}
