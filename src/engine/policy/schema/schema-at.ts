import type { FieldPath } from '../../../shared/text.ts';
import type { Schema } from './schema.ts';

/** The table entry that describes a field; undefined where no table does. */
export function schemaAt(root: Schema, path: FieldPath): Schema | undefined {
  let schema: Schema | undefined = root;
  for (const step of path) {
    if (schema === undefined) return undefined;
    if (typeof step === 'number') schema = schema.type === 'array' ? schema.items : undefined;
    else if (schema.type === 'object') schema = Object.hasOwn(schema.fields, step) ? schema.fields[step] : undefined;
    else schema = schema.type === 'map' ? schema.values : undefined;
  }
  return schema;
}

/** How people call what a field holds. */
export function typeName(schema: Schema): string {
  switch (schema.type) {
    case 'string':
      if (schema.values) return 'one of a few words';
      return /duration$/.test(schema.format ?? '') ? 'duration' : 'text';
    case 'integer':
      return 'whole number';
    case 'number':
      return 'number';
    case 'boolean':
      return 'true or false';
    case 'int-or-string':
      return 'number or text';
    case 'array':
      return 'list';
    case 'map':
    case 'object':
      return 'mapping';
    case 'any':
      return 'anything';
  }
}
