/** Rules that several kinds share: what CRDs say in `x-kubernetes-validations`, in our own words and with exact places. */
import { fieldOf, isRecord, listOf, recordOf, stringOf } from '../../../../shared/untrusted.ts';
import { nearestWords } from '../../../../shared/nearest-names.ts';
import type { RuleProblem, SchemaRule } from '../schema.ts';

export const has = (value: unknown, field: string): boolean => fieldOf(value, field) !== undefined;

/** Set to something else than an empty text. */
export const isGiven = (value: unknown, field: string): boolean => has(value, field) && fieldOf(value, field) !== '';

/**
 * A field that names which of others is set: the one for the word must be there, and none of the rest. `what` is how
 * messages call the whole.
 */
export const union =
  (what: string, discriminator: string, fields: Readonly<Record<string, string>>): SchemaRule =>
  (value) => {
    const word = stringOf(fieldOf(value, discriminator));
    return Object.entries(fields).flatMap(([owner, field]): readonly RuleProblem[] => {
      if (word === owner && !has(value, field)) {
        // The word is wrong, or the name of the field is: either has a problem of its own.
        if (Object.values(fields).some((other) => has(value, other)) || isMisspelt(value, field)) return [];
        const message = `${what} of the ${discriminator} \`${owner}\` needs the field \`${field}\`.`;
        return [{ path: [discriminator], message }];
      }
      if (word === owner || !has(value, field)) return [];
      const message = `\`${field}\` belongs to the ${discriminator} \`${owner}\`${word === undefined ? '' : `, and this is \`${word}\``}.`;
      return [{ path: [field], part: 'key', message }];
    });
  };

/** Whether the value has the field under a name that is nearly the same. */
const isMisspelt = (value: unknown, field: string): boolean =>
  Object.keys(recordOf(value) ?? {}).some((key) => key !== field && nearestWords(key, [field]).length > 0);

/** No two items may have the same identity; items without one are left alone. */
export const distinct =
  (identity: (item: unknown) => string | undefined, message: (item: unknown) => string, field?: string): SchemaRule =>
  (value) => {
    const seen = new Set<string>();
    return listOf(value).flatMap((item, index): readonly RuleProblem[] => {
      const own = identity(item);
      if (own === undefined) return [];
      if (seen.has(own)) return [{ path: field === undefined ? [index] : [index, field], message: message(item) }];
      seen.add(own);
      return [];
    });
  };

/** Items that name themselves must do so differently. */
export const distinctNames = (what: string): SchemaRule =>
  distinct(
    (item) => stringOf(fieldOf(item, 'name')),
    (item) => `Another ${what} is called \`${stringOf(fieldOf(item, 'name')) ?? ''}\`.`,
    'name',
  );

/** A word that stands for everything must stand alone. */
export const aloneWhen =
  (word: string): SchemaRule =>
  (value) => {
    const items = listOf(value);
    const at = items.indexOf(word);
    return at < 0 || items.length < 2
      ? []
      : [{ path: [at], message: `\`${word}\` stands for all and must stand alone.` }];
  };

/** A condition on a text or a number. */
export const demand =
  (holds: (value: unknown) => boolean, message: string): SchemaRule =>
  (value) =>
    holds(value) ? [] : [{ path: [], part: 'value', message }];

/** A range of ports or the like: the first below the second. */
export const ascending =
  (low: string, high: string, isStrict: boolean): SchemaRule =>
  (value) => {
    const [from, to] = [fieldOf(value, low), fieldOf(value, high)];
    if (typeof from !== 'number' || typeof to !== 'number' || (isStrict ? from < to : from <= to)) return [];
    return [
      {
        path: [high],
        part: 'value',
        message: `\`${high}\` must be ${isStrict ? 'greater than' : 'at least'} \`${low}\`.`,
      },
    ];
  };

/** Keys of a mapping, each held to something. */
export const keysWhere =
  (holds: (key: string) => boolean, message: string): SchemaRule =>
  (value) =>
    Object.keys(isRecord(value) ? value : {})
      .filter((key) => !holds(key))
      .map((key) => ({ path: [key], part: 'key', message }));
