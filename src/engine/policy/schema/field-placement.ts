/** Where a field belongs that its mapping does not have: with a wrong indentation it is a level off. */
import type { FieldPath } from '../../../shared/text.ts';
import type { UntrustedRecord } from '../../../shared/untrusted.ts';
import type { ObjectSchema, Schema } from './schema.ts';
import { hasType } from './structure-values.ts';

/** A mapping around another one. */
export interface Owner {
  readonly schema: ObjectSchema;
  readonly path: FieldPath;
}

interface UnknownField {
  readonly key: string;
  readonly value: unknown;
  /** Of the mapping that it stands in. */
  readonly schema: ObjectSchema;
  readonly path: FieldPath;
  /** Mappings around that one, the nearest first. */
  readonly owners: readonly Owner[];
}

/** A sentence, where one place is by far the likeliest. */
export function placeOf(field: UnknownField): string | undefined {
  const inside = fieldsAround(field);
  if (inside.length > 0) return belongsIn(inside, field.schema);
  const { key, value, path, owners } = field;
  for (const [level, owner] of owners.slice(0, 2).entries()) {
    const beside = String(path[owner.path.length]);
    if (mayHold(owner.schema, key, value)) {
      return `It belongs ${level === 0 ? 'a level' : 'further'} up, beside \`${beside}\`.`;
    }
    const others = Object.keys(owner.schema.fields).filter((name) => name !== beside);
    const holding = level === 0 ? others.filter((name) => mayHold(owner.schema.fields[name], key, value)) : [];
    if (holding.length > 0 && holding.length < 3) return belongsIn(holding, owner.schema);
  }
  return undefined;
}

/** Names that it may be a misspelling of: those that are only a part of it, or it of them, not where it stands a level off. */
export function likelyNames(field: UnknownField, near: readonly string[]): readonly string[] {
  const key = field.key.toLowerCase();
  const isPart = (name: string): boolean => key.includes(name.toLowerCase()) || name.toLowerCase().includes(key);
  return near.every(isPart) && fieldsAround(field).length > 0 ? [] : near;
}

/** The one field that its mapping needs and does not have, where this is the only unknown one and may be its value. */
export function neededField(mapping: UntrustedRecord, { key, value, schema }: UnknownField): readonly string[] {
  const unknown = Object.keys(mapping).filter((each) => !Object.hasOwn(schema.fields, each));
  const missing = schema.required.filter(
    (each) => !Object.hasOwn(mapping, each) && schema.fields[each]?.default === undefined,
  );
  const [needed] = missing;
  const field = needed === undefined ? undefined : schema.fields[needed];
  if (unknown.length !== 1 || unknown[0] !== key || missing.length !== 1 || !field) return [];
  return needed !== undefined && isNumberOrText(field) && hasType(value, field) ? [needed] : [];
}

const isNumberOrText = (field: Schema): boolean =>
  field.type === 'integer' || (field.type === 'string' && field.values === undefined);

/** Fields of its own mapping that it belongs in. */
export function fieldsAround({ key, value, schema }: UnknownField): readonly string[] {
  const names = Object.keys(schema.fields);
  const holding = names.filter((name) => mayHold(schema.fields[name], key, value));
  if (holding.length > 0) return holding.length < 3 ? holding : [];
  // Labels that stand where the mapping of labels should.
  const maps = names.filter((name) => {
    const field = schema.fields[name];
    return field?.type === 'map' && field.values.type === 'string' && typeof value === 'string';
  });
  return maps.length === 1 ? maps : [];
}

function belongsIn(names: readonly string[], { fields }: ObjectSchema): string {
  const places = names.map((name) => `${fields[name]?.type === 'array' ? 'an item of ' : ''}\`${name}\``);
  return `It belongs in ${places.join(' or ')}.`;
}

function mayHold(field: Schema | undefined, key: string, value: unknown): boolean {
  const schema = field?.type === 'array' ? field.items : field;
  if (schema?.type !== 'object' || !Object.hasOwn(schema.fields, key)) return false;
  const own = schema.fields[key];
  return own !== undefined && own.channel !== 'experimental' && (value === null || hasType(value, own));
}

/** Goes on after "must be a mapping": the field that a single value is for; empty where that is not clear. */
export function fieldForValue(value: unknown, schema: Schema): string {
  if (typeof value !== 'string' && typeof value !== 'number') return '';
  const text = String(value);
  if (text.length > 40 || text.includes('\n')) return '';
  if (schema.type === 'array' && hasType(value, schema.items)) return ` Write \`[${text}]\`.`;
  if (schema.type !== 'object') return '';
  const names = Object.keys(schema.fields).filter((name) => {
    const field = schema.fields[name];
    if (!field || field.deprecated !== undefined || !hasType(value, field)) return false;
    return field.type !== 'string' || field.values === undefined || field.values.includes(text);
  });
  const [only] = names.length === 1 ? names : names.filter((name) => name === 'exact');
  return only === undefined ? '' : ` Write \`${only}: ${text}\`.`;
}
