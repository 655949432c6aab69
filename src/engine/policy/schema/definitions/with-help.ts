import type { Schema } from '../schema.ts';

/**
 * A structure from elsewhere with the words of a table: help, what texts refer to, and the rules that stand in for known
 * ones. Facts stay those of the structure.
 */
export function withHelp(schema: Schema, table: Schema | undefined): Schema {
  if (table?.type !== schema.type) return schema;
  const rules = [...(table.rules ?? []), ...(schema.rules ?? [])];
  const words = {
    help: table.help,
    ...(table.deprecated !== undefined && { deprecated: table.deprecated }),
    ...(rules.length > 0 && { rules }),
  };
  if (schema.type === 'object' && table.type === 'object') {
    const fields = Object.entries(schema.fields).map(([name, field]) => {
      const known = Object.hasOwn(table.fields, name) ? table.fields[name] : undefined;
      return [name, withHelp(field, known)] as const;
    });
    return { ...schema, ...words, fields: Object.fromEntries(fields) };
  }
  if (schema.type === 'array' && table.type === 'array') {
    return { ...schema, ...words, items: withHelp(schema.items, table.items) };
  }
  if (schema.type === 'map' && table.type === 'map') {
    return { ...schema, ...words, values: withHelp(schema.values, table.values) };
  }
  if (schema.type === 'string' && table.type === 'string') {
    const { patternHelp, format, deprecatedValues } = table;
    const isDuration = format === 'duration' || format === 'positive-duration';
    return {
      ...schema,
      ...words,
      ...(patternHelp !== undefined && { patternHelp }),
      ...(deprecatedValues && { deprecatedValues }),
      // Durations of the mesh are plain texts in the definitions.
      ...(isDuration && { format }),
    };
  }
  return { ...schema, ...words };
}
