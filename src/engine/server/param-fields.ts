/** Readers of single fields of parameters; what is wrong is said with its place. */
/** The caller sent something else than the contract says; JSON-RPC's -32602. */
export class InvalidParams extends Error {
  override readonly name = 'InvalidParams';
}

/** An object that came over a wire. */
export type Fields = Readonly<Record<string, unknown>>;

/** The object's fields; none where it is absent. `where` is how messages name the place. @throws {InvalidParams} */
export function fieldsOf(value: unknown, where: string): Fields {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new InvalidParams(`${where} must be an object.`);
  return value as Fields;
}

/** Own property, so that `constructor` reads as absent. */
export const own = (fields: Fields, name: string): unknown => (Object.hasOwn(fields, name) ? fields[name] : undefined);

/** @throws {InvalidParams} where it is something else than a text. */
export function text(fields: Fields, name: string, where: string): string | undefined {
  const value = own(fields, name);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new InvalidParams(`${where}.${name} must be a string.`);
  return value;
}

/** @throws {InvalidParams} also where it is absent. */
export function requiredText(fields: Fields, name: string, where: string): string {
  const value = text(fields, name, where);
  if (value === undefined) throw new InvalidParams(`${where}.${name} is missing.`);
  return value;
}

/** @throws {InvalidParams} where it is something else than a number. */
export function number(fields: Fields, name: string, where: string): number | undefined {
  const value = own(fields, name);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new InvalidParams(`${where}.${name} must be a number.`);
  return value;
}

/** @throws {InvalidParams} also where it is absent. */
export function requiredNumber(fields: Fields, name: string, where: string): number {
  const value = number(fields, name, where);
  if (value === undefined) throw new InvalidParams(`${where}.${name} is missing.`);
  return value;
}

/** @throws {InvalidParams} where it is neither true nor false. */
export function flag(fields: Fields, name: string, where: string): boolean | undefined {
  const value = own(fields, name);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw new InvalidParams(`${where}.${name} must be true or false.`);
  return value;
}

/** @throws {InvalidParams} where it is no list of texts. */
export function texts(fields: Fields, name: string, where: string): readonly string[] | undefined {
  const value = own(fields, name);
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
    throw new InvalidParams(`${where}.${name} must be a list of strings.`);
  return value;
}

/** @throws {InvalidParams} where a value is no text. */
export function textMap(fields: Fields, name: string, where: string): Readonly<Record<string, string>> | undefined {
  const value = own(fields, name);
  if (value === undefined || value === null) return undefined;
  const entries = Object.entries(fieldsOf(value, `${where}.${name}`));
  for (const [key, item] of entries)
    if (typeof item !== 'string') throw new InvalidParams(`${where}.${name}.${key} must be a string.`);
  return Object.fromEntries(entries.map(([key, item]) => [key, String(item)]));
}

/** @throws {InvalidParams} where it is none of these. */
export function choice<T extends string>(
  fields: Fields,
  name: string,
  where: string,
  choices: readonly T[],
): T | undefined {
  const value = text(fields, name, where);
  if (value === undefined) return undefined;
  const found = choices.find((candidate) => candidate === value);
  if (found === undefined) throw new InvalidParams(`${where}.${name} must be one of ${choices.join(', ')}.`);
  return found;
}

/** Leaves out what is undefined: absent and undefined are different things in the contracts. */
export function compact<T extends object>(value: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T;
}
